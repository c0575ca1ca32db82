# Each target sets up what it needs; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
BASE ?= HEAD
READY := .venv/ready
RELEASE := .venv/release/ready
EXAMPLES := .venv/examples/ready
NEIGHBOURS := .venv/neighbours/ready
COMPILE = $(BIN)/python -m uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(if $(PACKAGE),--upgrade-package $(PACKAGE))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv trusts what the machine trusts, as pip does: a company's proxy has a certificate of its own.
export UV_SYSTEM_CERTS := true
export SAMPLE UPSTREAM

.DEFAULT_GOAL := help
.PHONY: help setup demo live test test-slow interrupts contract crash chaos fuzz matrix mutants mutations check drift layers lint types document wire generate import diff peers bench budget package workflows build docs docs-browser lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv from the hashed lock ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(RELEASE): $(READY) requirements-release.lock
	@$(PYTHON) -m venv --without-pip .venv/release
	@$(BIN)/python -m uv --quiet pip sync --python .venv/release/bin/python --require-hashes requirements-release.lock
	@touch $@

$(EXAMPLES): $(READY) requirements-examples.lock
	@$(PYTHON) -m venv --without-pip .venv/examples
	@$(BIN)/python -m uv --quiet pip sync --python .venv/examples/bin/python --require-hashes requirements-examples.lock
	@$(BIN)/python -m uv --quiet pip install --python .venv/examples/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

$(NEIGHBOURS): $(READY) requirements-neighbours.lock
	@$(PYTHON) -m venv --without-pip .venv/neighbours
	@$(BIN)/python -m uv --quiet pip sync --python .venv/neighbours/bin/python --require-hashes requirements-neighbours.lock
	@$(BIN)/python -m uv --quiet pip install --python .venv/neighbours/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## Make .venv from the hashed lock

demo: $(READY) ## Do the main job against the local server; SAMPLE=my.wav takes your recording
	@$(BIN)/python scripts/demo.py scripts/demo.md $(if $(SAMPLE),"$$SAMPLE")

live: $(READY) ## Create, read, save and delete one voice at the real service; needs MISTRAL_API_KEY
	@test -n "$$MISTRAL_API_KEY" || { echo "live: set MISTRAL_API_KEY; this makes and deletes one voice in that account."; exit 2; }
	@$(BIN)/python scripts/demo.py scripts/live.md $(if $(SAMPLE),"$$SAMPLE")

test: $(READY) $(EXAMPLES) ## Run all tests, four files at a time: many of them wait
	@$(BIN)/python -m pytest --numprocesses 4 --dist loadfile

test-slow: $(READY) $(NEIGHBOURS) ## Run the tests that need minutes: a frozen program, twenty kills, the page in Chromium, neighbours
	@$(BIN)/python -m pytest -m slow
	@.venv/neighbours/bin/python -m pytest tests/neighbours

interrupts: $(READY) ## Cancel, interrupt and fork everywhere: the client works on, and nothing is left; SEED=2
	@$(BIN)/python scripts/interrupts.py --seed $(or $(SEED),1)

contract: $(READY) ## Only the tests that hold client, local server and document together
	@$(BIN)/python -m pytest tests/contract

crash: $(READY) ## Kill backup, restore, copy and apply at 200 places, run them again, and compare; SEED=n takes others
	@$(BIN)/python scripts/crash.py $(if $(SEED),--seed $(SEED))

chaos: $(READY) ## Make 20,000 calls through faults of a hundred kinds, and compare; SEED=n takes others, CALLS=n makes fewer
	@PYTHONMALLOC=malloc $(BIN)/python scripts/chaos $(if $(SEED),--seed $(SEED)) $(if $(CALLS),--calls $(CALLS))

fuzz: $(READY) ## Push 100,000 hostile bodies, heads, cursors, ids and file objects through the client; SEED=n CASES=n take others
	@$(BIN)/python scripts/fuzz.py $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES))

matrix: $(READY) ## Use the wheel with the oldest and newest versions of what it needs, on each Python here; ONLY=name runs some
	@$(BIN)/python scripts/matrix.py $(if $(ONLY),--only "$(ONLY)")

mutants: $(READY) ## Change the code in a hundred small ways, and show which test finds each; ONLY="12 K1" runs some
	@$(BIN)/python scripts/mutants.py $(ONLY)

mutations: $(READY) ## Change the document in many ways, and show which check finds each
	@$(BIN)/python scripts/mutations.py

check: document drift layers lint types wire budget package workflows ## All checks that are not tests

drift: $(READY) ## Is generated/ what the document says?
	@$(BIN)/python scripts/generate.py --check

