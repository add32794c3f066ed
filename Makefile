# Kazyna: `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
# A program that may keep what it has compiled starts twice as fast.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
FRONTEND := src/kazyna/web/frontend
PAGES := src/kazyna/web/static/.built

.PHONY: help install pages demo test check bench docs lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

.venv/.installed: requirements.lock pyproject.toml
	@scripts/bootstrap $(PYTHON)
	@touch $@

$(PAGES): .venv/.installed $(wildcard $(FRONTEND)/*)
	$(BIN)/python scripts/build_pages.py

install: $(PAGES) ## Create .venv from the lock file and build the pages

pages: $(PAGES) ## Build the portal's scripts, styles and fonts

demo: install ## Value, tax and account a real county, then serve the portal
	$(BIN)/kazyna demo

test: install ## Run every test on a real PostgreSQL and a real browser
	@scripts/install-browser
	$(BIN)/pytest

check: install ## Lint, formatting, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## Run every file in benchmarks/
	@for file in $(filter-out %_peer.py,$(wildcard benchmarks/*.py)); do echo "== $$file"; $(BIN)/python $$file || exit 1; done

docs: install ## Write the reference, then build the documentation into docs/_build
	$(BIN)/python docs/generate.py
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build

lock: ## Renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --python-version 3.11 --extra dev pyproject.toml -o requirements.lock

clean: ## Remove what was built (not the data folder)
	rm -rf .venv dist docs/_build src/kazyna/web/static $(FRONTEND)/node_modules
