locals {
  # Where the engine is another machine and the ports are open, that machine's name.
  remote = try(regex("^(?:tcp|ssh)://(?:[^@/]*@)?([^:/]+)", var.docker_host)[0], "127.0.0.1")
  host   = var.expose ? local.remote : "127.0.0.1"

  monitoring_host = local.monitoring_exposed ? local.remote : "127.0.0.1"

  server_url = coalesce(var.public_url, "http://${local.host}:${var.ports.server}")
}

output "server_url" {
  description = "The projects and their histories."
  value       = local.server_url
}

output "prometheus_url" {
  description = "Prometheus."
  value       = "http://${local.monitoring_host}:${var.ports.prometheus}"
}

output "grafana_url" {
  description = "The dashboards; the user is admin."
  value       = "http://${local.host}:${var.ports.grafana}"
}

output "alertmanager_url" {
  description = "The alerts, where there is an Alertmanager."
  value       = var.alertmanager ? "http://${local.monitoring_host}:${var.ports.alertmanager}" : null
}

output "grafana_password" {
  description = "Password of Grafana's user admin."
  value       = local.grafana_password
  sensitive   = true
}

output "how_to_read_the_password" {
  description = "The password is not printed unless asked for."
  value       = "terraform output -raw grafana_password"
}
