"""`conf/` composed by Hydra with overrides, and everything that is wrong with the result."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from stages.settings.checking import declared_keys, unknown
from stages.settings.overrides import read_overrides
from stages.settings.whole import Settings, faults_in

_NOT_THERE = "Could not delete from config."


def composed(overrides: Sequence[str], conf: Path) -> DictConfig:
    """`config.yaml` in ``conf`` with ``overrides``, all interpolations resolved."""
    with initialize_config_dir(str(conf.resolve()), version_base="1.3"):
        params = compose("config", overrides=list(overrides))
    OmegaConf.resolve(params)
    return params


def composed_and_checked(arguments: Sequence[str], conf: Path, *, swept: bool = False) -> tuple[DictConfig, list[str]]:
    """The composition, and a sentence for everything that is wrong with ``arguments`` and with what they make.

    Where there is any, the composition lacks what could not be composed.
    """
    read = read_overrides(arguments, conf, swept=swept)
    faults, good = list(read.faults), list(read.composable)
    while True:
        try:
            params = composed(good, conf)
            break
        except (HydraException, OmegaConfBaseException) as error:
            culprit = _culprit(good, conf)
            if culprit is None:
                return OmegaConf.create(), [*faults, " ".join(str(error).split())]
            faults.append(_in_words(culprit, error))
            good.remove(culprit)
    return params, [*faults, *faults_of_composition(params)]


def faults_of_composition(params: DictConfig) -> list[str]:
    """A sentence for everything that is wrong with a composition as a whole."""
    # What only refers to a missing value is not asked for.
    missing = sorted(str(key) for key in OmegaConf.missing_keys(params))
    needed = [key for key in missing if not key.endswith(".watch")]
    faults = []
    if needed:
        said = " ".join(f"{key}=..." for key in needed)
        faults.append(f"a value is needed that has no default: add {said}")
    plain = cast(dict[str, Any], OmegaConf.to_container(params))
    found = faults_in(plain, thorough=True)
    return [*faults, *(fault for fault in found if not fault.startswith(tuple(f"{key} is '???'" for key in missing)))]


def _culprit(overrides: Sequence[str], conf: Path) -> str | None:
    """The override without which the others compose; None where it is not one alone."""
    for override in reversed(overrides):
        try:
            composed([other for other in overrides if other != override], conf)
        except (HydraException, OmegaConfBaseException):
            continue
        return override
    return None


def _in_words(override: str, error: Exception) -> str:
    said = " ".join(str(error).split())
    if said.startswith(_NOT_THERE):
        key = override.lstrip("~").partition("=")[0]
        folder = key.rpartition(".")[0]
        keys = list(declared_keys(Settings))
        beside = [known for known in keys if known.rpartition(".")[0] == folder]
        return unknown(key, beside, keys) + " (~ takes a setting away)"
    return f"{override.lstrip('+')} cannot be composed: {said}"
