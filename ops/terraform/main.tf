locals {
  repository = abspath("${path.module}/../..")
  address    = var.expose ? "0.0.0.0" : "127.0.0.1"

  # What has no login stays on this machine unless that is asked for as well.
  monitoring_exposed = var.expose && var.expose_monitoring
  monitoring_address = local.monitoring_exposed ? "0.0.0.0" : "127.0.0.1"

  # What every container is started with.
  log_driver    = "json-file"
  log_opts      = { "max-size" = "10m", "max-file" = "3" }
  security_opts = ["no-new-privileges:true"]
  tmpfs         = { "/tmp" = "rw,noexec,nosuid,nodev,size=64m" }
}

# The containers find each other by name here.
resource "docker_network" "stack" {
  name = var.name
}
