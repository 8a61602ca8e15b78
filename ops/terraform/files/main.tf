# Files for a container whose root is read-only. Docker writes no file into such a container, so a second one, which is
# never started, takes them into a volume that the first one mounts. The volume's name has a digest of what is in it: other
# files are another volume, and nothing of the old ones is left in it.

terraform {
  required_providers {
    docker = {
      source = "kreuzwerker/docker"
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

locals {
  name = "${var.name}-${substr(sha256(jsonencode(var.files)), 0, 12)}"
}

resource "docker_volume" "files" {
  name = local.name
}

resource "docker_container" "files" {
  name     = local.name
  image    = var.image
  start    = false
  must_run = false

  # Nothing runs here, so nothing needs a network.
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
}

output "volume" {
  description = "The volume's name, once the files are in it."
  value       = docker_volume.files.name
  depends_on  = [docker_container.files]
}
