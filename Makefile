# A thin front: each target is one script or CMake call.
PRESET ?= dev
PREFIX ?= /usr/local
RUNTIME_MANIFEST ?= runtime/runtime-bundle.toml
RUNTIME_OUT ?= runtime/bundle
export FIRECRACKER FORCE

# For others than root, banger is of use only where nobody but root can change it (docs/privileges.md).
as_owner = $$([ -w $(PREFIX) ] || echo sudo)
configured = build/$(PRESET)/build.ninja

.PHONY: help build test test-nested verify-images soak bench-create bench-dns bench-plugins bench-vsock bench-agent bench-start bench-images bench-web console-pictures fuzz given-firecracker runtime-bundle void-programs void-kernel rootfs-void verify-void install uninstall format tidy

help:
	@echo 'make build           build everything (PRESET=dev|release|tsan|ci; default dev)'
	@echo 'make test            ./test.sh'
	@echo 'make test-nested     VMs on real KVM, in an emulated machine: minutes (BANGER_FIRECRACKER=, BANGER_NESTED_PREFIX=)'
	@echo 'make verify-images   the default images whole, with Docker and without, from the world beyond: half an hour and more'
	@echo 'make soak            kill the daemon at random while VMs change, people race (ROUNDS=5, SEED=)'
	@echo 'make bench-create    create -> first SSH command beside a bare QEMU (RUNS=10)'
	@echo 'make bench-dns       the dns plugin beside dnsmasq, by dnsperf (ROUNDS=5, NAMES=10000)'
	@echo 'make bench-plugins   what one hook costs over six plugins that do nothing (ROUNDS=5000, LIMIT=50 us)'
	@echo 'make bench-agent     create -> first SSH command with the vsock plugin and without (RUNS=10)'
	@echo 'make bench-vsock     CPU time of watching guests (GUESTS=50, SECONDS=30)'
	@echo 'make bench-start     start of the daemon with six plugins and with none (RUNS=10, LIMIT=100 ms)'
	@echo 'make bench-images    creates from images of several sizes, what VMs take, what a build costs over ssh (RUNS=10, WORK=120 s)'
	@echo 'make console-pictures  the pictures of docs/web-console.md anew, in Chromium'
	@echo 'make bench-web       pages of the web console beside a bare answer, by wrk, and what it keeps in memory; fails over its budgets (SECONDS=5, RATE=3000 /s, MINUTES=5)'
	@echo 'make fuzz            libFuzzer on every fuzz target, one after the other (SECONDS=600 each; needs clang)'
	@echo 'make runtime-bundle  kernel, initramfs, root file system (RUNTIME_MANIFEST=, RUNTIME_OUT=, FIRECRACKER=)'
	@echo 'make void-kernel     experimental: a kernel of Void Linux into runtime/void-kernel (VOID_MIRROR=; runtime/void/README.md)'
	@echo 'make rootfs-void     experimental: a root file system of Void Linux into runtime/void-rootfs (VOID_MIRROR=)'
	@echo 'make verify-void     registers them as the image void-exp, and takes a VM of it through its life'
	@echo 'make install         release build into PREFIX (default /usr/local)'
	@echo 'make uninstall       remove what "make install" put into PREFIX (FORCE=1: also while VMs run)'
	@echo 'make format          clang-format every source'
	@echo 'make tidy            build with clang-tidy on every source'

$(configured):
	cmake --preset $(PRESET)

build: $(configured)
	cmake --build --preset $(PRESET)

test:
	./test.sh

# tests/e2e/nested/README.md. A sanitizer's build would take several times as long there.
test-nested:
	@[ -z "$$BANGER_FIRECRACKER" ] || scripts/firecracker-version.sh "$$BANGER_FIRECRACKER" >/dev/null
	[ -n "$$BANGER_NESTED_PREFIX" ] || $(MAKE) --no-print-directory build PRESET=release
	[ -n "$$BANGER_RUNTIME_DIR" ] || $(MAKE) --no-print-directory runtime-bundle PRESET=release
	BANGER_BUILD_DIR=$${BANGER_BUILD_DIR:-$(CURDIR)/build/release} tests/e2e/nested/run.sh

verify-images:
	$(MAKE) --no-print-directory build PRESET=release
	$(MAKE) --no-print-directory runtime-bundle PRESET=release
	BANGER_BUILD_DIR=$(CURDIR)/build/release tests/e2e/images_full.sh

# The short cases of ./test.sh, longer and with other seeds; a failing round names its seed.
soak: ROUNDS ?= 5
soak: SEED ?= $(shell date +%s)
soak: build
	set -e; for round in $$(seq $(ROUNDS)); do \
		export BANGER_BUILD_DIR=$(CURDIR)/build/$(PRESET) BANGER_SEED=$$(($(SEED) % 30000 + round)); \
		tests/e2e/soak/killed_often.sh; tests/e2e/soak/races.sh; done
	BANGER_BUILD_DIR=$(CURDIR)/build/$(PRESET) BANGER_BOTH=1 tests/e2e/faults/killed_at_steps.sh
	BANGER_BUILD_DIR=$(CURDIR)/build/$(PRESET) BANGER_SEED=$$(($(SEED) % 30000)) tests/e2e/soak/toggles.sh

