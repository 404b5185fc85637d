# The workflow. `make help` lists the targets; each installs what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# Pins for everything that is installed; packages themselves come from wherever pip is set up to find them.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# As root on Debian the targets install what they need from the system's packages.
CAN_APT := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo yes)
APT_INSTALL = apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends

.PHONY: help demo onnx test security test-transformers words lint format quality bench bench-check growth wheel-test train clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(VENV)/.run ## install, analyse the sample threads and open the dashboard on them
	$(BIN)/btl demo

onnx: $(VENV)/.run ## install the better models, with what runs them
	$(PIP_INSTALL) --editable '.[onnx]' --editable ./weights

test: $(VENV)/.test chromium postgresql ## install what tests need and run them all, a real browser and a real PostgreSQL included
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser

security: $(VENV)/.security chromium postgresql libreoffice ## try to break what must hold, a line each: make security [ROWS="markup formulas"] [SMALL=1]
	$(BIN)/python -m tests.security $(if $(SMALL),--small) $(ROWS)

test-transformers: ## run the tests that need torch, in an environment of their own, and measure the encoders against their floors
	$(MAKE) --no-print-directory VENV=.venv-transformers .venv-transformers/.encoder
	BTL_TEST_TRANSFORMERS=1 .venv-transformers/bin/python -m pytest tests/test_transformers_model.py tests/test_onnx_export.py tests/test_encoder.py
	.venv-transformers/bin/python -m pytest -m quality tests/test_onnx_quality.py

lint: $(VENV)/.lint ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.lint ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

quality: $(VENV)/.test ## measure parser and models against their pinned floors
	$(BIN)/python -m pytest -m quality -s

ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
BENCH = $(ONE_THREAD) $(BIN)/python -m benchmarks $(MEASURES) $(if $(COMMENTS),--comments "$(COMMENTS)") \
	$(if $(PAGES),--pages "$(PAGES)") $(if $(CONVOKIT),--convokit "$(CONVOKIT)") $(if $(SIZE),--size $(SIZE))

bench: $(VENV)/.bench ## measure beside peers, as Markdown and build/bench.json: make bench [MEASURES="csv-raw dask"] [SIZE=100000] [COMMENTS=file] [PAGES=folder] [CONVOKIT=python that has it]
	@mkdir -p build
	$(BENCH) --json build/bench.json

bench-check: $(VENV)/.bench ## measure so, and compare the ratios with their pinned floors; only on a machine that does nothing else
	$(BENCH) --check

growth: $(VENV)/.bench ## measure time and memory of each stage as inputs grow: make growth [SIZES="1000 10000"]
	$(ONE_THREAD) $(BIN)/python -m benchmarks.growth $(SIZES)

wheel-test: $(VENV)/.test ## build the wheel, install it in a clean environment and run its demo
	rm -rf build dist
	$(BIN)/python -m build --wheel --outdir dist
	$(BIN)/python -m venv build/wheel-env
	build/wheel-env/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.whl
	$(BIN)/python tests/demo_of_wheel.py build/wheel-env/bin/btl

# Places without line numbers, so that a catalogue changes where words do.
words: $(VENV)/.run ## gather the words of the dashboard into threads/translations, where new ones wait for translators
	mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --keyword counted:2,3 --keyword noun:2,3 --add-location file --sort-output --no-wrap --omit-header --output build/words.pot .
	for po in threads/translations/*.po; do \
	  $(BIN)/pybabel --quiet update --input-file build/words.pot --output-file $$po --locale $$(basename $$po .po) --no-fuzzy-matching --ignore-obsolete --no-wrap; \
	done

train: $(VENV)/.run ## train the models again: make train DATA=folder of the labelled data [PAGES=gold records to measure on]
	@test -n "$(DATA)" || { echo "Say where the labelled data are: make train DATA=FOLDER (see training/README.md)" >&2; exit 2; }
	$(BIN)/btl train reply_relation --data "$(DATA)" --out threads/models
	$(BIN)/btl train topic_stance --data "$(DATA)" --out threads/models
	$(BIN)/btl train offensive --data "$(DATA)" --out threads/models
	$(BIN)/python -m training.reply_links --data "$(DATA)" --out threads/models $(if $(PAGES),--pages "$(PAGES)")

$(BIN)/python:
	@find_python() { for p in python3.13 python3.12 python3.11 python3; do \
	  $$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && return; \
	done; }; \
	python=$$(find_python || true); \
	if [ -z "$$python" ] && [ -n "$(CAN_APT)" ]; then $(APT_INSTALL) python3 python3-venv; python=$$(find_python || true); fi; \
	if [ -z "$$python" ]; then echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3 python3-venv)" >&2; exit 1; fi; \
	$$python -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.security: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[security]'
	@touch $@ $(VENV)/.run $(VENV)/.test

# On Linux pip may choose a build of torch with CUDA, gigabytes of it, where it is not set up to find one for CPUs.
$(VENV)/.encoder: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[encoder]' pytest pytest-timeout
	@touch $@

$(VENV)/.bench: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[bench]'
	@touch $@ $(VENV)/.run

$(VENV)/.lint: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --editable '.[lint]'
	@touch $@ $(VENV)/.run

.PHONY: chromium
chromium:
	@if command -v chromium >/dev/null || [ -n "$${BTL_CHROMIUM:-}" ]; then exit 0; fi; \
	if [ -n "$(CAN_APT)" ]; then $(APT_INSTALL) chromium; \
	else echo "chromium is not installed: the browser tests will be SKIPPED (Debian: apt-get install chromium)" >&2; fi

.PHONY: postgresql
postgresql:
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi; \
	if [ -n "$(CAN_APT)" ]; then $(APT_INSTALL) postgresql; \
	else echo "PostgreSQL is not installed: its tests will be SKIPPED (Debian: apt-get install postgresql)" >&2; fi

.PHONY: libreoffice
libreoffice:
	@if command -v soffice >/dev/null; then exit 0; fi; \
	if [ -n "$(CAN_APT)" ]; then $(APT_INSTALL) libreoffice-calc; \
	else echo "LibreOffice is not installed: no spreadsheet is tried (Debian: apt-get install libreoffice-calc)" >&2; fi

clean: ## remove the environment and everything built
	rm -rf $(VENV) .venv-transformers dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
