# Two commands: `make demo` shows what kg does, `make test` runs the tests. Both set up what they need on the first run
# (Python 3.11 or later and make) and reinstall nothing afterwards, so they work offline from then on.

VENV  := .venv
PY    := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# The first Python that is new enough and can make a virtual environment; `make PYTHON=/path/to/python demo` overrides it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint types web generated test-slow test-wheel docs lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name words; do printf '  make %-11s %s\n' "$$name" "$$words"; done

setup: $(STAMP) ## make .venv from requirements.lock (done by the others when needed)

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "make: no Python 3.11 or later with the venv module was found; install one (on Debian and Ubuntu: apt install python3-venv) or say make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@if [ ! -x $(PY) ]; then echo "make: new environment $(VENV) with $(PYTHON)"; $(PYTHON) -m venv $(VENV); fi
	@echo "make: installing what requirements.lock lists into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(PY) -c "import sysconfig as s, pathlib as p; p.Path(s.get_path('purelib'), 'kg-checkout.pth').write_text(str(p.Path.cwd()), encoding='utf-8')"
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m kg "$$@"\n' > $(VENV)/bin/kg && chmod +x $(VENV)/bin/kg
	@touch $(STAMP)

demo: $(STAMP) ## build the sample corpus, answer questions, write the graph page
	@$(PY) cli.py demo

test: $(STAMP) ## run the tests
	$(PY) -m pytest -m "not wheel and not slow and not browser"

test-slow: $(STAMP) ## the tests that kill builds, start many processes or open a browser
	$(PY) -m pytest -m "slow or browser"

check: $(STAMP) lint types web generated test test-slow test-wheel ## lint, types, generated files, tests, wheel: what CI runs

lint: $(STAMP) ## ruff
	$(PY) -m ruff check .

types: $(STAMP) ## mypy, strict
	$(PY) -m mypy

web: ## types and lint of the browser code, where node is there
	@.ci/web/check

generated: $(STAMP) ## are the generated files up to date?
	$(PY) .ci/reference.py --check

test-wheel: $(STAMP) ## build the wheel and run it outside of the checkout
	$(PY) -m pytest -m wheel tests/test_wheel.py

docs: $(STAMP) ## write docs/cli.md again
	$(PY) .ci/reference.py

lock: ## resolve the ranges of pyproject.toml anew into requirements.lock (needs a network)
	@if [ -z "$(PYTHON)" ]; then echo "make: no Python 3.11 or later was found" >&2; exit 1; fi
	$(PYTHON) .ci/lock.py

clean: ## remove the environment and everything built
	rm -rf $(VENV) kg-store demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
