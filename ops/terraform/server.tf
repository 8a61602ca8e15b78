locals {
  server_port = 5000

  # What the image is built from: when any of it changes, so does the image.
  server_sources = var.build_server ? sort(setunion(
    fileset(local.repository, "{Dockerfile,.dockerignore,package.json,package-lock.json,tsconfig.json,tsconfig.build.json}"),
    fileset(local.repository, "*.ts"),
    fileset(local.repository, "{adapters,domain,handlers,views}/**"),
  )) : []

  server_files = merge(
    {
      "projects.txt" = join("\n", concat(
        ["# name url"],
        [for name, url in var.projects : "${name} ${url}"],
        [""],
      ))
    },
    var.ca_file == null ? {} : { "ca.pem" = file(var.ca_file) },
  )

  # Whether there are tokens is no secret.
  has_access_tokens = nonsensitive(length(var.access_tokens) > 0)
  reads_take_token  = lookup(var.extra_env, "REQUIRE_TOKEN_FOR", "writes") == "reads"

  server_tokens = merge(
    var.access_tokens,
    local.reads_take_token ? { prometheus = random_password.scrape_token[0].result } : {},
  )

  server_secrets = local.has_access_tokens ? {
    "access-tokens" = join("", [for name, token in local.server_tokens : "${name}:${token}\n"])
  } : {}

  # Other machines may know an exposed server by any name.
  allowed_hosts = var.expose ? "" : join(",", compact(["localhost", try(regex("^https?://([\\w-]+(?:\\.[\\w-]+)*)", var.public_url)[0], "")]))

  server_env = merge({ ALLOWED_HOSTS = local.allowed_hosts }, var.extra_env, {
    HOST             = "0.0.0.0"
    PORT             = local.server_port
    DATA_DIR         = "/data"
    PROJECTS_FILE    = "/etc/gitmon/projects.txt"
    ALLOWED_NETWORKS = join(",", var.allowed_networks)
    CA_FILE          = var.ca_file == null ? "" : "/etc/gitmon/ca.pem"

    ACCESS_TOKEN_FILE = local.has_access_tokens ? "/etc/gitmon/access-tokens" : ""
  })
}

resource "docker_image" "server" {
  name         = var.server_image
  keep_locally = true

  dynamic "build" {
    for_each = var.build_server ? [1] : []

    content {
      context    = local.repository
      build_args = { BASE_IMAGE = var.base_image }
    }
  }

  triggers = {
    base    = var.base_image
    sources = sha256(join("", [for file in local.server_sources : "${file} ${filesha256("${local.repository}/${file}")}\n"]))
  }
}

resource "docker_volume" "server_data" {
  name = "${var.name}-server-data"
}

module "server_config" {
  source = "./files"

  name  = "${var.name}-server-config"
  image = docker_image.server.image_id
  path  = "/etc/gitmon"
  files = local.server_files
  owner = "10001:10001"

  secrets = local.server_secrets
}

resource "docker_container" "server" {
  name  = "${var.name}-server"
  image = docker_image.server.image_id
  user  = "10001:10001"
  env   = [for name, value in local.server_env : "${name}=${value}"]

  networks_advanced {
    name = docker_network.stack.name
  }

  ports {
    internal = local.server_port
    external = var.ports.server
    ip       = local.address
  }

  volumes {
    volume_name    = docker_volume.server_data.name
    container_path = "/data"
  }

  volumes {
    volume_name    = module.server_config.volume
    container_path = "/etc/gitmon"
    read_only      = true
  }

  # The image's own test, more often. Left out it would work too, but differ at the next plan.
  healthcheck {
    test         = ["CMD", "node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
    interval     = "5s"
    timeout      = "5s"
    start_period = "30s"
    retries      = 3
  }

  wait         = true
  wait_timeout = 120

  # Running requests are given 8 seconds.
  destroy_grace_seconds = 15
  restart               = "unless-stopped"

  read_only     = true
  tmpfs         = local.tmpfs
  security_opts = local.security_opts
  memory        = var.memory.server
  memory_swap   = var.memory.server
  log_driver    = local.log_driver
  log_opts      = local.log_opts

  capabilities {
    drop = ["ALL"]
  }

  ulimit {
    name = "nproc"
    soft = var.processes
    hard = var.processes
  }

  lifecycle {
    precondition {
      condition     = !var.expose || local.has_access_tokens
      error_message = "expose lets every machine reach the server, so it takes a token: set access_tokens, such as TF_VAR_access_tokens='{ ops = \"…\" }' with what openssl rand -hex 32 prints."
    }

    precondition {
      condition     = !local.reads_take_token || local.has_access_tokens
      error_message = "REQUIRE_TOKEN_FOR=reads takes a token: set access_tokens."
    }
  }
}
