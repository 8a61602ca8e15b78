variable "docker_host" {
  description = "The Docker engine to use, such as unix:///var/run/docker.sock, tcp://127.0.0.1:2375 or ssh://me@host; DOCKER_HOST unless given."
  type        = string
  default     = null

  validation {
    condition     = var.docker_host == null || can(regex("^(unix|tcp|ssh|npipe)://", var.docker_host))
    error_message = "docker_host begins with unix://, tcp://, ssh:// or npipe://."
  }
}

variable "name" {
  description = "What the names of all containers, volumes and the network begin with; another one gives another stack."
  type        = string
  default     = "gitmon"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "name is 1 to 31 lower-case letters, digits and hyphens and begins with a letter."
  }
}

variable "expose" {
  description = "Whether other machines may reach the ports of the server and Grafana. It takes access_tokens."
  type        = bool
  default     = false

  validation {
    condition     = var.expose != null
    error_message = "expose is true or false."
  }
}

variable "expose_monitoring" {
  description = "Whether, where expose is true, other machines may reach the ports of Prometheus and Alertmanager too. Neither has a login: whoever reaches them reads every metric and silences alerts."
  type        = bool
  default     = false

  validation {
    condition     = var.expose_monitoring != null
    error_message = "expose_monitoring is true or false."
  }
}

variable "access_tokens" {
  description = "Tokens that changing anything takes, by a name for the log, such as { ops = \"…\" }. The server reads them from a file; no plan shows them, but the state holds them. Best given by the environment, as TF_VAR_access_tokens."
  type        = map(string)
  default     = {}
  sensitive   = true
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.access_tokens) : can(regex("^[A-Za-z0-9._-]{1,64}$", name))])
    error_message = "The name of a token in access_tokens is 1 to 64 letters, digits, dots, underscores or hyphens."
  }

  validation {
    condition     = alltrue([for token in values(var.access_tokens) : can(regex("^[A-Za-z0-9._~+/-]{16,512}=*$", token))])
    error_message = "Each token in access_tokens is 16 letters, digits or -._~+/ or more, such as openssl rand -hex 32 prints."
  }

  validation {
    condition     = !contains(keys(var.access_tokens), "prometheus")
    error_message = "The name prometheus in access_tokens is kept for Prometheus, which is given a token of its own where reading takes one."
  }
}

variable "public_url" {
  description = "Where people's browsers reach the server, such as https://git.example.org; the published port unless given. The links of the dashboards lead there, and the server is asked by that name."
  type        = string
  default     = null

  validation {
    condition     = var.public_url == null || can(regex("^https?://([\\w.-]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]+)?$", var.public_url))
    error_message = "public_url is http:// or https://, a name or an address, and a port where it needs one, without a path."
  }
}

variable "ports" {
  description = "The ports that are published on the Docker host."
  type = object({
    server       = optional(number, 5000)
    prometheus   = optional(number, 9090)
    grafana      = optional(number, 3000)
    alertmanager = optional(number, 9093)
  })
  default = {}

  validation {
    condition     = alltrue([for port in values(var.ports) : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "Each of ports is a whole number from 1 to 65535."
  }

  validation {
    condition     = length(distinct(values(var.ports))) == length(values(var.ports))
    error_message = "No two of ports are the same."
  }
}

variable "server_image" {
  description = "The server's image: the tag to build, or what to pull where build_server is false."
  type        = string
  default     = "git-monitoring-server:0.1.0"

  validation {
    condition     = can(regex("^[^\\s:@]+(:[0-9]+/[^\\s:@]+)?(:[\\w.-]+|@sha256:[0-9a-f]{64})$", var.server_image)) && !endswith(var.server_image, ":latest")
    error_message = "server_image has a tag other than latest, or a digest."
  }
}

variable "build_server" {
  description = "Whether to build the server's image from this checkout; otherwise it is taken from the engine, or pulled."
  type        = bool
  default     = true

  validation {
    condition     = var.build_server != null
    error_message = "build_server is true or false."
  }
}

variable "base_image" {
  description = "What the server's image is built on: Node.js 24 and npm on Debian."
  type        = string
  default     = "node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d"

  validation {
    condition     = can(regex("^\\S+:[\\w.-]+(@sha256:[0-9a-f]{64})?$", var.base_image))
    error_message = "base_image has a tag."
  }
}

variable "images" {
  description = "The images of everything but the server."
  type = object({
    prometheus   = optional(string, "prom/prometheus:v3.5.0@sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996")
    grafana      = optional(string, "grafana/grafana:12.1.1@sha256:a1701c2180249361737a99a01bc770db39381640e4d631825d38ff4535efa47d")
    alertmanager = optional(string, "prom/alertmanager:v0.28.1@sha256:27c475db5fb156cab31d5c18a4251ac7ed567746a2483ff264516437a39b15ba")
  })
  default = {}

  validation {
    condition     = alltrue([for image in values(var.images) : can(regex("^\\S+:[\\w.-]*[0-9][\\w.-]*(@sha256:[0-9a-f]{64})?$", image))])
    error_message = "Each of images has a tag with a version."
  }
}

variable "projects" {
  description = "Projects to have from the start: a map of names to urls."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.projects) : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", name))])
    error_message = "The name of a project is 1 to 100 letters, digits, dots, underscores or hyphens and begins with a letter or digit."
  }

  validation {
    condition     = alltrue([for url in values(var.projects) : can(regex("^https?://[^/\\s\\\\][^\\s\\\\]*$", url))])
    error_message = "The url of a project begins with http:// or https:// and holds no space or backslash."
  }
}

