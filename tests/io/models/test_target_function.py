import sys

import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.io.models.target_function import import_target

SOURCE = """
NUMBER = 3


class Picker:
    pass


def best(outputs):
    return outputs["scores"].amax(1)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "targets_of_test.py").write_text(SOURCE)
    (tmp_path / "broken_of_test.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("targets_of_test", None)


@pytest.mark.parametrize(
    "name", ["targets_of_test:best", "targets_of_test.py:best", "{folder}/targets_of_test.py:best"]
)
def test_a_function_is_found_by_its_module_or_its_file(folder, name):
    before = list(sys.path)
    target = import_target(name.format(folder=folder))
    assert target({"scores": torch.tensor([[1.0, 4.0], [3.0, 2.0]])}).tolist() == [4, 3]
    assert sys.path == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("targets_of_test.best", "'targets_of_test.best' names no function; expected package.module:function"),
        (":best", "':best' names no function"),
        ("targets_of_test:", "'targets_of_test:' names no function"),
        ("nowhere_of_test:best", "cannot be imported from .* No module named 'nowhere_of_test'.; expected package"),
        ("nowhere.py:best", "cannot be imported from .* No module named 'nowhere'"),
        ("broken_of_test:best", "cannot be imported from .* .ZeroDivisionError: division by zero.; expected package"),
        ("targets_of_test:worst", "targets_of_test has no 'worst'; expected one of: best"),
        ("targets_of_test:NUMBER", "is a int; expected a function of what the network returns"),
        ("targets_of_test:Picker", "is a class; expected a function of what the network returns"),
    ],
)
def test_what_is_no_function_is_one_sentence(folder, name, sentence):
    with pytest.raises(ConfigError, match=sentence):
        import_target(name)
