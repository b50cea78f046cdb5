# Everything here sets itself up: Python 3.11 or newer and make are enough, root or not. `make help` lists it.
#
#   make demo ARGS="--for 60"       arguments go to the command behind the target
#   make PYTHON=python3.12 test     another interpreter; remove .venv first (make clean) when there is one already

.DEFAULT_GOAL := help
.PHONY: help demo test lint type bench bench-large soak golden clean

PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; \
	done),python3)
ARGS ?=
BIN := .venv/bin
SETUP := $(PYTHON) -m deploy.bootstrap

help:                   ## this list
	@sed -n 's/^\([a-z-]*\): *## /\1\t/p' Makefile | expand -t 14

demo:                   ## a city's gas meters, live, with 30 days of history
	@$(SETUP) runtime mosquitto
	@exec $(BIN)/citygas demo $(ARGS)

# Files keep their order, in which those of few and long tests come first: last, one process would end with them alone.
test:                   ## the whole suite: real broker, real database, real browser
	@$(SETUP) dev mosquitto chromium openssl
	@exec $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint:                   ## ruff and the import contracts
	@$(SETUP) dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

type:                   ## mypy, strict
	@$(SETUP) dev
	$(BIN)/mypy
	$(BIN)/mypy --package deploy.bootstrap

bench:                  ## speed against baselines: bench/results/*.json
	@$(SETUP) dev mosquitto
	@exec $(BIN)/python -m bench $(ARGS)

bench-large:            ## the same where it takes minutes and gigabytes
	@$(SETUP) dev mosquitto
	@exec $(BIN)/python -m bench --large $(ARGS)

soak:                   ## checks that take long: kills at random moments, outages, whole months, far more random examples
	@$(SETUP) dev mosquitto chromium openssl
	@CITYGAS_SOAK=1 CITYGAS_EFFORT=20 exec $(BIN)/python -m pytest -m "soak or hypothesis" --timeout 3600 $(ARGS)

golden:                 ## write the expected files of the golden tests anew; look at the difference
	@$(SETUP) dev
	@CITYGAS_WRITE_GOLDEN=1 exec $(BIN)/python -m pytest tests/golden $(ARGS)
	@git diff --stat -- tests/golden

clean:                  ## forget the environment; the next target makes it anew
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
