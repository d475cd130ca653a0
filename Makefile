# Everything happens in an environment of its own, .venv, made on first use.
# `make` alone explains itself.

PYTHON ?= python3
# On Linux, the address of PyTorch's CPU wheels saves 2 GB: see the README.
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet -c constraints.txt \
       $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
READY := $(VENV)/ready
TEST_READY := $(VENV)/ready-to-test
JUPYTER_BOOK := $(BIN)/jupyter-book build . -W --keep-going -n
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
# Small products gain nothing from threads, and lose a factor of twenty and more where there are more
# threads than processors granted: a container often shows all those of its host.
OMP_NUM_THREADS ?= 1
export OMP_NUM_THREADS
TEX := texlive-xetex texlive-latex-recommended texlive-latex-extra \
       texlive-fonts-recommended fonts-freefont-otf latexmk

.DEFAULT_GOAL := help
.PHONY: help book pdf lab test test-peers bench lint pins clean

help:  ## This list
	@echo "Ripples and Recurrence: make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@echo "Making the environment $(VENV) (about a minute, once)"
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
	  || { echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -e ".[book]"
	@touch $@

$(TEST_READY): $(READY)
	@echo "Adding what the tests need (once)"
	@$(PIP) -e ".[book,lint,test]"
	@touch $@

# After a failure every page is read again: Sphinx does not repeat the warnings of pages it keeps.
book: $(READY)  ## Build the web pages, chapters executed, into _build/html
	$(JUPYTER_BOOK) || { rm -rf _build/.doctrees; exit 1; }
	@echo "Open _build/html/index.html"

pdf: $(READY)  ## Print the book into _build/latex/ripples-and-recurrence.pdf
	@command -v xelatex >/dev/null && command -v latexmk >/dev/null \
	  || { echo "No TeX here. On Debian: apt-get install --no-install-recommends $(TEX)"; exit 1; }
	$(JUPYTER_BOOK) --builder pdflatex || { rm -rf _build/.doctrees; exit 1; }

lab: $(READY)  ## Open the chapters in JupyterLab, mathematics rendered
	$(BIN)/jupyter lab chapters

test: book $(TEST_READY)  ## Run every test and every notebook
	$(BIN)/python -m pytest -n 2 --dist=loadfile
	$(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=300 \
	  --dist=loadfile -n 2 chapters

test-peers: $(VENV)-peers/ready  ## Compare with PyCBC, LALSuite and GWpy, in an environment of their own
	$(VENV)-peers/bin/python -m pytest \
	  -o addopts="-ra --strict-markers --import-mode=importlib" tests/peers

$(VENV)-peers/ready: pyproject.toml constraints-peers.txt
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet -c constraints-peers.txt \
	  pycbc lalsuite gwpy pytest -e .
	@touch $@

bench: $(TEST_READY)  ## Time a training step against PyTorch, and store the table in results/
	$(BIN)/python -m benchmarks --cell rnn
	$(BIN)/python -m benchmarks --cell lstm

lint: $(TEST_READY)  ## Check style, also of the notebooks, and that they are stored without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --verify --keep-id chapters/*.ipynb

pins:  ## Write constraints.txt anew from the newest versions that install together
	@$(PYTHON) -m venv $(VENV)-pins
	@$(VENV)-pins/bin/python -m pip install --quiet \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) ".[book,lint,test]"
	@{ grep '^#' constraints.txt; \
	   $(VENV)-pins/bin/python -m pip freeze --exclude gwrnn | sed 's/+cpu$$//'; } > constraints.new
	@mv constraints.new constraints.txt && rm -rf $(VENV)-pins

clean:  ## Remove what was built (not the environment)
	rm -rf _build
