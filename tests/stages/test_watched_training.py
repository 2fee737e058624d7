"""What stands between a stage and the monitor."""

import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import TrainingFault
from stages.watched_training import WatchedTraining, in_words


def watching(**changed: object) -> WatchedTraining:
    settings = {"every": 10, "on_error": "warn", "enabled": True, **changed}
    return WatchedTraining("monitor", **settings, on_errors=("warn", "raise"))  # type: ignore[arg-type]


def take_a_step(watched: WatchedTraining, *behind: nn.Module) -> None:
    """One step of a small classifier; ``behind`` comes after its last layer."""
    network = nn.Sequential(nn.Linear(4, 3), *behind)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    with watched.watch(network, optimizer):
        nn.functional.cross_entropy(network(torch.rand(8, 4)), torch.arange(8) % 3).backward()
        optimizer.step()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"enabled": "maybe"}, "monitor.enabled is 'maybe'; expected true or false"),
        ({"on_error": "stop"}, "monitor.on_error is 'stop'; expected warn, raise"),
        ({"every": 0}, "monitor.every is 0; expected a whole number at least 1"),
    ],
)
def test_a_setting_that_makes_no_sense(changed, sentence):
    with pytest.raises(ConfigError, match=sentence):
        watching(**changed)


def test_several_processes_are_not_watched(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "a")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="2 processes train together; .* monitor=off or runtime.launcher=python"):
        watching()
    watching(enabled=False)


def test_what_is_not_enabled_watches_nothing_and_says_so():
    watched = watching(enabled=False)
    take_a_step(watched, nn.Softmax(1))
    assert watched.diagnosis is None
    assert watched.as_data() == {"watched": False}


def test_a_finding_is_kept_for_afterwards(recwarn):
    watched = watching()
    take_a_step(watched, nn.Softmax(1))
    assert watched.as_data()["cause"] == "loss.double_softmax"
    assert in_words(watched.diagnosis).startswith("1 step watched, 1 error: step 0, forward pass, layer 1: ")
    assert not recwarn.list


def test_an_error_ends_the_training_where_it_is_to_be_raised():
    watched = watching(on_error="raise")
    with pytest.raises(TrainingFault):
        take_a_step(watched, nn.Softmax(1))
    assert watched.as_data()["errors"] == 1


def test_a_sound_step_has_no_finding():
    watched = watching()
    take_a_step(watched)
    assert in_words(watched.diagnosis) == "1 step watched, no fault found"
