ARG BASE_IMAGE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

# Everything, to compile with.
FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node --run build

# Only what runs. The optional dependencies are Node.js itself, which the base image has.
FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${BASE_IMAGE}
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git tini \
  && apt-get clean && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log \
  && groupadd --gid 10001 gitmon \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin gitmon \
  && install --directory --owner=10001 --group=10001 --mode=0700 /data
WORKDIR /app
COPY package.json package-lock.json CHANGELOG.md LICENSE ./
COPY --from=dependencies /app/node_modules node_modules/
COPY views views/
COPY --from=build /app/dist/bundle dist/bundle/
COPY --from=build /app/dist/static dist/static/

# `port` is what the argument was called before.
ARG port=5000
ARG PORT=${port}
# Published on 127.0.0.1 it is a service of its reader's machine, whose browser another site may lead here under its own name.
# The last one keeps memory that is not used any more from staying with the process.
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  ALLOWED_HOSTS=localhost \
  PORT=${PORT} \
  DATA_DIR=/data \
  GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=131072
EXPOSE ${PORT}
VOLUME /data
USER 10001:10001

# A shell would not pass SIGTERM on, and git leaves children behind that only a first process can reap.
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--max-semi-space-size=4", "/app/dist/bundle/cli.js"]
CMD ["serve"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Last, since these change with every build.
ARG BASE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="git-monitoring-server" \
  org.opencontainers.image.description="The history of any git repository on a page, as JSON and under Prometheus" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.base.name="${BASE_IMAGE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
