"""Writes `params.yaml`, the committed composition of `conf/`, which is what `dvc repro` runs.

python -m stages.compose                                 the defaults
python -m stages.compose dataset=mnist mutation.ratio=0.1
python -m stages.compose --check                         exit code 1 and a list where params.yaml differs

A key that no stage knows changes nothing that runs, so that no stage is there to say it: --check does, after
`dvc exp run -S` or an edit by hand.
"""

import sys
from pathlib import Path
from typing import Any, cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from faultloc.errors import ConfigError
from stages.settings import composition
from stages.settings.whole import faults_in

HEADER = "# Written by `python -m stages.compose` from conf/: edit conf/ or pass overrides, not this file.\n"


def composed(overrides: list[str]) -> DictConfig:
    """`conf/config.yaml` with ``overrides``, all interpolations resolved."""
    return composition.composed(overrides, Path("conf"))


def differences(left: object, right: object, key: str = "") -> list[str]:
    """The dotted keys at which two nested dictionaries differ, each with both values."""
    if isinstance(left, dict) and isinstance(right, dict):
        names = sorted({*left, *right}, key=str)
        return [
            line
            for name in names
            for line in differences(left.get(name), right.get(name), f"{key}.{name}" if key else str(name))
        ]
    return [] if left == right else [f"{key}: params.yaml has {_shown(left)}, conf/ has {_shown(right)}"]


def _shown(value: object) -> str:
    return "its settings" if isinstance(value, dict) else repr(value)


def held_params(file: Path) -> dict[str, Any]:
    """What ``file``, a `params.yaml`, holds.

    Raises:
        ConfigError: it is missing, or holds no settings by their names.
    """
    remedy = "run `python -m stages.compose`"
    try:
        held = OmegaConf.to_container(OmegaConf.load(file), resolve=True)
    except FileNotFoundError as error:
        raise ConfigError(f"{file} is missing here: {remedy}") from error
    except (YAMLError, OmegaConfBaseException, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {' '.join(str(error).split())[:200]}; {remedy}") from error
    if not isinstance(held, dict) or not held:
        raise ConfigError(f"{file} holds no settings by their names; {remedy}")
    return cast(dict[str, Any], held)


def main(arguments: list[str]) -> int:
    """Writes or checks `params.yaml`; returns the exit code."""
    overrides = [argument for argument in arguments if argument != "--check"]
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    params, faults = composition.composed_and_checked(overrides, Path("conf"))
    for fault in faults:
        print(f"compose: error: {fault}", file=sys.stderr)
    if faults:
        return 1
    target = Path("params.yaml")
    if "--check" not in arguments:
        target.write_text(HEADER + OmegaConf.to_yaml(params))
        print(f"compose: wrote {target}; `dvc repro` runs it")
        if overrides:
            print("compose: (`dvc exp run` composes afresh: give it the same overrides, each after -S)")
        return 0
    try:
        held = held_params(target)
    except ConfigError as error:
        print(f"compose: error: {error}", file=sys.stderr)
        return 1
    lines = [f"error: {fault}" for fault in faults_in(held, thorough=False)]
    lines += differences(held, OmegaConf.to_container(params))
    for line in lines:
        print(f"compose: {line}", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
