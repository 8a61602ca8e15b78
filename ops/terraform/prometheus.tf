locals {
  prometheus_url = "http://${var.name}-prometheus:9090"
  rules          = "${local.repository}/ops/prometheus/rules"

  prometheus_config = templatefile("${local.repository}/ops/prometheus/prometheus.yml.tftpl", {
    scrape_interval = "${var.scrape_interval_seconds}s"
    scrape_timeout  = "${min(10, var.scrape_interval_seconds)}s"
    server_port     = local.server_port
    authorization   = jsonencode(local.reads_take_token ? { type = "Bearer", credentials_file = "/etc/prometheus/scrape-token" } : null)
    alertmanagers   = jsonencode(var.alertmanager ? ["${docker_container.alertmanager[0].name}:9093"] : [])
  })

  prometheus_files = merge(
    { "prometheus.yml" = replace(local.prometheus_config, "server-ip", docker_container.server.name) },
    { for file in fileset(local.rules, "*.yml") : "rules/${file}" => file("${local.rules}/${file}") },
  )
}

# A token of its own, where reading metrics takes one: nobody else's is given away.
resource "random_password" "scrape_token" {
  count = local.reads_take_token ? 1 : 0

  length  = 43
  special = false
}

resource "docker_image" "prometheus" {
  name         = var.images.prometheus
  keep_locally = true
}

resource "docker_volume" "prometheus_data" {
  name = "${var.name}-prometheus-data"
}

module "prometheus_config" {
  source = "./files"

  name  = "${var.name}-prometheus-config"
  image = docker_image.prometheus.image_id
  path  = "/etc/prometheus"
  files = local.prometheus_files
  owner = "65534:65534"

  secrets = local.reads_take_token ? { "scrape-token" = random_password.scrape_token[0].result } : {}
}

resource "docker_container" "prometheus" {
  name  = "${var.name}-prometheus"
  image = docker_image.prometheus.image_id
  user  = "65534:65534"

  command = [
    "--config.file=/etc/prometheus/prometheus.yml",
    "--storage.tsdb.path=/prometheus",
    "--storage.tsdb.retention.time=${var.retention}",
  ]

  networks_advanced {
    name = docker_network.stack.name
  }

  ports {
    internal = 9090
    external = var.ports.prometheus
    ip       = local.monitoring_address
  }

  volumes {
    volume_name    = docker_volume.prometheus_data.name
    container_path = "/prometheus"
  }

  volumes {
    volume_name    = module.prometheus_config.volume
    container_path = "/etc/prometheus"
    read_only      = true
  }

  healthcheck {
    test         = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"]
    interval     = "5s"
    timeout      = "5s"
    start_period = "30s"
    retries      = 3
  }

  wait         = true
  wait_timeout = 120

  destroy_grace_seconds = 30
  restart               = "unless-stopped"

  read_only     = true
  tmpfs         = local.tmpfs
  security_opts = local.security_opts
  memory        = var.memory.prometheus
  memory_swap   = var.memory.prometheus
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
