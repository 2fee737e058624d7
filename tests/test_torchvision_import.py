import subprocess
import sys

import pytest

from faultloc.errors import MissingPackageError
from faultloc.torchvision_import import import_torchvision

# As torchvision does on import: a fake implementation of operators that its compiled part must have declared.
PACKAGE = """
import torch
for name in ("nms", "qnms"):
    torch.library.register_fake(f"torchvision::{name}")(lambda *arguments: None)
"""
IMPORT = """
from faultloc.torchvision_import import import_torchvision
print(import_torchvision("torchvision", purpose="a test").__file__)
"""


def test_an_absent_torchvision_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(
        MissingPackageError, match=r"drawing pictures needs the package 'torchvision'.*pip install torchvision"
    ):
        import_torchvision("torchvision", purpose="drawing pictures")


def test_missing_operators_are_declared_for_a_module_that_imports_torchvision_itself(tmp_path):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "own.py").write_text("import torchvision\nname = 'mine'\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from faultloc.torchvision_import import import_beside_torchvision\n"
        "print(import_beside_torchvision('own').name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "mine"


def test_missing_operators_are_declared_and_the_import_tried_again(tmp_path):
    package = tmp_path / "torchvision" / "__init__.py"
    package.parent.mkdir()
    package.write_text(PACKAGE)
    # In a process of its own: declared operators cannot be taken back.
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{IMPORT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(package)
