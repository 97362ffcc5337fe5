FROM node:24-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=optional
COPY bin bin
COPY src src
COPY web web
RUN node web/build.ts

FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node 24 itself: none of the development dependencies is needed to serve.
RUN npm ci --omit=dev --omit=optional
COPY bin bin
COPY src src
COPY --from=web /app/web/dist web/dist
# Stripped types, as bin/paddles keeps them.
ENV NODE_COMPILE_CACHE=/app/.cache
RUN node --input-type=module --eval "await import('/app/src/cli/serve.ts')"
ENV PADDLES_SERVER_HOST=0.0.0.0 PADDLES_DATABASE_URL=sqlite:////data/paddles.db
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8080 8081
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that SIGTERM reaches it. The flag and the setting: docs/decisions/0006-small-young-generation.md.
ENV MALLOC_ARENA_MAX=1
CMD ["node", "--max-semi-space-size=8", "src/main.ts", "serve"]
