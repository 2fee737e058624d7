"""Writes `params.yaml`, the committed composition of `conf/`, which is what `dvc repro` runs.

python -m stages.compose                                 the defaults
python -m stages.compose dataset=mnist mutation.ratio=0.1
python -m stages.compose --check                         exit code 1 and a list where params.yaml differs
"""

import sys
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stages.settings import composition

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
    return [] if left == right else [f"{key}: params.yaml has {left!r}, conf/ has {right!r}"]


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
    if "--check" in arguments and not target.exists():
        print("compose: error: params.yaml is missing here: run `python -m stages.compose`", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        target.write_text(HEADER + OmegaConf.to_yaml(params))
        print(f"compose: wrote {target}; `dvc repro` runs it")
        if overrides:
            print("compose: (`dvc exp run` composes afresh: give it the same overrides, each after -S)")
        return 0
    drift = differences(OmegaConf.to_container(OmegaConf.load(target)), OmegaConf.to_container(params))
    for line in drift:
        print(f"compose: {line}", file=sys.stderr)
    return 1 if drift else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