variable "allowed_networks" {
  description = "Networks beside the public ones that repositories may be fetched from, such as 10.0.0.0/8."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.allowed_networks : can(cidrhost(network, 0))])
    error_message = "Each of allowed_networks is a network such as 10.0.0.0/8 or fd00::/8."
  }
}

variable "ca_file" {
  description = "PEM file of certificate authorities that repositories are trusted by beside the public ones."
  type        = string
  default     = null

  validation {
    condition     = var.ca_file == null || can(regex("-----BEGIN CERTIFICATE-----", file(var.ca_file)))
    error_message = "ca_file is a readable file of PEM certificates."
  }
}

variable "extra_env" {
  description = "Further variables for the server, such as { LOG_LEVEL = \"debug\" }; the README has them all. Plans show them, so no secret belongs here."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.extra_env) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "The names in extra_env are of capital letters, digits and underscores."
  }

  validation {
    condition     = alltrue([for name in ["HOST", "PORT", "DATA_DIR", "PROJECTS_FILE", "ALLOWED_NETWORKS", "CA_FILE"] : !contains(keys(var.extra_env), name)])
    error_message = "HOST, PORT, DATA_DIR, PROJECTS_FILE, ALLOWED_NETWORKS and CA_FILE are set by variables of their own, not by extra_env."
  }

  validation {
    condition     = alltrue([for name in ["ACCESS_TOKEN", "ACCESS_TOKEN_FILE"] : !contains(keys(var.extra_env), name)])
    error_message = "Plans show extra_env, so tokens do not belong there: give them by access_tokens."
  }
}

variable "memory" {
  description = "How much memory each container may take, in MiB."
  type = object({
    server       = optional(number, 1024)
    prometheus   = optional(number, 1024)
    grafana      = optional(number, 512)
    alertmanager = optional(number, 128)
  })
  default = {}

  validation {
    condition     = alltrue([for size in values(var.memory) : size >= 64 && floor(size) == size])
    error_message = "Each of memory is a whole number of MiB, 64 or more."
  }
}

variable "processes" {
  description = "How many processes and threads the user of each container may have."
  type        = number
  default     = 1024

  validation {
    condition     = var.processes >= 256 && floor(var.processes) == var.processes
    error_message = "processes is a whole number, 256 or more."
  }
}

variable "scrape_interval_seconds" {
  description = "How often Prometheus asks the server for its metrics."
  type        = number
  default     = 15

  validation {
    condition     = var.scrape_interval_seconds >= 1 && var.scrape_interval_seconds <= 120 && floor(var.scrape_interval_seconds) == var.scrape_interval_seconds
    error_message = "scrape_interval_seconds is a whole number from 1 to 120; Prometheus forgets what is older than 5 minutes."
  }
}

variable "retention" {
  description = "How long Prometheus keeps what it has seen, such as 15d."
  type        = string
  default     = "15d"

  validation {
    condition     = can(regex("^[1-9][0-9]*[hdwy]$", var.retention))
    error_message = "retention is a number and h, d, w or y, such as 15d."
  }
}

variable "grafana_admin_password" {
  description = "Password of Grafana's user admin; a random one unless given. It counts at the first start only."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.grafana_admin_password == null || length(coalesce(var.grafana_admin_password, "-")) >= 8
    error_message = "grafana_admin_password has 8 characters or more."
  }
}

variable "alertmanager" {
  description = "Whether to start an Alertmanager that Prometheus sends its alerts to."
  type        = bool
  default     = false

  validation {
    condition     = var.alertmanager != null
    error_message = "alertmanager is true or false."
  }
}

variable "alertmanager_config" {
  description = "Alertmanager's configuration file; unless given, alerts are shown on its page and sent to nobody."
  type        = string
  default     = null

  validation {
    condition     = var.alertmanager_config == null || can(yamldecode(file(var.alertmanager_config)))
    error_message = "alertmanager_config is a readable YAML file."
  }
}
