# The commands of this project. `make` alone lists them; each does its work through one script in Scripts/.

# Tests that also run in debug mode under the address sanitizer, as a regular expression over test names.
SANITIZED := Container|Hostile|Kernel

PREFIX ?= /usr/local
DESTDIR ?=
FILTER ?=
AUDIO ?=
BUNDLE ?= output/bundle
DATA ?=

# Handed on through the environment, unexpanded, so that spaces, quotes and dollar signs arrive as they were typed.
export VRVQ_FILTER := $(value FILTER)
export VRVQ_SANITIZED := $(value SANITIZED)
export VRVQ_AUDIO := $(value AUDIO)
export VRVQ_PREFIX := $(value PREFIX)
export VRVQ_DESTDIR := $(value DESTDIR)
export VRVQ_BUNDLE := $(value BUNDLE)
export VRVQ_DATA := $(value DATA)

.DEFAULT_GOAL := help
.PHONY: help demo test check format build release install uninstall setup setup-training bundle clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## encode, decode and explain a recording: make demo [AUDIO=path]
	@Scripts/setup.sh 'make demo'
	@Scripts/demo.sh "$$VRVQ_AUDIO"

test: ## run every check and test, or a part: make test [FILTER=regex]
	@Scripts/setup.sh 'make test'
	@Scripts/test.sh "$$VRVQ_FILTER"

check: ## formatting, file sizes, layering, dependencies, lengths (no build)
	@Scripts/setup.sh 'make check'
	@Scripts/check.sh

format: ## rewrite the Swift sources in the project's format
	@swift format --in-place --parallel --recursive Package.swift Sources Tests \
		Laboratory/Package.swift Laboratory/Sources Laboratory/Tests

build: ## release build of the program, into .build/release
	@Scripts/setup.sh 'make build'
	@swift build -c release --product vrvq

release: ## program that runs without the toolchain, man page and completions, into .build-install/stage
	@Scripts/setup.sh 'make release'
	@Scripts/install.sh stage

install: ## install them: make install [PREFIX=/usr/local] [DESTDIR=]
	@Scripts/install.sh install

uninstall: ## remove what make install put there, with the same PREFIX and DESTDIR
	@Scripts/install.sh uninstall

setup: ## install the packages that the build needs (as root), or say which
	@Scripts/setup.sh 'make setup'

setup-training: ## bring PyTorch for the laboratory, compile its plugin: make setup-training [TORCH_VERSION=2.11.0]
	@Scripts/setup.sh 'make setup-training'
	@Scripts/setup-training.sh

bundle: ## folder that trains on a machine without Swift: make bundle [BUNDLE=output/bundle] [DATA='speech music.csv']
	@Scripts/setup.sh 'make bundle'
	@Scripts/bundle.sh "$$VRVQ_BUNDLE" $${VRVQ_DATA:+--data $$VRVQ_DATA}

clean: ## remove what was built and the demo's output
	@rm -rf .build .build-asan .build-install Laboratory/.build Laboratory/.build-bundle output
