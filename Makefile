# The human's door. Everything behind it is CMake presets; `make help` lists the targets.

PRESET ?= release
JOBS ?= $(shell nproc)
IBID := build/$(PRESET)/bin/ibid

# Real data sets lying beside the checkout are used; otherwise what is missing is said and the made digits serve.
ifndef IBID_DATA_DIR
  ifneq ($(wildcard ../shared/data/mnist),)
    export IBID_DATA_DIR := $(abspath ../shared/data)
  endif
endif

.PHONY: help setup build demo test test-all nightly bench format lint clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install what building and testing need (Debian packages, by name)
	@tools/setup.sh

build: ## configure and build; the program is build/release/bin/ibid
	@cmake --preset $(PRESET) > build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset $(PRESET) -j $(JOBS)

demo: setup build ## train the digit classifier several ways and show that every bit agrees
	@tools/demo.sh $(IBID)

test: setup ## everything CI runs: linters, build, all tests, a second compiler, 64-bit ARM
	@tools/ci/test.sh

test-all: test ## the slow checks too: compilers and optimisation levels, sanitizers, mutations
	@tools/ci/test_all.sh

nightly: setup build ## every float32 function on all 2^32 inputs, every instruction set (hours)
	@cmake --build --preset $(PRESET) --target nightly

bench: ## measure against the usual libraries and write docs/benchmarks.md
	@tools/setup.sh --bench
	@tools/bench.sh

format: ## format all sources
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

lint: ## formatting and the repository's own rules
	@tools/ci/lint.sh

clean: ## remove all build folders
	@rm -rf build
