# shellcheck shell=bash
# A Docker engine of our own, for machines that have none. To be sourced by .ci/run.

docker_directory=''

# Starts an engine where none answers; it ends with stop_docker.
start_docker() {
  if docker version > /dev/null 2>&1; then return; fi
  docker_directory=$(mktemp -d)
  export DOCKER_HOST=unix://$docker_directory/socket
  dockerd --host "$DOCKER_HOST" --pidfile "$docker_directory/pid" --data-root "$docker_directory/data" \
    --exec-root "$docker_directory/exec" > "$docker_directory/log" 2>&1 &
  docker_pid=$!
  local second
  for ((second = 0; second < 60; second++)); do
    if docker version > /dev/null 2>&1; then return; fi
    if ! kill -0 "$docker_pid" 2> /dev/null; then break; fi
    sleep 1
  done
  echo 'The Docker engine did not start:' >&2
  tail -n 5 "$docker_directory/log" >&2
}

stop_docker() {
  if [ -z "$docker_directory" ]; then return; fi
  kill "$docker_pid" 2> /dev/null || true
  wait "$docker_pid" 2> /dev/null || true
  rm -rf "$docker_directory"
}
