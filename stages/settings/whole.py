"""All settings, and the faults in a `params.yaml` as a whole.

A new group of settings is a class in this folder and a line in ``Settings``; a test names a setting of `conf/` that
is declared nowhere.
"""

from collections.abc import Mapping
from typing import Any, get_type_hints

from faultloc.errors import ConfigError
from stages.settings.checking import Asked, declared_keys, faults_of, unknown
from stages.settings.data import DatasetSettings, FaultSettings, ModelSettings, MonitorSettings, TrainSettings
from stages.settings.dfaulo import (
    ActivationSettings,
    DefaultScoringSettings,
    EvaluateSettings,
    MutationSettings,
    OutlierSettings,
    PaperScoringSettings,
    PeersSettings,
    PurifySettings,
    ReportSettings,
    SuffixSettings,
)
from stages.settings.hudd import DeepLocalizeSettings, HuddSettings
from stages.settings.idc import IdcSettings
from stages.settings.idc_questions import IdcQuestionsSettings
from stages.settings.kinds import Count, CountOrNone, Group, Text


class RuntimeSettings(Group):
    """The machine."""

    device: Text
    threads: Count
    batch_size: Count
    launcher: Text

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """The device has a name that PyTorch knows; whether it is here, is for the stages to say."""
        if values["device"] not in ("auto", "cpu"):
            from torch import device

            try:
                device(values["device"])
            except RuntimeError as error:
                raise ConfigError(
                    f"runtime.device is {values['device']!r}; expected auto, cpu, cuda or cuda:<number>"
                ) from error


class Settings(Group):
    """The groups, by their names in `params.yaml`."""

    seed: CountOrNone
    runtime: RuntimeSettings
    outlier: OutlierSettings
    activation: ActivationSettings
    mutation: MutationSettings
    suffix: SuffixSettings
    dfaulo: DefaultScoringSettings | PaperScoringSettings
    peers: PeersSettings
    evaluate: EvaluateSettings
    purify: PurifySettings
    report: ReportSettings
    deep_localize: DeepLocalizeSettings
    hudd: HuddSettings
    idc: IdcSettings
    idc_questions: IdcQuestionsSettings
    monitor: MonitorSettings
    train: TrainSettings
    model: ModelSettings
    fault: FaultSettings
    dataset: DatasetSettings


def faults_in(params: Mapping[str, Any], *, thorough: bool) -> list[str]:
    """A sentence for every fault in the settings ``params``, none where there is none.

    ``thorough`` imports the library, and the user's model and reader, which takes seconds, and finds what only they can
    say. Otherwise a group may be absent: a stage asks for those that it needs itself.
    """
    kinds = get_type_hints(Settings, include_extras=True)
    asked = Asked(thorough, list(dict.fromkeys(declared_keys(Settings))))
    found: list[str] = []
    for name, kind in kinds.items():
        if name in params:
            found += faults_of(kind, params[name], name, asked)
        elif thorough:
            found.append(f"there is no {name}, which stages need; expected it as in conf/")
    found += [unknown(str(name), list(kinds), asked.keys) for name in params if name not in kinds]
    return found
