# The whole manual of the house: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := src tests benchmarks docs examples

.PHONY: demo test venv lock format lint types contracts pytest bench pictures acceptance clean

demo: venv          ## a catalogue becomes a verified archive of 100 invoices in out/demo
	$(BIN)/ledgerflow demo

test: venv lint types contracts pytest  ## the gate

venv: $(VENV)/.ready  ## the environment, from the lock file

$(VENV)/.ready: requirements-dev.txt pyproject.toml examples/ledgerflow-tax-nz/pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . -e examples/ledgerflow-tax-nz
	touch $@

lock:               ## renew the lock files; they name no registry
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

format:
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint:
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/flake8 $(CODE)

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports

pytest:
	$(BIN)/pytest --cov --cov-report=term

bench: venv         ## speed and size, as ratios in one run
	$(BIN)/python -m benchmarks
	$(BIN)/pytest -q -s --no-cov tests/perf/test_generate_100.py

clean:
	rm -rf out build .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

pictures: venv      ## the pages that the README shows
	$(BIN)/python docs/make_pictures.py

acceptance: venv    ## the table of what must hold, from tests and benchmarks
	$(BIN)/python docs/make_acceptance.py
