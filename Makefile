# Everything that a person or a machine does here, each in one word.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# what a run starts a thousand times is compiled once
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
WALLS := bwrap=bubblewrap socat=socat git=git
# the programs of a server lie outside of the path
POSTGRES := /usr/lib/postgresql/*/bin/initdb=postgresql
# networks for the hosts of a proof
NETWORK := ip=iproute2
# the browser's driver is a program of its own and needs the library
BROWSER := chromium=chromium libatomic.so.1=libatomic1

.PHONY: help
help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: up
up: ## set up what is missing, then start Carrel and its console
	@scripts/setup.sh base $(WALLS)
	@exec $(BIN)/carrel up

.PHONY: demo
demo: ## the same in a throw-away home with a played model: no account, no network
	@scripts/setup.sh base $(WALLS)
	@exec $(BIN)/carrel demo

.PHONY: check
check: ## the quick half: format, lint, types, unit, house, docs
	@scripts/setup.sh dev
	@HYPOTHESIS_PROFILE=brief scripts/check.sh

.PHONY: test
test: ## everything: check, then contract, integration, acceptance, browser, wheel
	@scripts/setup.sh dev $(WALLS) $(BROWSER) $(NETWORK) '$(POSTGRES)'
	@scripts/check.sh
	@scripts/test.sh

.PHONY: acceptance
acceptance: ## the product as people have it (HOSTS=3: on PostgreSQL, with its agents on two other hosts)
	@scripts/setup.sh dev $(WALLS) $(BROWSER) '$(POSTGRES)'
	@THOROUGH=1 HOSTS=$(or $(HOSTS),1) $(BIN)/python -m pytest -q -n 3 --dist worksteal tests/acceptance

.PHONY: bench
bench: ## measure, print a table, write build/bench.json
	@scripts/setup.sh dev $(WALLS) '$(POSTGRES)'
	@$(BIN)/python -m bench

.PHONY: simulate
simulate: ## how many hosts how many people need: a million rows, then the busiest hour, played through
	@scripts/setup.sh dev $(WALLS) '$(POSTGRES)'
	@$(BIN)/python -m bench.size

.PHONY: chaos
chaos: ## random kills and faults: nothing lost, nothing said twice (PLATFORM=discord HOSTS=1 MIRROR= N=100 SEED= FIRST=1)
	@scripts/setup.sh dev $(WALLS) $(if $(HOSTS),$(NETWORK) '$(POSTGRES)')
	@$(BIN)/python -m proofs chaos $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(HOSTS),--hosts $(HOSTS)) $(if $(MIRROR),--mirror) --runs $(or $(N),100) --first $(or $(FIRST),1) $(if $(SEED),--seed $(SEED))

.PHONY: chaos-long
chaos-long: ## the same a thousand times
	@$(MAKE) chaos N=1000

.PHONY: isolation
isolation: ## sessions with secrets, and everything that is tried to get at them (PLATFORM=console HOSTS=1 SESSIONS=200)
	@scripts/setup.sh dev $(WALLS) $(if $(HOSTS),'$(POSTGRES)')
	@$(BIN)/python -m proofs isolation $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(HOSTS),--hosts $(HOSTS)) --sessions $(or $(SESSIONS),200) $(if $(SEED),--seed $(SEED))

.PHONY: soak
soak: ## turn after turn: what grows (TURNS=10000)
	@scripts/setup.sh dev
	@$(BIN)/python -m proofs soak --turns $(or $(TURNS),10000)

.PHONY: fuzz
fuzz: ## every test of free input, with 5,000 inputs that are others each time (ONLY=split)
	@scripts/setup.sh dev
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -q -n 2 -o timeout=1800 -m hypothesis $(if $(ONLY),-k $(ONLY)) tests/unit

.PHONY: mutate
mutate: ## change the code that matters most in one place at a time: a test must fail (ONLY=core.routing)
	@scripts/setup.sh dev
	@$(BIN)/python -m proofs.mutate $(if $(ONLY),--only $(ONLY))

.PHONY: pictures
pictures: ## take the README's pictures anew, in Chromium
	@scripts/setup.sh dev $(WALLS) $(BROWSER)
	@$(BIN)/python scripts/pictures.py

.PHONY: docs
docs: ## the documents as a site, in build/site
	@scripts/setup.sh dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "· build/site/index.html"

.PHONY: format
format: ## put the code in form
	@scripts/setup.sh dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: reference
reference: ## make the tables of docs/reference anew, from the code
	@scripts/setup.sh dev
	@$(BIN)/python scripts/reference.py

.PHONY: lock
lock: ## lock the dependencies anew (UPGRADE=1 for newer versions)
	@scripts/lock.sh

.PHONY: clean
clean: ## remove what was built, the virtual environment included
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
