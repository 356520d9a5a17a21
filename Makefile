# Every target first sets up what it needs, inside this folder. `make help` lists them.
SHELL := /bin/sh
PY := .venv/bin/python
# Wheels exist for these versions; the first interpreter found that is one of them is taken.
FIND_PYTHON := for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && break; done
# As many workers as there are cores, each with servers of its own.
PYTEST := $(PY) -m pytest --numprocesses auto
# More for pytest, such as PYTEST_ARGS="-k expiry".
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup web run test test-fast check format bench screens screens-operators audit lock

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup:
	@python=$$($(FIND_PYTHON)); if [ -z "$$python" ]; then \
		echo "Python 3.11 to 3.14 is needed, and none was found as python3 or python3.x" >&2; exit 1; fi; \
	exec $$python -I scripts/set_up.py

web: setup
	@$(PY) scripts/build_web.py

run: web ## Bring the whole system up, with demo data unless XUANHAO_DEMO=0; Ctrl-C stops it
	@XUANHAO_DEMO=$${XUANHAO_DEMO-1} exec $(PY) -m embedded --with-parent $$PPID

test: check ## Check everything and run all tests
	@$(PYTEST) $(PYTEST_ARGS)

test-fast: check ## The same without the slow tests, in four minutes; names what has become slow
	@$(PYTEST) -m "not slow" --durations 10 --durations-min 2 $(PYTEST_ARGS)

check: setup ## Rules of style, types, imports and unused code
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m vulture

format: setup ## Put the code into its form
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

bench: setup ## Measure, and print the ratios as tables
	@$(PY) -m bench $(BENCH_ARGS)

.PHONY: attack
attack: setup ## Attack a whole system of its own for a quarter of an hour, and print what it gave away
	@$(PY) -m tests.scenarios.attack

screens: setup ## Take the pictures of every screen in docs/screens anew
	@$(PY) -m tests.web.take_screens

screens-operators: web ## Take the pictures of docs/operators.md from the running UI
	@$(PY) -m tests.scenarios.stack.operator_screens

audit: setup ## Look every locked package up for known vulnerabilities, and list the licences
	@$(PY) -m scripts.audit_packages

lock: setup ## Lock the newest versions of the packages, with hashes
	@$(PY) scripts/lock_packages.py
