"""How `faultloc dfaulo` examines, as its options say it."""

from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import ConfigError
from faultloc.own.dfaulo.settings import LocateSettings, PaperSettings, suffix_settings
from faultloc.settings_check import check_number

# Of the paper's mutants. Source: the authors' defaults.
_PAPER_EPOCHS, _PAPER_BATCH_SIZE = 10, 64


@dataclass(frozen=True)
class RunOptions:
    """How to examine: ``scorer`` is `default` or `paper`, whose mutants are trained for ``paper_epochs`` in batches of
    ``paper_batch_size``; ``top_ratio`` of the list is written as pictures; ``training_record`` is what was recorded
    while the model was trained."""

    scorer: str
    settings: LocateSettings
    paper_epochs: int
    paper_batch_size: int
    top_ratio: float
    training_record: Path | None = None


def run_options(
    *,
    scorer: str,
    retrain_epoch: int | None,
    rm_ratio: float | None,
    retrain_bs: int | None,
    hook_layer: str | None,
    top_ratio: float,
    seed: int,
    training_record: Path | None = None,
) -> RunOptions:
    """The options of the same names, with a default for each None that is the scorer's own.

    Raises:
        ConfigError: one of them is out of its range.
    """
    check_number("--top_ratio", top_ratio, above=0, at_most=1)
    is_default = scorer == "default"
    if training_record is not None and not is_default:
        raise ConfigError(
            "--training-record is given with --scorer paper, which reads the model alone; expected the default scorer: "
            "leave one of them out"
        )
    suffix = (
        suffix_settings(epochs=retrain_epoch, left_out=rm_ratio, batch_size=retrain_bs)
        if is_default
        else suffix_settings()
    )
    settings = LocateSettings(
        suffix=suffix,
        paper=PaperSettings() if is_default or rm_ratio is None else PaperSettings(ratio=rm_ratio),
        hook_layer=hook_layer,
        seed=seed,
    )
    return RunOptions(
        scorer=scorer,
        settings=settings,
        paper_epochs=_PAPER_EPOCHS if retrain_epoch is None else retrain_epoch,
        paper_batch_size=_PAPER_BATCH_SIZE if retrain_bs is None else retrain_bs,
        top_ratio=top_ratio,
        training_record=training_record,
    )
