FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bin/package.json bin/
COPY src/package.json src/
COPY test/package.json test/
COPY web/package.json web/
# The dependencies and build tools of the package, including the native part of the bundler.
RUN npm ci --omit=dev --include=optional --workspace=src --workspace=web
COPY . .
RUN npm pack

FROM node:24-slim
COPY --from=build /app/paddles-*.tgz /tmp/paddles.tgz
# Puts `paddles` on the PATH.
RUN npm install --global --omit=dev --no-audit --no-fund /tmp/paddles.tgz && rm /tmp/paddles.tgz
RUN install --directory --owner=node /data
WORKDIR /data
VOLUME /data
USER node
ENV PADDLES_SERVER_HOST=0.0.0.0 PADDLES_DATABASE_URL=sqlite:////data/paddles.db
EXPOSE 8080 8081
HEALTHCHECK CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PADDLES_SERVER_PORT || 8080}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# `paddles` replaces itself with Node, so that process 1 is the server and receives SIGTERM.
CMD ["paddles", "serve"]
