#!/usr/bin/env bash
# Takes down what deploy.sh brought up: see usage below and docs/operations.md.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: ops/teardown.sh [--keep-data] [terraform options]

Removes the containers, the network and the volumes that ops/deploy.sh made. The histories, what Prometheus measured and
what was changed in Grafana go with their volumes. The images stay. Doing it again does nothing.

Options are passed on to `terraform destroy`; give those that deploy.sh was given.

  --keep-data  leaves the volumes that hold data; the next deploy.sh uses them again
  -h, --help   prints this

Environment:
  DOCKER_HOST  the Docker engine to use, as for `docker`
TEXT
}

fail() {
  echo "teardown.sh: $*" >&2
  exit 1
}

# Runs a command for that many seconds at most: an engine that hangs takes a connection and answers nothing. Where there is
# no `timeout`, as on macOS, it takes as long as it takes.
within() {
  if command -v timeout > /dev/null; then timeout "$@"; else "${@:2}"; fi
}

keep_data=false
options=()
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    --keep-data) keep_data=true ;;
    # Terraform runs in another directory than ours.
    -var-file=[!/]*) options+=("-var-file=$PWD/${argument#*=}") ;;
    # The second is what follows -var.
    -* | *=*) options+=("$argument") ;;
    *) fail "unknown argument: $argument (--help tells what there is)" ;;
  esac
done

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

command -v terraform > /dev/null || fail 'terraform was not found; install 1.5 or newer: https://developer.hashicorp.com/terraform/install'

cd -- "$here/terraform"
export TF_IN_AUTOMATION=1
if [ -n "${DOCKER_HOST:-}" ]; then export TF_VAR_docker_host=$DOCKER_HOST; fi

if [ ! -d "${TF_DATA_DIR:-.terraform}/providers" ]; then
  echo 'Nothing was deployed from here.'
  exit 0
fi

if command -v docker > /dev/null; then
  within 30 docker version --format '{{.Server.Version}}' > /dev/null 2>&1 ||
    fail "no Docker engine answers at ${DOCKER_HOST:-the usual socket}; start it, or set DOCKER_HOST."
fi

# Data volumes and Grafana's password depend on none of these; everything else is one of them or depends on one.
targets=()
if [ "$keep_data" = true ]; then
  for part in docker_network.stack module.{server,prometheus,grafana,alertmanager}_config; do
    targets+=("-target=$part")
  done
fi

terraform destroy -input=false -auto-approve ${targets[@]+"${targets[@]}"} ${options[@]+"${options[@]}"}
echo 'Images are left; "docker image ls" shows them, "docker image rm" removes one.'
if [ "$keep_data" = true ]; then
  echo 'Volumes with data are left; "docker volume ls" shows them, and deploy.sh uses them again.'
fi
