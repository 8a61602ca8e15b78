locals {
  grafana            = "${local.repository}/ops/grafana"
  grafana_dashboards = fileset("${local.grafana}/dashboards", "*.json")

  # Nothing of this needs a running Grafana, so one apply does it all.
  grafana_files = merge(
    {
      "provisioning/datasources/prometheus.yml" = templatefile("${local.grafana}/provisioning/datasource.yml.tftpl", {
        prometheus_url  = local.prometheus_url
        scrape_interval = "${var.scrape_interval_seconds}s"
      })
      "provisioning/dashboards/dashboards.yml" = file("${local.grafana}/provisioning/dashboards.yml")
    },
    # The links to the server's pages begin with this address in what is checked in.
    {
      for file in local.grafana_dashboards :
      "dashboards/${file}" => replace(file("${local.grafana}/dashboards/${file}"), "http://127.0.0.1:5000", local.server_url)
    },
  )

  grafana_password = var.grafana_admin_password == null ? random_password.grafana[0].result : var.grafana_admin_password

  grafana_env = {
    GF_PATHS_PROVISIONING              = "/etc/gitmon/provisioning"
    GF_SECURITY_ADMIN_USER             = "admin"
    GF_SECURITY_ADMIN_PASSWORD         = local.grafana_password
    GF_AUTH_ANONYMOUS_ENABLED          = false
    GF_USERS_ALLOW_SIGN_UP             = false
    GF_ANALYTICS_REPORTING_ENABLED     = false
    GF_ANALYTICS_CHECK_FOR_UPDATES     = false
    GF_PLUGINS_PREINSTALL_DISABLED     = true
    GF_SECURITY_DISABLE_GRAVATAR       = true
    GF_DASHBOARDS_MIN_REFRESH_INTERVAL = "5s"
  }
}

resource "random_password" "grafana" {
  count = var.grafana_admin_password == null ? 1 : 0

  length  = 24
  special = false
}

resource "docker_image" "grafana" {
  name         = var.images.grafana
  keep_locally = true
}

resource "docker_volume" "grafana_data" {
  name = "${var.name}-grafana-data"
}

module "grafana_config" {
  source = "./files"

  name  = "${var.name}-grafana-config"
  image = docker_image.grafana.image_id
  path  = "/etc/gitmon"
  files = local.grafana_files
}

resource "docker_container" "grafana" {
  name  = "${var.name}-grafana"
  image = docker_image.grafana.image_id
  user  = "472:0"
  env   = [for name, value in local.grafana_env : "${name}=${value}"]

  networks_advanced {
    name = docker_network.stack.name
  }

  ports {
    internal = 3000
    external = var.ports.grafana
    ip       = local.address
  }

  volumes {
    volume_name    = docker_volume.grafana_data.name
    container_path = "/var/lib/grafana"
  }

  volumes {
    volume_name    = module.grafana_config.volume
    container_path = "/etc/gitmon"
    read_only      = true
  }

  healthcheck {
    test         = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"]
    interval     = "5s"
    timeout      = "5s"
    start_period = "1m0s"
    retries      = 3
  }

  wait         = true
  wait_timeout = 180

  destroy_grace_seconds = 15
  restart               = "unless-stopped"

  read_only     = true
  tmpfs         = local.tmpfs
  security_opts = local.security_opts
  memory        = var.memory.grafana
  memory_swap   = var.memory.grafana
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

  # Grafana is of use once there is something to ask.
  depends_on = [docker_container.prometheus]
}
