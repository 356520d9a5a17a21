# Every target first installs what it needs, inside this folder. `make help` lists the targets.
SHELL := /bin/sh
PY := .venv/bin/python
# Wheels exist for these versions; the first interpreter found with one of them is used.
FIND_PYTHON := for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && break; done
# The modules of the programs that a test starts are compiled once and kept, also in a container that forbids it.
unexport PYTHONDONTWRITEBYTECODE
# One worker per core, each with its own servers.
PYTEST := $(PY) -m pytest --numprocesses auto
# Further arguments for pytest, such as PYTEST_ARGS="-k expiry".
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup web run test test-fast check format bench screens screens-operators audit lock

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup:
	@python=$$($(FIND_PYTHON)); if [ -z "$$python" ]; then \
		echo "Python 3.11 to 3.14 is needed, and none was found as python3 or python3.x" >&2; exit 1; fi; \
	exec $$python -I scripts/set_up.py $(SET_UP_ARGS)

web: setup
	@$(PY) scripts/build_web.py

# Without what only tests need, and with the pages.
run: SET_UP_ARGS := --run
run: setup ## Start the whole system, with demo data unless XUANHAO_DEMO=0; Ctrl-C stops it
	@echo "Starting everything (about half a minute the first time) …" >&2
	@XUANHAO_DEMO=$${XUANHAO_DEMO-1} exec $(PY) -m embedded --with-parent $$PPID

test: check ## Check everything and run all tests
	@$(PYTEST) $(PYTEST_ARGS)

test-fast: check ## The same without the slow tests, in four minutes; lists the slowest
	@$(PYTEST) -m "not slow" --durations 10 --durations-min 2 $(PYTEST_ARGS)

check: setup ## Rules of style, types, imports and unused code
	@$(MAKE) --no-print-directory --jobs 2 check-types check-style

.PHONY: check-types check-style
check-types:
	@$(PY) -m mypy

check-style:
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@.venv/bin/lint-imports
	@$(PY) -m vulture

format: setup ## Format the code
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

bench: setup ## Measure, and print the ratios as tables
	@$(PY) -m bench $(BENCH_ARGS)

.PHONY: peers
peers: setup ## Measure DBOS Transact, pretix and bare Temporal beside us, and write docs/performance.md (PEERS_ARGS="--tiny")
	@$(PY) -m bench.performance $(PEERS_ARGS)

.PHONY: attack
attack: setup ## Start a system and attack it for a quarter of an hour, and print what the attackers gained
	@$(PY) -m tests.scenarios.attack

.PHONY: faults
faults: setup ## Make 1,000 faults in half an hour under load, check every promise, and write docs/faults.md (FAULTS_ARGS="--minutes 5")
	@$(PY) -m tests.scenarios.fault_injection $(or $(FAULTS_ARGS),--write)

.PHONY: years
years: setup ## Let ten years pass with 3,000 vehicles, check every promise, and write docs/years.md (YEARS_ARGS="--vehicles 100")
	@$(PY) -m tests.scenarios.years $(or $(YEARS_ARGS),--write)

.PHONY: model
model: setup ## Compare a million acts over REST with a model of the contract (hours; may be cut and goes on; MODEL_ARGS="--acts 10000")
	@$(PY) -m tests.scenarios.model $(or $(MODEL_ARGS),--write)

screens: setup ## Take all screenshots of docs/screens
	@$(PY) -m tests.web.take_screens

screens-operators: web ## Take the screenshots of docs/operators.md from the running UI
	@$(PY) -m tests.scenarios.stack.operator_screens

audit: setup ## Look up known vulnerabilities of every locked package, list licences and servers, write an SBOM
	@$(PY) -m scripts.audit_packages

.PHONY: statements
statements: setup ## Record the statements of this release, which those after it must still understand
	@$(PYTEST) -q -p tests.support.statement_record \
		--statements tests/storage/statements/$$($(PY) -c 'from config.release import RELEASE; print(RELEASE)').sql \
		tests/storage tests/operations tests/api tests/workflows tests/scenarios/waiting_room $(PYTEST_ARGS)
	@$(PY) -c 'from alembic.script import ScriptDirectory as S; print(S("storage/postgres/migrations").get_current_head())' \
		> tests/storage/statements/$$($(PY) -c 'from config.release import RELEASE; print(RELEASE)').head

.PHONY: wheel
wheel: web ## Build a wheel with the pages, into dist/
	@$(PY) -m pip wheel . --no-deps --no-build-isolation --quiet --wheel-dir dist

lock: setup ## Lock the newest versions of the packages, with hashes
	@$(PY) scripts/lock_packages.py

.PHONY: scalpers
scalpers: setup ## What scripts gain over people at an hour of release (SCALPERS_ARGS="--real 1": on the real stack)
	@$(PY) -m tests.scenarios.scalpers $(SCALPERS_ARGS)
