# make repro   installs into .venv and runs the whole pipeline; prints the result table
# make test    installs into .venv and passes the tests
# Without a GPU, PyTorch's CPU build saves several GB: make repro TORCH_INDEX=<address of an index with CPU builds>
# One line of PyTorch, so that a new release changes neither what a test run means nor how much it downloads; another
# one: make test TORCH='2.14.*'; the newest that pyproject.toml admits: TORCH= (docs/versions.md says what was tried).
PYTHON ?= python3
VENV ?= .venv
TORCH ?= 2.13.*
TORCH_INDEX ?=
# Where the real data sets lie, for `make bench`.
DATA ?= data/raw

, := ,

BIN := $(abspath $(VENV))/bin
# A stamp for each line: asked for another one, make installs it over the one that is there.
INSTALLED := $(VENV)/.installed-torch-$(subst .*,,$(TORCH))
RUN := PATH="$(BIN):$$PATH"

.PHONY: repro test test-exhaustive lint wheel-check wheel-check-whole bench bench-quality bench-deep-localize bench-scale install
.DEFAULT_GOAL := repro

repro: $(INSTALLED)
	@# A source archive has no .git: DVC has to be told.
	@git rev-parse --git-dir >/dev/null 2>&1 || $(BIN)/dvc config --local core.no_scm true
	@$(RUN) dvc repro
	@cat results/report/table.txt
	@echo && echo "Look at it: results/report/index.html"

test: $(INSTALLED)
	@# Of itself pytest-xdist begins with the files of many tests, and a worker is left with a long one at the end.
	$(RUN) python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Minutes more, before a release and after a change of what they measure: the bars of the monitor on programs that it was
# not tuned on, the benchmark programs themselves, a kill in every stage, two hundred verdicts in a browser.
test-exhaustive: $(INSTALLED)
	$(RUN) FAULTLOC_KILLS=6 python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m exhaustive

lint: $(INSTALLED)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) python -m stages.compose --check

# The wheel in an environment of its own, without the repository; it borrows the packages that $(VENV) has.
wheel-check: $(INSTALLED)
	bash .ci/wheel_check $(BIN)/python

# The same with every package installed anew, PyTorch too: minutes and gigabytes, so it is run by hand.
wheel-check-whole:
	bash .ci/wheel_check $(PYTHON) --whole $(PINNED_TORCH) $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

bench: $(INSTALLED)
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.reference_case --root $(DATA)/mnist
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.mutant_cost --root $(DATA)/mnist

# The default scorer beside its peers. Steps are cached, so that it carries on where it was stopped; QUICK=1 takes
# minutes, all of it hours.
bench-quality: $(INSTALLED)
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.quality --root $(DATA) --set $(if $(QUICK),quick,main) --output quality.csv
	$(if $(QUICK),,$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.quality --root $(DATA) --set variants --output variants.csv)
	$(if $(QUICK),,$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.quality --root $(DATA) --set clean --output clean.csv)
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.scorer_cost --root $(DATA)

# Seconds and memory beside the peers' at growing numbers of samples. QUICK=1 leaves the million out.
MADE_UP := $(if $(QUICK),,--generated 10000$(,)60000$(,)1000000)
bench-scale: $(INSTALLED)
	$(RUN) python -m benchmarks.scale --root $(DATA)/mnist $(MADE_UP) --output docs/scale.csv \
	  --figure docs/images/scale.png --page docs/scale.md
	$(RUN) python -m benchmarks.scale.throughput

# The training monitor: faults found, false alarms, cost.
bench-deep-localize: $(INSTALLED)
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.deep_localize
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.deep_localize --set holdout
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.deep_localize --set holdout2
	$(RUN) OMP_NUM_THREADS=1 python -m benchmarks.deep_localize.overhead

install: $(INSTALLED)

# torchvision wants the torch of its own release, so that pip finds the pair by the one version. Of 2 GB of packages most
# is never imported: Python compiles a module when it is, pip would compile all of them, a minute more.
PINNED_TORCH := $(if $(TORCH),"torch==$(TORCH)")
$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	@rm -f $(VENV)/.installed*
	@if [ -n "$(TORCH_INDEX)" ]; then \
	  $(BIN)/python -m pip install --quiet --no-compile "torch>=2.6,<2.15" "torchvision>=0.21,<0.30" $(PINNED_TORCH) \
	    --index-url "$(TORCH_INDEX)"; \
	fi
	$(BIN)/python -m pip install --quiet --no-compile --editable ".[dev]" $(PINNED_TORCH)
	@touch $@
