# SPDX-License-Identifier: MIT
# Two programs and their shared objects on nothing: no shell, no package manager. Debug with
# `kubectl debug`. `make image` fills in the arguments.
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS build
WORKDIR /src
# The packages come first: a change of the sources does not install them again.
COPY Makefile *.mk VERSION ./
RUN apt-get update -q && apt-get install -qy --no-install-recommends make && make deps-build
COPY . .
ARG GIT_COMMIT=unknown
ARG SOURCE_DATE_EPOCH=0
RUN make GIT_COMMIT="$GIT_COMMIT" CFLAGS='-O2 -D_FORTIFY_SOURCE=3' build/seccompd build/seccompctl \
    && SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" deploy/image-root.sh build /image

FROM scratch
ARG GIT_COMMIT=unknown
ARG VERSION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="seccompd" \
      org.opencontainers.image.description="Installs seccomp profiles on a Kubernetes node" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${GIT_COMMIT}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="GPL-2.0-only"
COPY --from=build /image/ /
# The directory on the host is root's. No capability comes with it: see deploy/kustomize.
USER 0
ENTRYPOINT ["/usr/bin/seccompd"]
