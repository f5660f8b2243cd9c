# make chat      the chat page (installs what it needs on the first call); `make chat port=9000`
# make demo      the chat page with a recorded conversation: no key, no network; `make demo speed=4`
# make install   only the installation, into .venv
# make test      linters, types and tests
# make check     linters and types
# make audit     known holes in what is installed, and patterns of holes in our code (needs a network)
# make torture   kill a server under 20 conversations again and again, and check everything; `make torture kills=30`
# make screens   the pictures of the page in docs/screens anew
# make lock      resolve the dependencies anew into the two lock files

.DEFAULT_GOAL := chat
.DELETE_ON_ERROR:
.PHONY: chat demo install test check audit screens lock browser torture

host = 127.0.0.1
port = 8000
speed = 1
kills = 200

python := .venv/bin/python
runtime := .venv/.runtime-installed
tested := .venv/.test-installed
locker := .venv/.lock-installed
auditor := .venv/.audit-installed
pip := $(python) -m pip --disable-pip-version-check --no-input

# A lock names every package with its hashes, so pip has nothing to resolve and nothing to trust.
install_lock = $(pip) install -qq --require-hashes --no-deps -r
install_project = $(pip) install -qq --no-index --no-deps --no-build-isolation --editable .
# One lock serves Python 3.11 to 3.13 on every system, and names no place to load from.
compile = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --quiet \
	--no-config --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

chat: $(runtime)
	@.venv/bin/refrain chat --host $(host) --port $(port)

demo: $(runtime)
	@.venv/bin/refrain demo --host $(host) --port $(port) --speed $(speed)

install: $(runtime)

test: check browser
	.venv/bin/pytest --verbosity=0 --numprocesses=auto --dist=loadfile --no-loadscope-reorder

check: $(tested)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

audit: $(auditor)
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive app.py storage agents flows evals chat cli
	.venv/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --progress-spinner off

torture: $(tested)
	$(python) -m tests.torture --kills $(kills)

screens: $(tested) browser
	$(python) -m scripts.screens

lock: $(locker)
	$(compile) --group build --output-file requirements.lock
	$(compile) --group build --group test --constraint requirements.lock --output-file requirements-test.lock

$(python):
	@found=; \
	for candidate in python3.13 python3.12 python3.11 python3; do \
	  if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    found=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Refrain needs Python 3.11, 3.12 or 3.13, and none of them is installed." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	$$found -m venv --clear .venv

$(runtime): requirements.lock pyproject.toml | $(python)
	@echo "Installing what Refrain needs into .venv (about a minute)"
	@$(install_lock) requirements.lock
	@$(install_project)
	@touch $@

$(tested): requirements-test.lock $(runtime)
	@echo "Installing what the tests need into .venv"
	@$(install_lock) requirements-test.lock
	@touch $@

$(locker): pyproject.toml | $(python)
	@$(pip) install -qq 'uv>=0.9,<1'
	@touch $@

$(auditor): | $(python)
	@$(pip) install -qq 'bandit>=1.8,<2' 'pip-audit>=2.9,<3'
	@touch $@

# The tests of the page drive a real browser.
browser:
	@command -v chromium >/dev/null && exit 0; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
	  echo "Installing Debian's chromium for the tests of the page"; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
	  echo "The tests of the page need chromium: install it, so that 'chromium' is found in PATH." >&2; exit 1; \
	fi