bench-create: RUNS ?= 10
bench-create:
	$(MAKE) --no-print-directory build PRESET=release
	$(MAKE) --no-print-directory runtime-bundle PRESET=release
	tests/bench/create/bench.sh --runs $(RUNS)

bench-dns: ROUNDS ?= 5
bench-dns: NAMES ?= 10000
bench-dns:
	cmake --preset release -B build/bench -DBANGER_TESTS=ON
	cmake --build build/bench --target bench_dns_server
	tests/bench/dns/bench.sh --rounds $(ROUNDS) --names $(NAMES)

bench-plugins: ROUNDS ?= 5000
bench-plugins: LIMIT ?= 50
bench-plugins:
	cmake --preset release -B build/bench -DBANGER_TESTS=ON
	cmake --build build/bench --target bench_plugin_dispatch
	build/bench/bin/bench_plugin_dispatch $(ROUNDS) $(LIMIT)

bench-vsock: GUESTS ?= 50
bench-vsock: SECONDS ?= 30
bench-vsock:
	cmake --preset release -B build/bench -DBANGER_TESTS=ON
	cmake --build build/bench --target bench_vsock_sampling
	build/bench/bin/bench_vsock_sampling $(GUESTS) $(SECONDS)

bench-agent: RUNS ?= 10
bench-agent:
	$(MAKE) --no-print-directory build PRESET=release
	$(MAKE) --no-print-directory runtime-bundle PRESET=release
	tests/bench/agent/bench.sh --runs $(RUNS)

bench-start: RUNS ?= 10
bench-start: LIMIT ?= 100
bench-start:
	cmake --preset release -B build/bench -DBANGER_TESTS=ON
	cmake --build build/bench --target banger bangerd plugin_nat plugin_dns plugin_vsock plugin_tap-pool plugin_rec-a plugin_rec-b
	tests/bench/plugins/start.sh --limit $(LIMIT) --runs $(RUNS)

bench-images: RUNS ?= 10
bench-images: WORK ?= 120
bench-images:
	$(MAKE) --no-print-directory build PRESET=release
	$(MAKE) --no-print-directory runtime-bundle PRESET=release
	WORK=$(WORK) tests/bench/images/bench.sh --runs $(RUNS)

console-pictures: build
	tests/browser/run.sh pictures.mjs || true # until docs/web-console.md tells of new ones
	mkdir -p docs/web-console
	cp build/dev/browser/docs/*.png docs/web-console/

bench-web: SECONDS ?= 5
bench-web: RATE ?= 3000
bench-web: MINUTES ?= 5
bench-web:
	cmake --preset release -B build/bench -DBANGER_TESTS=ON
	cmake --build build/bench --target console_server plugin_web
	tests/bench/web/bench.sh --seconds $(SECONDS) --rate $(RATE)
	cmake --preset release
	cmake --build --preset release
	tests/bench/web/memory.sh --minutes $(MINUTES)

# ./test.sh runs the same entries with a repeatable driver; this one looks for new inputs.
fuzz: SECONDS ?= 600
fuzz:
	CC=clang CXX=clang++ cmake --preset dev -B build/fuzz -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBANGER_WERROR=OFF -DBANGER_LIBFUZZER=ON
	cmake --build build/fuzz --target fuzz_all
	ASAN_OPTIONS=detect_leaks=0 tests/fuzz/run.sh build/fuzz $(SECONDS)

# Before anything is built: a wrong file is told at once.
given-firecracker:
	@[ -z "$$FIRECRACKER" ] || scripts/firecracker-version.sh --archive "$$FIRECRACKER" >/dev/null

runtime-bundle: given-firecracker $(configured)
	cmake --build --preset $(PRESET) --target banger-bundle
	build/$(PRESET)/bin/banger-bundle --manifest $(RUNTIME_MANIFEST) --out $(RUNTIME_OUT) $(if $(RETRY),--retry)

void-programs: $(configured)
	cmake --build --preset $(PRESET) --target banger-xbps banger-bundle

void-kernel: void-programs
	BANGER_BUILD_DIR=build/$(PRESET) runtime/void/make-kernel.sh

rootfs-void: void-programs
	BANGER_BUILD_DIR=build/$(PRESET) runtime/void/make-rootfs.sh

verify-void:
	runtime/void/verify.sh

install:
	$(MAKE) --no-print-directory build PRESET=release
	@mkdir -p $(PREFIX) 2>/dev/null || true
	$(as_owner) cmake --install build/release --prefix $(PREFIX)

uninstall:
	@scripts/uninstall.sh $(PREFIX)

format:
	git ls-files '*.cpp' '*.hpp' '*.c' '*.h' | xargs -r clang-format -i

tidy:
	$(MAKE) --no-print-directory build PRESET=ci
