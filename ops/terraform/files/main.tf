# Files for a container whose root is read-only. Docker writes no file into such a container, so a second one, which is
# never started but to own what is secret, takes them into a volume that the first one mounts. The volume's name has a digest of what is in it: other
# files are another volume, and nothing of the old ones is left in it.

terraform {
  required_providers {
    docker = {
      source = "kreuzwerker/docker"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

variable "name" {
  description = "What the names of the volume and the container begin with."
  type        = string
}

variable "image" {
  description = "The image of the container; any will do, so it is the one that reads the files."
  type        = string
}

variable "path" {
  description = "Where the volume is mounted."
  type        = string
}

variable "files" {
  description = "What each file holds, by its path in the volume."
  type        = map(string)
}

variable "secrets" {
  description = "As files, of mode 0600 and in no plan."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "owner" {
  description = "The user and group that read the secrets, such as 10001:10001."
  type        = string
  default     = null
}

locals {
  # Which secrets there are is none.
  secret_files = nonsensitive([for name in keys(var.secrets) : "${var.path}/${name}"])
  has_secrets  = length(local.secret_files) > 0

  plain_digest = sha256(jsonencode(var.files))
  # Salted, for a name is seen by many, and whoever guesses a secret could tell by it.
  digest = local.has_secrets ? nonsensitive(sha256(jsonencode([local.plain_digest, var.secrets, random_password.salt[0].result]))) : local.plain_digest
  name   = "${var.name}-${substr(local.digest, 0, 12)}"
}

resource "random_password" "salt" {
  count = local.has_secrets ? 1 : 0

  length = 32
}

resource "docker_volume" "files" {
  name = local.name
}

resource "docker_container" "files" {
  name     = local.name
  image    = var.image
  must_run = false

  # Docker uploads files as root's, and a secret is its reader's alone. The image's own user could not give it away.
  start      = local.has_secrets
  attach     = local.has_secrets
  user       = local.has_secrets ? "0:0" : null
  entrypoint = local.has_secrets ? ["chown"] : null
  command    = local.has_secrets ? concat([var.owner], local.secret_files) : null

  # Nothing that runs here needs a network.
  network_mode = "none"

  volumes {
    volume_name    = docker_volume.files.name
    container_path = var.path
  }

  dynamic "upload" {
    for_each = var.files

    content {
      file    = "${var.path}/${upload.key}"
      content = upload.value
    }
  }

  dynamic "upload" {
    for_each = toset(local.secret_files)

    content {
      file        = upload.value
      content     = var.secrets[trimprefix(upload.value, "${var.path}/")]
      permissions = "0600"
    }
  }
}

output "volume" {
  description = "The volume's name, once the files are in it."
  value       = docker_volume.files.name
  depends_on  = [docker_container.files]
}
