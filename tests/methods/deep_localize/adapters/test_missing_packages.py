"""A library that is not installed, or not for torch, is an error in words that names what brings it."""

import importlib
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from faultloc.errors import MissingPackageError

ADAPTERS = "faultloc.methods.deep_localize.adapters"


@pytest.mark.parametrize(
    ("adapter", "packages", "extra"),
    [
        ("lightning", ["lightning", "pytorch_lightning"], "lightning"),
        ("huggingface", ["transformers"], "transformers"),
        ("keras", ["keras"], "keras"),
    ],
)
def test_the_extra_that_brings_a_missing_library_is_named(monkeypatch, adapter, packages, extra):
    for package in packages:
        for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"{ADAPTERS}.{adapter}", raising=False)
    with pytest.raises(MissingPackageError, match=rf"pip install 'faultloc\[{extra}\]'"):
        importlib.import_module(f"{ADAPTERS}.{adapter}")


@pytest.mark.skipif(find_spec("keras") is None, reason="keras is not installed")
@pytest.mark.skipif(find_spec("tensorflow") is not None, reason="the backend that has to be missing is installed")
def test_a_keras_whose_backend_is_missing_is_told_how_to_get_torch():
    tried = subprocess.run(
        [sys.executable, "-c", f"import {ADAPTERS}.keras"],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.stderr.splitlines()[-1].startswith("faultloc.errors.ConfigError: Keras cannot be imported")
    assert "KERAS_BACKEND=torch" in tried.stderr
