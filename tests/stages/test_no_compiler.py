"""In processes of their own: what is imported once stays."""

import subprocess
import sys

import pytest

from tests.stages.workspace import REPOSITORY

TRAINED = """
import torch
from torch import nn
torch.manual_seed(0)
network = nn.Linear(3, 2)
optimizer = torch.optim.{optimizer}(network.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
for step in range(3):
    optimizer.zero_grad()
    network(torch.ones(4, 3)).square().sum().backward()
    optimizer.step()
    schedule.step()
optimizer.load_state_dict(optimizer.state_dict())
print(network.weight.tolist())
"""
LEFT_OUT = "from stages.shared.no_compiler import leave_compiler_out; leave_compiler_out()"
SEEN = "import sys; print('sympy' in sys.modules)"


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("optimizer", ["SGD", pytest.param("Adam", marks=pytest.mark.exhaustive)])
def test_training_imports_no_compiler_and_gives_the_same_weights(optimizer, capsys):
    trained = TRAINED.format(optimizer=optimizer)
    without = run(f"import torch\n{LEFT_OUT}\n{trained}\n{SEEN}")
    exec(trained, {})  # in this process PyTorch's optimizers import it
    exec(SEEN, {})
    with_it = capsys.readouterr().out.splitlines()
    assert without == [with_it[0], "False"]
    assert with_it[1] == "True"


def test_who_wants_the_compiler_finds_it():
    said = run(
        f"import torch; {LEFT_OUT}\n"
        "optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)\n"
        "held = torch._dynamo\n"
        "doubled = torch.compile(lambda x: 2 * x, backend='eager')\n"
        "print(doubled(torch.ones(2)).tolist())\n"
        "print(held.reset is torch._dynamo.reset, type(torch._dynamo).__name__)\n"
        "from torch._dynamo.utils import counters\n"
        "optimizer.step()\n"
        "print(bool(counters))\n"
    )
    assert said == ["[2.0, 2.0]", "True module", "True"]
