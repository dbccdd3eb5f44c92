# The bin with nothing around it: `docker run -i IMAGE` speaks stdio, `docker run IMAGE --http …` HTTP.
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# No scripts: the project's own one builds, and its sources are not here yet.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/
COPY src/ src/
RUN npm run build

FROM node:${NODE_VERSION}-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="apolo-jobs-mcp" \
      org.opencontainers.image.description="MCP server for compute jobs on the Apolo platform" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# HOME, so that it is the same for whatever user a container runs as.
ENV NODE_ENV=production HOME=/home/node
WORKDIR /app
COPY LICENSE deploy/healthcheck.mjs ./
# Says that the bundle is an ES module.
COPY --from=build /src/package.json ./
COPY --from=build /src/dist/ dist/
# The image's user `node`, by number: Kubernetes sees that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM
# Of HTTP only; the script calls everything else healthy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["node", "/app/dist/main.js"]
