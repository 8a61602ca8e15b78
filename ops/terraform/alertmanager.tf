locals {
  alertmanager_config = coalesce(var.alertmanager_config, "${local.repository}/ops/alertmanager/alertmanager.yml")
}

resource "docker_image" "alertmanager" {
  count = var.alertmanager ? 1 : 0

  name         = var.images.alertmanager
  keep_locally = true
}

resource "docker_volume" "alertmanager_data" {
  count = var.alertmanager ? 1 : 0

  name = "${var.name}-alertmanager-data"
}

module "alertmanager_config" {
  source = "./files"
  count  = var.alertmanager ? 1 : 0

  name  = "${var.name}-alertmanager-config"
  image = docker_image.alertmanager[0].image_id
  path  = "/etc/alertmanager"
  files = { "alertmanager.yml" = file(local.alertmanager_config) }
}

resource "docker_container" "alertmanager" {
  count = var.alertmanager ? 1 : 0

  name  = "${var.name}-alertmanager"
  image = docker_image.alertmanager[0].image_id
  user  = "65534:65534"

  command = [
    "--config.file=/etc/alertmanager/alertmanager.yml",
    "--storage.path=/alertmanager",
    # One of its kind needs no cluster.
    "--cluster.listen-address=",
  ]

  networks_advanced {
    name = docker_network.stack.name
  }

  ports {
    internal = 9093
    external = var.ports.alertmanager
    ip       = local.monitoring_address
  }

  volumes {
    volume_name    = docker_volume.alertmanager_data[0].name
    container_path = "/alertmanager"
  }

  volumes {
    volume_name    = module.alertmanager_config[0].volume
    container_path = "/etc/alertmanager"
    read_only      = true
  }

  healthcheck {
    test         = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/ready"]
    interval     = "5s"
    timeout      = "5s"
    start_period = "30s"
    retries      = 3
  }

  wait         = true
  wait_timeout = 120

  destroy_grace_seconds = 15
  restart               = "unless-stopped"

  read_only     = true
  tmpfs         = local.tmpfs
  security_opts = local.security_opts
  memory        = var.memory.alertmanager
  memory_swap   = var.memory.alertmanager
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
}
