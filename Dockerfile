# PinGo's image: the runtime, the libraries it loads, and PinGo. No shell, no package manager, nobody's password.
#
#   docker build -t pingo .
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg REVISION=$(git rev-parse HEAD) -t pingo .
#
# BASE builds it: any image with Node 26, npm and a shell. Nothing of it is in what is built but Node and the
# libraries that Node has loaded, whatever C library those are.
ARG BASE=docker.io/library/node:26-trixie

FROM ${BASE} AS build
# What is copied from here is what an SBOM has to tell of (BuildKit).
ARG BUILDKIT_SBOM_SCAN_STAGE=true
WORKDIR /build
# Of these alone, so that another line of code does not install everything anew.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ARG REVISION=
# What `npm publish` would publish, and what it needs to run; then what of that Node opens.
RUN PINGO_COMMIT="${REVISION}" node scripts/build.ts \
 && npm pack --ignore-scripts --loglevel=error --pack-destination /tmp \
 && mkdir /app && tar -xzf /tmp/*.tgz -C /app --strip-components=1 \
 && cp package-lock.json /app/ && cd /app && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && node /build/scripts/image/make-root.mjs /app /image

FROM scratch
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="PinGo" \
      org.opencontainers.image.description="Network availability prober for Kubernetes: is it the network?" \
      org.opencontainers.image.source="https://github.com/pingo-probe/pingo" \
      org.opencontainers.image.documentation="https://github.com/pingo-probe/pingo/blob/main/docs/deploy.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
# A number, so that Kubernetes can see that it is not root (runAsNonRoot). Nothing is written, wherever this runs.
USER 65532:65532
WORKDIR /app
ENV NODE_ENV=production PATH=/usr/bin
EXPOSE 8080
STOPSIGNAL SIGTERM
# The flag is what bin/pingo.js would begin once more with: 2 MB for young objects instead of 16, three times over.
ENTRYPOINT ["/usr/bin/node", "--max-semi-space-size=2", "/app/bin/pingo.js"]
