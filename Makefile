# `make help` lists what there is to make. Every target makes ready what it needs: see scripts/setup.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-fast lint ruff-check ruff-format types imports fmt bench clean \
        setup setup-test environment

BIN := .venv/bin
WORKERS ?= 2
# A file stays on one worker: its tests share a sandbox, and some share addresses of the host. In the
# order of the folders, so that the longest test, which is alone in its file, does not come last.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# An installation of its own, so that the examples never mix with somebody's real findings.
run: export TIDEGATE_HOME := $(CURDIR)/out/home
# The demo's model answers on loopback; the gateway asks nothing there that is not named.
run: export TIDEGATE_ENDPOINT_HOSTS := 127.0.0.1
run: export TIDEGATE_PUBLISHER_NAME := River Coordination
run: export TIDEGATE_PUBLISHER_NAMESPACE := https://river.example
run: export TIDEGATE_PUBLISHER_CONTACT := ada@river.example
run: export TIDEGATE_OPERATOR_HOME := $(CURDIR)/out/operator
run: setup ## Hand in examples/, work through them, open the console on a demo of eight organisations
	@# The people first: findings are handed in by somebody. Their passwords are made anew below.
	$(BIN)/tidegate demo --quiet
	@# One example is malformed on purpose: it is refused, and 1 says so.
	$(BIN)/tidegate --as lin@first-light.example intake examples/true examples/false || [ $$? -eq 1 ]
	$(BIN)/tidegate --as sam@second-look.example intake examples/second-finder
	$(BIN)/tidegate work --until-idle
	$(BIN)/tidegate cases
	@# What the world says of vulnerabilities: real, and as old as the files say.
	$(BIN)/tidegate feeds take-all examples/feeds
	@# A fix is offered for one of them and climbs its ladder; the advisory is written by one
	@# coordinator and approved by another.
	$(BIN)/tidegate demo --quiet
	$(BIN)/tidegate work --until-idle
	$(BIN)/tidegate demo --quiet
	@# The offline keys would lie elsewhere, each with somebody else.
	@mkdir -p out && umask 077 && [ -s out/passphrase ] || \
	    $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe())' > out/passphrase
	[ -d out/ceremony ] || { \
	    $(BIN)/tidegate keys ceremony --to out/ceremony --passphrase-file out/passphrase && \
	    $(BIN)/tidegate keys root adopt out/ceremony/1.root.json out/ceremony/1.targets.json; }
	$(BIN)/tidegate work --until-idle
	$(BIN)/tidegate publication
	@# An operator who trusts nobody on the way: it verifies what was published, and plans by it.
	[ -d "$$TIDEGATE_OPERATOR_HOME" ] || $(BIN)/tidegate-operator init \
	    --root out/ceremony/1.root.json --from out/home/updates \
	    --asset tide-table --inventory examples/operator/package-lock.json --exposed yes
	$(BIN)/tidegate-operator pull
	@# 1 says that there is something to do.
	$(BIN)/tidegate-operator plan || [ $$? -eq 1 ]
	@# What an agency runs.
	$(BIN)/tidegate --as ines@tides.example assets import examples/inventories/assets.csv
	$(BIN)/tidegate --as ines@tides.example inventory push --asset 'shop front' \
	    examples/inventories/cyclonedx-juice-shop-via_npm-flat-bom.1.4.json
	$(BIN)/tidegate --as ines@tides.example inventory push --asset sign-in \
	    examples/inventories/cyclonedx-keycloak-10.0.2-bom.json
	@# 1 says that not everything could be told: the feeds are old.
	$(BIN)/tidegate --as ines@tides.example exposure --limit 10 || [ $$? -eq 1 ]
	$(BIN)/tidegate demo
	@$(BIN)/python -m tidegate.faces.demo.endpoint --port 8751 & model=$$!; \
	    trap 'kill $$model 2>/dev/null' EXIT; $(BIN)/tidegate serve --open

test: setup-test ## Run every test, those that read the real registries included
	$(PYTEST) $(ARGS)

test-fast: setup-test ## Run the tests that need no network and little time
	$(PYTEST) -m 'not network and not slow' $(ARGS)

lint: ruff-check ruff-format types imports ## Check style, form, types and the direction of imports

ruff-check: environment
	$(BIN)/ruff check .

ruff-format: environment
	$(BIN)/ruff format --check .

types: environment
	$(BIN)/mypy

imports: environment
	$(BIN)/lint-imports

fmt: environment ## Bring the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Print the figures: start-up, throughput, versions run
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove the environment and the caches; results in out/ stay
	rm -rf .venv .uv .stamps build dist .mypy_cache .pytest_cache .ruff_cache \
	    .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Everything: the environment and the sandbox.
setup:
	@scripts/setup

# Everything, and the browser that the tests of the console look through.
setup-test:
	@scripts/setup test

# Enough for whatever runs no proof.
environment:
	@scripts/setup environment
