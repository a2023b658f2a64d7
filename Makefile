# make demo | test | check | package | release | plan, bootstrap, verify, doctor, history, rollback, contract, compare ENV=production
#
# Everything works from a bare checkout: the virtual environment is made first, by any Python from 3.11 on.

PYTHON    ?= python3
VENV      := .venv
BIN       := $(VENV)/bin
PIP       := $(BIN)/python -m pip --quiet --disable-pip-version-check
ENV       ?= staging
FROM      ?= staging
DATABASES ?= contacts streams
DATABASE_DIR ?= database
ARGS      ?=
KEEP      ?=
# One more than there are cores: where Terraform is tested, a worker mostly waits.
WORKERS   ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# Tests start a thousand commands: each would compile the whole package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install upgrade demo demo-down test corpora versions benchmark check format package release docs plan bootstrap verify doctor history rollback contract compare clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

# The stamp depends on what says which libraries: a new one is installed by the next command, not by memory.
install: $(VENV)/.installed
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is not Python 3.11 or later: name one, as in make install PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --editable '.[dev]' --constraint constraints.txt
	touch $@

upgrade:  ## The newest versions of all libraries, written down in constraints.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --editable '.[dev]'
	(sed '/^#/!d' constraints.txt; $(PIP) freeze --exclude-editable) > constraints.new && mv constraints.new constraints.txt
	touch $(VENV)/.installed

demo: install package  ## The whole job on a local AWS: apply, bootstrap, verify, change (KEEP=1 leaves it standing)
	$(BIN)/python -m demo up $(if $(KEEP),--keep)

demo-down:  ## End what `make demo KEEP=1` left standing
	$(BIN)/python -m demo down

test: install package  ## All tests, on private servers
	$(BIN)/python -m compileall -q bootstrap
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

corpora: install  ## Every case of the corpora, on the servers of both ends of each engine
	$(BIN)/python -m pytest --numprocesses $(WORKERS) tests/corpora --corpora=all \
		--corpora-servers=postgresql,postgresql-18,mariadb,mysql $(ARGS)

versions: install  ## What is to hold on every server version, on all of them
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --all-versions tests/versions tests/mysql/test_features.py $(ARGS)

benchmark: install  ## How long runs take, against the floor
	$(BIN)/python -m benchmarks $(ARGS)

check: install  ## Lint, types, CI files, Terraform's own checks, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/module_docs.py --check
	$(BIN)/python tools/declaration_docs.py --check
	$(BIN)/python tools/check_ci.py
	$(BIN)/python tools/check_terraform.py

format: install  ## Rewrite sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	terraform fmt -recursive terraform

package: install  ## The Lambda zip, byte for byte reproducible
	$(BIN)/db-bootstrap package-lambda --out dist/lambda/db-bootstrap.zip

release: install  ## Everything of a release, into dist/release; nothing is published (TAG=v1.2.3 must be the version's)
	$(BIN)/python -m tools.release $(if $(TAG),--tag $(TAG))

docs: install  ## Regenerate the JSON Schema, the reference of the declaration and the module's tables
	$(BIN)/python -m bootstrap.declaration.schema
	$(BIN)/python tools/declaration_docs.py
	$(BIN)/python tools/module_docs.py

# The same commands by hand, against what Terraform made: the workspace is the environment.
# `.demo/env` is there while a demo stands (make demo KEEP=1) and leads them to it; only them, the tests know nothing of it.
ifneq (,$(filter plan bootstrap verify doctor history rollback contract compare,$(MAKECMDGOALS)))
-include .demo/env
export
endif

plan: install  ## What would change in ENV
	@for database in $(DATABASES); do $(BIN)/db-bootstrap plan $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

bootstrap: install  ## Bring ENV to its declaration
	@for database in $(DATABASES); do $(BIN)/db-bootstrap apply $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

verify: install  ## Prove that ENV is what its declaration says
	@for database in $(DATABASES); do $(BIN)/db-bootstrap verify $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

doctor: install  ## Whether ENV can be reached and worked on, hop by hop
	@for database in $(DATABASES); do $(BIN)/db-bootstrap doctor $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

history: install  ## What was run in ENV, when, by whom
	@for database in $(DATABASES); do $(BIN)/db-bootstrap history $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

rollback: install  ## Back to the structure that the last run in ENV started from (ARGS="--to RUN" names another)
	@for database in $(DATABASES); do $(BIN)/db-bootstrap rollback $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

contract: install  ## Apply, and drop from ENV what is declared no longer and was kept
	@for database in $(DATABASES); do $(BIN)/db-bootstrap contract $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || exit $$?; done

compare: install  ## How ENV differs from FROM (make compare FROM=staging ENV=production); exit code 2 where it does
	@found=0; for database in $(DATABASES); do \
		$(BIN)/db-bootstrap compare $(FROM) $(ENV) --dir $(DATABASE_DIR)/$$database $(ARGS) || { code=$$?; [ $$code = 2 ] || exit $$code; found=2; }; \
	done; exit $$found

clean:  ## Remove what was built
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
