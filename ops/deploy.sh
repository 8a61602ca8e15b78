#!/usr/bin/env bash
# Brings up the server, Prometheus and Grafana: see usage below and docs/operations.md.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: ops/deploy.sh [terraform options]

Builds the server's image if it is missing, brings up server, Prometheus and Grafana by one `terraform apply`, waits until
the dashboard answers and prints where everything is. Doing it again changes only what is different.

Options are passed on to `terraform apply`, such as -var expose=true or -var-file=/path/to/my.tfvars. What is always to
hold is kept best in ops/terraform/terraform.tfvars.

  -h, --help  prints this

Environment:
  DOCKER_HOST  the Docker engine to use, as for `docker`
  TF_VAR_…     a variable of ops/terraform/variables.tf, as for `terraform`
TEXT
}

fail() {
  echo "deploy.sh: $*" >&2
  exit 1
}

# Runs a command for that many seconds at most: an engine that hangs takes a connection and answers nothing. Where there is
# no `timeout`, as on macOS, it takes as long as it takes.
within() {
  if command -v timeout > /dev/null; then timeout "$@"; else "${@:2}"; fi
}

options=()
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    # Terraform runs in another directory than ours.
    -var-file=[!/]*) options+=("-var-file=$PWD/${argument#*=}") ;;
    # The second is what follows -var.
    -* | *=*) options+=("$argument") ;;
    *) fail "unknown argument: $argument (--help tells what there is)" ;;
  esac
done
set -- ${options[@]+"${options[@]}"}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

command -v docker > /dev/null || fail 'docker was not found; install it: https://docs.docker.com/engine/install/'
command -v terraform > /dev/null || fail 'terraform was not found; install 1.5 or newer: https://developer.hashicorp.com/terraform/install'
command -v curl > /dev/null || fail 'curl was not found; install it.'
within 30 docker version --format '{{.Server.Version}}' > /dev/null 2>&1 ||
  fail "no Docker engine answers at ${DOCKER_HOST:-the usual socket}; start it, or set DOCKER_HOST."

cd -- "$here/terraform"
export TF_IN_AUTOMATION=1
# An empty DOCKER_HOST is none.
if [ -n "${DOCKER_HOST:-}" ]; then export TF_VAR_docker_host=$DOCKER_HOST; fi

if [ ! -d "${TF_DATA_DIR:-.terraform}/providers" ]; then terraform init -input=false; fi

# A variable's value, whether from a file, the environment or our arguments.
variable() {
  local name=$1
  shift
  terraform console "$@" <<< "var.$name" | tr -d '"'
}

image=$(variable server_image "$@")
build=$(variable build_server "$@")
base=$(variable base_image "$@")
if [ "$build" = true ] && ! docker image inspect "$image" > /dev/null 2>&1; then
  echo "Building $image"
  docker build --build-arg "BASE_IMAGE=$base" --tag "$image" "$here/.." ||
    fail "$image could not be built; what docker says is above."
fi

terraform apply -input=false -auto-approve "$@"

dashboard=$(terraform output -raw grafana_url)
echo "Waiting for $dashboard"
curl --silent --show-error --fail --output /dev/null --retry 30 --retry-delay 2 --retry-all-errors \
  --max-time 5 "$dashboard/api/health" ||
  fail "$dashboard does not answer; \`docker ps -a\` and \`docker logs\` tell why."

cat <<TEXT

Server      $(terraform output -raw server_url)
Prometheus  $(terraform output -raw prometheus_url)
Dashboards  $dashboard (user admin)
Password    terraform -chdir=$here/terraform output -raw grafana_password
TEXT
