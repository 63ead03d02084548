# SPDX-License-Identifier: MIT
# What has to be installed. Debian 12 package names, one list a purpose.
DEPS_BUILD := gcc make pkg-config libc6-dev libseccomp-dev libyaml-dev libcjson-dev \
              libcurl4-openssl-dev libinotifytools0-dev libevent-dev libmd-dev
DEPS_TEST  := libcmocka-dev bats git jq curl procps util-linux strace busybox-static crun runc python3
DEPS_LINT  := clang-format clang-tidy shellcheck cppcheck yamllint codespell mandoc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
DEPS_ARM64 := gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static qemu-system-arm cpio jq
DEPS_FULL  := nginx redis-server redis-tools postgresql nodejs default-jdk-headless python3 \
              golang-go afl++ ca-certificates e2fsprogs faketime valgrind clang libclang-rt-14-dev gcovr python3-yaml buildah debootstrap prometheus chromium python3-jsonschema \
              libxml2-utils zsh fish pre-commit \
              linux-libc-dev-arm64-cross linux-libc-dev-armhf-cross linux-libc-dev-mips64el-cross \
              linux-libc-dev-ppc64el-cross linux-libc-dev-riscv64-cross linux-libc-dev-s390x-cross

# Debian has no kustomize: the last version that its Go 1.19 builds, into a directory that
# `make clean` leaves alone.
KUSTOMIZE  := sigs.k8s.io/kustomize/kustomize/v5@v5.0.3
TOOLS      := build-tools
kustomize_missing = $(shell tests/full/kustomize.sh deploy/kustomize/base >/dev/null 2>&1 || echo yes)

# The schema of SARIF comes in an npm package, which Debian has not.
SARIF      := @microsoft/jest-sarif@1.0.0-beta.0
SARIF_JSON := $(TOOLS)/sarif-2.1.0.json
sarif_missing = $(if $(wildcard $(SARIF_JSON)),,yes)

# Installs only what is missing, and asks the network for nothing when nothing is.
apt_get = @missing=$$(dpkg-query -W -f '$${db:Status-Status} $${Package}\n' $(1) 2>/dev/null | \
	  awk '$$1 == "installed" { have[$$2] = 1 } END { n = split("$(1)", want, " "); \
	       for (i = 1; i <= n; i++) if (!(want[i] in have)) print want[i] }'); \
	if [ -n "$$missing" ]; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; \
	else echo 'deps: nothing is missing'; fi

deps: ## install the Debian packages for building, testing and linting (as root)
	$(call apt_get,$(DEPS_BUILD) $(DEPS_TEST) $(DEPS_LINT))

deps-build: ## only what building needs, as in an image
	$(call apt_get,$(DEPS_BUILD))

deps-arm64: ## what cross-arm64 and machine-arm64 need
	$(call apt_get,$(DEPS_ARM64))

deps-full: ## install what check-full needs beyond that
	$(call apt_get,$(DEPS_FULL) $(if $(kustomize_missing),golang-go ca-certificates) $(if $(sarif_missing),$(if $(shell command -v npm),,npm)))
	$(if $(kustomize_missing),@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; mkdir -p $(TOOLS); \
	  GOPATH=$$tmp GOCACHE=$$tmp/cache GOFLAGS=-modcacherw GOBIN=$(abspath $(TOOLS)) go install $(KUSTOMIZE))
	$(if $(sarif_missing),@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; mkdir -p $(TOOLS); \
	  npm pack --silent --pack-destination "$$tmp" $(SARIF) >/dev/null; \
	  tar -xzf "$$tmp"/*.tgz -C "$$tmp" package/lib/schemas/sarif-2.1.0-rtm.5.json; \
	  cp "$$tmp/package/lib/schemas/sarif-2.1.0-rtm.5.json" $(SARIF_JSON))

.PHONY: deps deps-build deps-arm64 deps-full
