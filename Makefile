# Everything a newcomer needs: `make demo`, `make test`. Wants Python >= 3.10, git and make; the rest is installed into .venv.

PYTHON ?= python3
VENV   ?= .venv
DATA   ?=
OUT    ?= demo
ARGS   ?=
FUZZ   ?= 50
JOBS   ?= 2

BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format build validate bench results notebooks pictures attacks fuzz clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(STAMP)  ## .venv with the package and all it needs (about a minute, once)

# The stamp is newer than pyproject.toml when everything it names is installed, so torch is fetched once.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "make: $(PYTHON) is not Python 3.10 or newer; name one with: make PYTHON=/path/to/python3 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "make: $(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "installing the package and what it needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@scripts/install_bubblewrap
	@touch $@

demo: $(STAMP)  ## grade a small made-up class (OUT=folder; DATA=folder with MNIST trains on the real digits too)
	@$(BIN)/autograder demo --out '$(OUT)' $(if $(DATA),--data '$(DATA)') $(ARGS)

test: lint  ## lint, then the whole test suite (ARGS='-k name' passes arguments to pytest; JOBS=0: one after the other)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(STAMP)  ## ruff (lint and format) and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP)  ## let ruff put right what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

build: $(STAMP)  ## assignments/ and solutions/ -> source/ and release/
	@$(BIN)/autograder build $(ARGS)

validate: $(STAMP)  ## prove the checks against reference, blank, mistakes and alternatives
	@$(BIN)/autograder validate $(ARGS)

bench: $(STAMP)  ## time and memory beside stock nbgrader's (ARGS=--write updates docs/performance.md)
	@$(BIN)/python -m benchmarks.bench $(ARGS)

results: $(STAMP)  ## train the references on the real data in DATA=folder, as the sheets do: docs/results.md
	@$(BIN)/python -B -m trainings $(if $(DATA),--data '$(DATA)') $(ARGS)

attacks: $(STAMP)  ## every hostile submission in every mode of isolation (some minutes; as root)
	@$(BIN)/python -m pytest tests/sandbox/test_attacks.py tests/sandbox/test_modes.py --all-attacks $(ARGS)

notebooks: $(STAMP)  ## run every notebook from top to bottom as a student would: build/notebooks/*.html
	@$(BIN)/python -m benchmarks.notebooks $(ARGS)

pictures: $(STAMP)  ## the pictures of README.md, from the demo in OUT (which is run if it is not there)
	@[ -f '$(OUT)/report.html' ] || $(MAKE) --no-print-directory demo
	@scripts/install_chromium
	@$(BIN)/python scripts/pictures.py '$(OUT)'

fuzz: $(STAMP)  ## look longer for inputs that break a reader (FUZZ=times the tests' own share)
	@FUZZ=$(FUZZ) $(BIN)/python -m pytest -m fuzz $(ARGS)

clean:  ## remove .venv, caches and the demo's folder; grades and the course secret stay
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
