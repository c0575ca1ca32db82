# Each target sets up what it needs; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check drift boundaries lint types document generate import lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv from the hashed lock ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## Make .venv from the hashed lock

demo: $(READY) ## Do the main job against the local server; SAMPLE=my.wav takes your recording
	@$(BIN)/python scripts/demo.py $(SAMPLE)

test: $(READY) ## Run all tests
	@$(BIN)/python -m pytest

check: drift boundaries lint types document ## All checks that are not tests

drift: $(READY) ## Is generated/ what the document says?
	@$(BIN)/python scripts/generate.py --check

boundaries: $(READY) ## Do imports point one way, and are files short?
	@$(BIN)/python scripts/boundaries.py

lint: $(READY) ## ruff: style and common mistakes
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: $(READY) ## mypy --strict and pyright, on our code and on a user's against the wheel
	@$(BIN)/mypy
	@$(BIN)/python scripts/node.py pyright
	@$(BIN)/python scripts/user_types.py

document: $(READY) ## Is openapi/voices.yaml valid, and what the patches make of the vendor's document?
	@$(BIN)/python scripts/import_document.py --check
	@$(BIN)/openapi-spec-validator --errors all openapi/voices.yaml
	@$(BIN)/python scripts/node.py redocly lint --config openapi/linter.yaml openapi/voices.yaml

generate: $(READY) ## Write generated/ from openapi/voices.yaml
	@$(BIN)/python scripts/generate.py

import: $(READY) ## Write openapi/voices.yaml from the vendor's document, UPSTREAM=path, and from openapi/patches
	@$(BIN)/python scripts/import_document.py $(UPSTREAM)

lock: $(READY) ## Write the lock files anew
	@$(BIN)/python scripts/lock.py

clean: ## Remove what the other targets made
	rm -rf .venv scripts/node/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
