# make run    the demonstration city, from nothing to http://127.0.0.1:8600
# make test   everything that CI checks
# make web    the operations console, where npm is there (run and test do it too)
# make check  style, types, imports and size limits alone
# make clean  remove what the above made (var/ holds the demonstration's data)

.DEFAULT_GOAL := help
.PHONY: help web run test check lint environment runtime development clean
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
# Three at a time, a file on one worker: the journeys mostly wait. A worker that dies ends the run; so does its time limit.
PYTEST_ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --session-timeout 1500

PACKAGES_RUNTIME := libgl1 libglib2.0-0
PACKAGES_TEST := $(PACKAGES_RUNTIME) python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
	gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav \
	postgresql chromium

help:
	@sed -n '/^# make/s/^# //p' Makefile

run: runtime web
	@exec $(BIN)/gridpatrol demo $(ARGS)

test: development web
	@echo "== style, types, imports"
	@$(MAKE) --no-print-directory lint
	@echo "== tests"
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: development
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -q tests/test_house.py

lint:
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy -n 2 --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

# The environment: made once, brought up to date when pyproject.toml changes.

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "GridPatrol needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv) || { \
		echo "Python's venv module is missing: sudo apt-get install python3-venv" >&2; exit 2; }
	@echo "== making the environment in $(VENV) (a few minutes, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

runtime: $(VENV)/.runtime
development: $(VENV)/.development

$(VENV)/.runtime: pyproject.toml | $(BIN)/uv
	@if [ $(VENV)/.development -nt pyproject.toml ]; then touch $@; exit 0; fi
	@echo "== installing GridPatrol"
	@$(UV) -e .
	@$(BIN)/python -c 'import cv2' 2>/dev/null || $(call apt,$(PACKAGES_RUNTIME)) || { \
		echo "OpenCV misses system libraries: sudo apt-get install $(PACKAGES_RUNTIME)" >&2; exit 2; }
	@touch $@

$(VENV)/.development: pyproject.toml | $(BIN)/uv
	@echo "== installing GridPatrol with what training and tests need (some gigabytes, once)"
	@$(UV) -e '.[train,dev]'
	@$(call missing,$(PACKAGES_TEST)) || $(call apt,$(PACKAGES_TEST)) || \
		echo "some tests will be skipped: sudo apt-get install $(PACKAGES_TEST)" >&2
	@touch $@ $(VENV)/.runtime

# missing: true when all these Debian packages are there. apt: install them as root, or with sudo that asks nothing.
missing = { command -v dpkg-query >/dev/null && dpkg-query -W -f='$${Status}\n' $(1) 2>/dev/null | \
	grep -c '^install ok installed' | grep -qx $(words $(1)); }
apt = { command -v apt-get >/dev/null && \
	as_root=$$([ "$$(id -u)" = 0 ] || echo "sudo -n") && \
	echo "== installing system packages: $(1)" && \
	$$as_root apt-get update -qq >/dev/null && \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }

# The console: its packages are fetched when package-lock.json changes, and it is built when its sources do. Not npm ci:
# that refuses where a registry has the optional packages of some platforms only. The lock's versions hold all the same.

NODE_NEEDED := 20.19.0
web:
	@if ! command -v npm >/dev/null || [ "$$(printf '%s\n' $(NODE_NEEDED) "$$(node -p process.versions.node)" | \
			sort -V | head -n 1)" != $(NODE_NEEDED) ]; then \
		echo "no console: it needs Node.js $(NODE_NEEDED) or newer with npm; the API works without it" >&2; exit 0; fi; \
	lock=$$(sha256sum web/package-lock.json); \
	if [ "$$lock" != "$$(cat web/node_modules/.installed 2>/dev/null)" ]; then \
		echo "== fetching the console's packages (a minute, once)"; \
		(cd web && npm install --no-save --silent) || { \
			echo "no console: npm could not fetch its packages; the API works without it" >&2; exit 0; }; \
		echo "$$lock" > web/node_modules/.installed; fi; \
	if [ ! -f web/dist/index.html ] || [ -n "$$(find web/src web/public web/index.html web/vite.config.ts \
			web/package-lock.json -newer web/dist/index.html -print -quit)" ]; then \
		echo "== building the console"; (cd web && npm run --silent build); fi

clean:
	@rm -rf $(VENV) var build dist web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './node_modules/*' -prune -exec rm -rf {} +
