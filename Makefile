# Every target sets up what it needs; the only things taken for granted are make and a Python >= 3.10.
PYTHON ?= python3
VENV := .venv
NOX := $(VENV)/bin/nox
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint format docs bench requests clean checks

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(VENV)/demo ## a scripted day of jobs, told as a timeline
	@$(VENV)/bin/python -m fakebatch demo

# Two at a time, and all of them, also after one has failed. The answer of nox about the Pythons on this
# machine is only to be had once it is installed, hence the second make.
test: $(NOX) ## every check: all Pythons found, coverage, lint, docs, wheel
	@rm -rf .coverage_data
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target checks \
		PYTHONS="$$($(VENV)/bin/python -c 'import noxfile; print(*noxfile.PYTHONS)')"
	@$(NOX) --session coverage

checks: $(PYTHONS:%=check-tests-%) check-aio check-oldest check-lint check-docs check-wheel

check-%: $(NOX)
	@$(NOX) --session $*

lint: $(NOX) ## style, types, layers, dependencies, spelling
	@$(NOX) --session lint

format: $(NOX) ## rewrite the files as lint wants them
	@$(NOX) --session format

docs: $(NOX) ## the documentation, into docs/_build/html
	@$(NOX) --session docs

bench: $(NOX) ## what things cost, against a floor of the same run
	@$(NOX) --session bench

requests: $(NOX) ## 20,000 good and bad requests for each operation, which takes hours
	@$(NOX) --session requests -- 20000

clean: ## remove everything that was made here
	rm -rf $(VENV) .nox .coverage* .*_cache .hypothesis .benchmarks build dist htmlcov docs/_build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Stamps: a second run installs nothing unless the project's metadata changed.
$(VENV)/demo: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[report]'
	@touch $@

$(NOX): pyproject.toml | $(VENV)/bin/python
	$(PIP) install 'nox[uv]>=2025.2.9'
	@touch $@