layers: $(READY) ## Do imports point down, without a circle?
	@$(BIN)/lint-imports --no-logo --no-cache

lint: $(READY) ## ruff: style and common mistakes
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Not in the usual form: run $(BIN)/ruff format"; exit 1; }

types: $(READY) $(EXAMPLES) ## mypy --strict and pyright, on our code, the examples and a user's program against the wheel
	@$(BIN)/mypy
	@$(BIN)/python scripts/node.py pyright
	@.venv/examples/bin/mypy examples
	@$(BIN)/python scripts/node.py pyright --project examples
	@$(BIN)/python scripts/user_types.py

document: $(READY) ## Is openapi/voices.yaml valid, and what the patches make of the vendor's document?
	@$(BIN)/python scripts/import_document.py --check
	@$(BIN)/openapi-spec-validator --subschema-errors all openapi/voices.yaml
	@$(BIN)/python scripts/node.py redocly lint --config openapi/linter.yaml openapi/voices.yaml

workflows: $(RELEASE) ## Are workflows and issue forms valid, and the workflows sound? Offline
	@.venv/release/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/release/bin/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	@.venv/release/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/release/bin/zizmor --offline --quiet --no-progress --persona pedantic .github

package: $(RELEASE) ## Would a release be well formed, and the same bytes twice?
	@$(BIN)/python scripts/release/check.py

wire: $(READY) ## Can the comparison of documents on the wire fail at all?
	@$(BIN)/python scripts/diff.py --self-test

generate: $(READY) ## Write generated/ from openapi/voices.yaml, when both validators accept it
	@$(BIN)/python scripts/node.py redocly lint --config openapi/linter.yaml openapi/voices.yaml >/dev/null 2>&1 || \
		{ $(BIN)/python scripts/node.py redocly lint --config openapi/linter.yaml openapi/voices.yaml; \
		echo "generated/ is as it was."; exit 1; }
	@$(BIN)/python scripts/generate.py

diff: $(READY) ## What changed since BASE (a git ref), whom it breaks, and which version follows
	@$(BIN)/python scripts/diff.py $(BASE)

import: $(READY) ## Write openapi/voices.yaml from the vendor's document, UPSTREAM=path, and from openapi/patches
	@$(BIN)/python scripts/import_document.py $(if $(UPSTREAM),"$$UPSTREAM")

peers: $(READY) ## Let the vendor's clients judge the local server, and a mock of the document judge ours
	@$(BIN)/python scripts/peers

bench: $(READY) ## Compare with what it replaces; ONLY=row runs one, GROWTH=1 shows cost by size
	@$(BIN)/python scripts/bench $(if $(ONLY),--only $(ONLY)) $(if $(GROWTH),--growth)
	@$(if $(ONLY)$(GROWTH),,$(BIN)/python scripts/bench/backup.py)

budget: $(READY) ## Does a start import, and a call do, no more than is allowed?
	@$(BIN)/python scripts/bench/budget.py

build: $(RELEASE) ## Build sdist, wheel, SBOM, licences and SHA256SUMS into dist/
	@$(BIN)/python scripts/release/build.py

lock: $(READY) ## Write the lock files anew; PACKAGE=name moves that one to its newest version
	@$(COMPILE) --extra cli --extra local --group dev pyproject.toml --output-file requirements-dev.lock
	@$(COMPILE) --group release --output-file requirements-release.lock
	@$(COMPILE) --extra local --group examples pyproject.toml --output-file requirements-examples.lock
	@$(COMPILE) --extra local --group neighbours pyproject.toml --output-file requirements-neighbours.lock
	@$(COMPILE) --group node --output-file requirements-node.lock
	@set -e; for group in docs browser; do \
		$(COMPILE) --group $$group --constraint requirements-dev.lock --output-file requirements-$$group.lock; done
	@set -e; for peer in scripts/bench/requirements/*.in; do \
		$(COMPILE) --no-annotate $$peer --output-file $${peer%.in}.txt; done

.venv/ready-%: requirements-%.lock $(READY)
	@$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@touch $@

docs: .venv/ready-docs ## Build the site into site/; a broken link, a warning or an undocumented public name fails
	@$(BIN)/python scripts/docs.py

docs-browser: docs .venv/ready-browser ## Walk the built site in headless Chromium (apt-get install chromium)
	@$(BIN)/python -m pytest -m slow tests/test_site_browser.py

clean: ## Remove what the other targets made
	rm -rf .venv dist scripts/node/node_modules scripts/peers/node_modules scripts/bench/.environments .hypothesis .mypy_cache .pytest_cache .ruff_cache .cache site
