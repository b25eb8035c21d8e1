# `make demo` and `make test` need Python 3.11 or newer, make, and nothing else: each lays .venv where it is missing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIN    := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
          --no-emit-index-url --no-emit-find-links

.PHONY: help demo test lint bench requirements clean

help:  ## Say what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: $(VENV)/runtime.stamp  ## Write sample disclosures, read them, judge them, show the report and the pages
	$(BIN)/jixiao demo

test: lint  ## Check everything: style, types, layers, tests
	$(BIN)/pytest --numprocesses auto --dist loadfile

lint: $(VENV)/dev.stamp  ## Check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp  ## Print how long the main ways take, beside a peer
	$(BIN)/python bench/read.py
	$(BIN)/python bench/load.py

requirements: $(VENV)/dev.stamp  ## Pin the newest versions that pyproject.toml allows
	$(PIN) pyproject.toml --upgrade --group dev --group build --output-file requirements/dev.txt
	$(PIN) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(PIN) --group build --constraint requirements/dev.txt --output-file requirements/build.txt

clean:  ## Remove everything that can be made again
	rm -rf $(VENV) dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/runtime.stamp: requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("jixiao needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
