# Two commands matter: `make demo` and `make test`. `make` alone lists all of them.
# A fresh machine needs Python 3.11 to 3.13, git, make and the Pango libraries.

MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# The first Python on this machine that fits; `make demo PYTHON=...` names another one.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if "$$p" -c '$(FITS)' 2>/dev/null; then echo "$$p"; break; fi; done),python3)

PY := .venv/bin/python
SETUP := $(PYTHON) lmc_cases/config/local/bootstrap.py
LOCAL := lmc_cases.config.local

.PHONY: help setup demo run test check bench dossier-samples messages lock audit-dependencies

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

setup: ## Install what is locked, into this directory only
	@$(SETUP)

demo: setup ## Run everything with invented data, the main job included (DEMO_ONCE=1 stops after it, PORT=)
	@LMC_UNDER_MAKE=1 exec $(PY) -m $(LOCAL) demo

run: setup ## Run everything, without the demo world (PORT=)
	@LMC_UNDER_MAKE=1 exec $(PY) -m $(LOCAL) run

test: setup ## Run every check and every test (PYTEST_ARGS= chooses tests)
	@$(PY) -m $(LOCAL).test_tools
	@$(PY) -m $(LOCAL).checks
	@$(PY) -m pytest -n 2 --dist loadfile -m "not alone" $(PYTEST_ARGS)
	@$(PY) -m pytest -n 0 -m alone $(PYTEST_ARGS) || [ $$? -eq 5 ] # 5: none of those that were chosen

check: setup ## Run every check, without the tests
	@$(PY) -m $(LOCAL).test_tools gettext
	@$(PY) -m $(LOCAL).checks

bench: setup ## Measure and compare with the bars; writes var/bench.json (SIZE= cases or persons)
	@$(PY) -m $(LOCAL).bench

dossier-samples: setup ## Draw invented documents of every kind in every language, with a picture of their pages
	@$(PY) -m $(LOCAL).test_tools
	@$(PY) -m tests.dossiers.contact_sheets

messages: setup ## Bring the message catalogues up to date with the code
	@$(PY) -m $(LOCAL).test_tools gettext
	@$(PY) -m $(LOCAL).messages update

lock: setup ## Compile the lock files anew and prove that they install (UPGRADE=1 takes newer versions)
	@$(PY) -m $(LOCAL).lock $(if $(UPGRADE),--upgrade)
	@$(SETUP)
	@$(PY) -m $(LOCAL).notices

audit-dependencies: setup ## Ask for known holes in what is locked (LMC_OFFLINE=1 skips, LMC_AUDIT_REQUIRED=1 insists)
	@$(PY) -m $(LOCAL).audit_dependencies
