"""The library's defaults are those of the configuration, where their reasons stand."""

from dataclasses import asdict
from pathlib import Path

from omegaconf import OmegaConf

from faultloc.methods.dfaulo.default.scoring.answer import ExplanationSettings
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictSettings
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings

CONF = Path(__file__).parents[4] / "conf"


def test_the_evidence_of_the_library_is_gathered_as_in_the_pipeline() -> None:
    own = {**asdict(SuffixSettings()), **asdict(NeighbourSettings())}
    own["checkpoints"] = list(own["checkpoints"])
    configured = OmegaConf.to_container(OmegaConf.load(CONF / "suffix/default.yaml"))
    del configured["training_record"]  # whether the graph hands one over
    assert own == configured


def test_the_library_ranks_as_the_pipeline_does() -> None:
    options = OmegaConf.to_container(OmegaConf.load(CONF / "dfaulo/default.yaml"))
    online = options.pop("online")
    rounds = {name: online.pop(name) for name in ("rounds", "per_round")}
    assert {**asdict(ScorerSettings()), **asdict(ExplanationSettings()), "scorer": "default"} == options
    assert asdict(VerdictSettings()) == online
    assert set(rounds) == {"rounds", "per_round"}
