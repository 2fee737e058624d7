"""The verdicts that the adapters are held against: those of the bare loop."""

import pytest
import torch

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.adapters.programs import PROGRAMS, Net, Program, verdict


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::faultloc.methods.deep_localize.diagnosis.FaultWarning")
def test_the_bare_loop_gives_the_verdict(program: Program):
    model = Net(program)
    optimizer = torch.optim.Adam(model.parameters(), program.learning_rate)
    with TrainingMonitor(model, optimizer) as monitor:
        for inputs, labels in program.batches():
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    assert verdict(monitor.diagnosis()) == (program.rule, program.place)
