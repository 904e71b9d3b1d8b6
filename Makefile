# Daily commands. python3.11 with pip and venv is all that is needed; nothing is installed outside .venv.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(or $(shell command -v python3.11),python3)
PY := .venv/bin/python
INSTALLED := .venv/.installed
DEV_INSTALLED := .venv/.installed-dev

# The months in the order of their names; their .labels.csv neighbours are not exports.
SAMPLE_FILES := data/samples/karamad_????-??.csv

# Given on the command line, e.g. `make test ARGS="-k hook"` or `make sample LINES=500000 DIRTY=0`.
ARGS ?=
LINES ?= 10000
DIRTY ?= 0.02
SEED ?= 1
PERIOD ?= 1403-08
PORT ?= 8501
API_PORT ?= 8502
# Whether `make run` fills an empty database with invented months: yes or no.
SAMPLES ?= yes
OUT ?= var/samples/karamad_$(PERIOD).csv

# What these commands say themselves is in the language of the product: that of the environment, or
# of .env, else Persian. $(call said,Persian,English), without commas.
SPOKEN := $(or $(SALES_LANGUAGE),$(shell sed -n 's/^SALES_LANGUAGE=//p' .env 2>/dev/null))
said = $(if $(filter en,$(SPOKEN)),$(2),$(1))

.PHONY: help run api worker migrate samples sample-months screenshots test bench faults bench-reads bench-ui lint audit types format sample stop clean psql requirements hooks

help: ## List the commands, a sentence each.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# How to come in is said last, when everything else has been said.
run: $(if $(filter no,$(SAMPLES)),migrate,sample-months) worker ## Open the console on http://127.0.0.1:$(PORT), with a worker and the sample months (SAMPLES=no: without; Ctrl-C ends it).
	@$(PY) -m pipeline users first --console http://127.0.0.1:$(PORT)
	@exec $(PY) -m streamlit run app.py --server.port $(PORT) --logger.hideWelcomeMessage true

api: $(INSTALLED) ## Open the read-only API on http://127.0.0.1:$(API_PORT) (Ctrl-C ends it).
	@exec $(PY) -m uvicorn api:app --host 127.0.0.1 --port $(API_PORT) --no-server-header --no-access-log

migrate: $(INSTALLED) hooks ## Start the database and bring it to the present schema.
	$(PY) -m pipeline migrate

samples: sample-months ## Start the database, load and publish the sample months if it is empty, show the KPI summary.
	$(PY) -m pipeline status

sample-months: migrate ## Start the database, load and publish the sample months if it is empty.
	$(PY) -m pipeline load $(SAMPLE_FILES) --sample --source karamad --publish --when-empty

# The lock is held by the worker as long as it lives, so a second one is not started beside it.
worker: $(INSTALLED) ## Start a worker in the background, unless one runs.
	@mkdir -p var/log; flock --nonblock var/worker.lock true || { echo "$(call said,کارگری از پیش روشن است.,A worker runs already.)"; exit 0; }; \
	setsid flock --nonblock --no-fork var/worker.lock $(PY) -m pipeline worker >>var/log/worker.log 2>&1 </dev/null & \
	echo $$! > var/worker.pid; echo "$(call said,کارگر در پس‌زمینه روشن است؛ گفته‌هایش: var/log/worker.log,A worker runs in the background; its words: var/log/worker.log)"

# Two processes, each with a database server of its own; the tests of a file stay together, since
# some share a database, and files in the order of tests/conftest.py. ARGS="-n 0" runs them in one.
# The many processes that tests start are not to compile every module anew.
test: $(DEV_INSTALLED) hooks ## Run all tests (ARGS="..." goes to pytest).
	env -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(DEV_INSTALLED) ## Measure the pipeline against plain COPY (B0); ARGS="all --write": everything, into docs/.
	$(PY) -m tests.bench $(ARGS)

bench-reads: $(DEV_INSTALLED) ## Measure the figures of pages (ARGS="--make 12" fills a database first).
	$(PY) -m tests.bench.reads $(ARGS)

bench-ui: $(DEV_INSTALLED) ## Measure the console in a browser: switch, rerun, filter, upload (makes 12 months first).
	$(PY) -m tests.bench_ui $(ARGS)

screenshots: $(DEV_INSTALLED) ## Write docs/screenshots/: every page, both languages, light and dark, wide and narrow.
	$(PY) -m tests.browser.screenshots $(ARGS)

faults: $(DEV_INSTALLED) ## Kill, cut, freeze and fill everything; nothing may be lost (ARGS="F2 --rounds 20").
	$(PY) -m tests.faults $(ARGS)

# What cannot be asked is said and fails nobody's work; `make audit` insists on an answer.
lint: $(DEV_INSTALLED) types ## Check style, format, types, and packages for known vulnerabilities.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m tests.advisories $(ARGS)

audit: $(DEV_INSTALLED) ## Ask PyPI for known vulnerabilities of the pinned packages (ARGS="-s osv" asks OSV); fails without an answer.
	$(PY) -m tests.advisories --strict $(ARGS)

types: $(DEV_INSTALLED) ## Check types (mypy --strict).
	$(PY) -m mypy

format: $(DEV_INSTALLED) ## Bring the code into the house format.
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

sample: $(INSTALLED) ## Write an invented export and its labels (LINES=, DIRTY=, SEED=, PERIOD=, OUT=).
	mkdir -p $(dir $(OUT))
	$(PY) -m pipeline sample --lines $(LINES) --dirty $(DIRTY) --seed $(SEED) --period $(PERIOD) --out $(OUT)

stop: ## Stop the worker and the embedded database server.
	@if [ -e var/worker.lock ] && ! flock --nonblock var/worker.lock true; then \
		kill "$$(cat var/worker.pid)" && flock --timeout 30 var/worker.lock true && echo "$(call said,کارگر خاموش شد.,The worker was stopped.)"; \
	fi
	@if [ -e $(INSTALLED) ]; then $(PY) -m pipeline stop; else echo "$(call said,چیزی نصب نشده است؛ پس چیزی روشن نیست.,Nothing is installed: nothing runs.)"; fi

clean: stop ## Remove the virtual environment and caches; the database under var/ stays.
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

psql: $(INSTALLED) ## Open psql on the product's database.
	$(PY) -m pipeline psql

# Versions that are already pinned stay; ARGS="--upgrade" or ARGS="--upgrade-package polars" moves them.
requirements: $(DEV_INSTALLED) ## Compile requirements*.in to exact versions with hashes.
	$(COMPILE) $(ARGS) -o requirements.txt requirements.in
	$(COMPILE) $(ARGS) -o requirements-dev.txt requirements-dev.in
	cd tests/bench/peers && $(CURDIR)/$(COMPILE) $(ARGS) -o requirements.txt requirements.in

COMPILE = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make requirements'

# An owner's own hooks path is kept; outside a git checkout there is nothing to guard.
hooks: ## Switch on the hook that keeps real data out of commits.
	@if git rev-parse --git-dir >/dev/null 2>&1; then \
		git config --get core.hooksPath >/dev/null || git config core.hooksPath .githooks; \
	fi

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed ($(PYTHON) is older or missing): apt-get install python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make a virtual environment: apt-get install python3-venv python3-pip"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

$(INSTALLED): requirements.txt | $(PY)
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV_INSTALLED): requirements-dev.txt $(INSTALLED)
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
