"""How every stage starts: read `params.yaml`, keep what the stage declares, run, say one line.

`params.yaml` is the one truth for a stage, so that `python -m stages.x` and `dvc repro` agree. Of it a stage sees only
the keys that it declares under `params` in `dvc.yaml`: reading any other is an error, because DVC would not notice
when that other one changes.
"""

import atexit
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from faultloc.endings import EXPECTED, Advice, ending_of
from faultloc.errors import ConfigError
from stages.shared import ranks

# Absolute: started with -m, Hydra would take a relative path for a Python package.
CONF = str(Path(__file__).resolve().parents[2] / "conf")

Stage = Callable[[DictConfig], str]
_ABSENT = object()
_FASTEST_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What `dvc repro` makes, and what it makes only where it is asked for.
_GRAPHS = ("dvc.yaml", "targets/dvc.yaml")
# So many new objects before Python looks for garbage among them; its own number is 700 to 2,000.
_OBJECTS = 100_000
_REMEDIES = {"dvc.yaml": "start from the project's folder", "params.yaml": "python -m stages.compose"}
_ADVICE = Advice(
    interrupted="no half-written file is left, the next `dvc repro` carries on here",
    out_of_memory="take fewer samples (dataset.subset=...) or a smaller runtime.batch_size",
)


def stage(name: str, *, shared_by_ranks: bool = False) -> Callable[[Stage], Callable[[], None]]:
    """Turns ``run(config) -> "what was done"`` into the command `python -m stages.<name>`.

    Import the library inside ``run``: a mistyped override is then answered at once, and the number of threads is set
    before the numerical libraries read it. torchrun may start several processes of a stage that is ``shared_by_ranks``.
    """

    def decorate(run: Stage) -> Callable[[], None]:
        def main() -> None:
            overrides = sys.argv[1:]
            try:
                _check_start(name, overrides, shared_by_ranks)
                params = _load_params()
                _check_overrides(overrides)
            except ConfigError as error:
                sys.exit(_fail(name, str(error), 1))
            ranks.end_with_torchrun()
            _collect_seldom()
            if overrides:
                sys.argv[1:] = _as_hydra_takes_them(overrides, params)
                _run_composed(lambda composed: _run(name, run, composed))
            sys.exit(_run(name, run, params))

        return main

    return decorate


def _collect_seldom() -> None:
    """Spares the search for garbage in what PyTorch and scikit-learn import: a million objects that never are. It takes
    a sixth of a short stage's time, most of that when the process ends, where nothing is looked for any more."""
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def _run_composed(run: Callable[[DictConfig], int]) -> None:
    """Has Hydra compose `params.yaml` with the overrides of the command line; ends with the exit code of ``run``."""
    # Only here: it takes half a second, and `dvc repro` starts a dozen stages without an override.
    import hydra

    @hydra.main(version_base="1.3", config_path=CONF, config_name="stage")
    def with_parameters(params: DictConfig) -> None:
        sys.exit(run(params))

    with_parameters()


def _check_start(name: str, arguments: list[str], shared_by_ranks: bool) -> None:
    """Raises ConfigError for what Hydra would answer with a traceback or with files of its own."""
    if {"-m", "--multirun"} & set(arguments):
        raise ConfigError(
            "a single stage cannot be swept with -m, its jobs would overwrite one another's files; "
            f"sweep the whole graph: python -m stages.sweep -m {name}...=a,b"
        )
    if ranks.count() > 1 and not shared_by_ranks:
        raise ConfigError(
            f"there are {ranks.count()} processes of stage {name}, which runs in one: python -m stages.{name}; "
            "docs/devices.md says which stages torchrun can start"
        )
    for file, remedy in _REMEDIES.items():
        if not Path(file).is_file():
            raise ConfigError(f"there is no {file} in {Path.cwd().name}/; expected the project's: {remedy}")


def _check_overrides(overrides: list[str]) -> None:
    """Raises ConfigError for an option of a group, which only the whole graph can take."""
    for override in overrides:
        key, _, value = override.lstrip("+").partition("=")
        if (Path(CONF) / key).is_dir() and not value.startswith("{"):
            raise ConfigError(
                f"{key}={value} is an option of a group; a stage alone takes single settings, such as seed=1: "
                f"python -m stages.compose {key}={value}"
            )


def _as_hydra_takes_them(overrides: list[str], params: DictConfig) -> list[str]:
    """The same, where a setting that there is not composes, too: that it is none, is found among all settings."""
    return [
        f"++{override}"
        if override[:1].isalpha()
        and not override.startswith("hydra")
        and OmegaConf.select(params, override.partition("=")[0], default=_ABSENT) is _ABSENT
        else override
        for override in overrides
    ]


def _check_whole(params: DictConfig) -> None:
    """Raises ConfigError, a line for each fault, where a setting of any stage is none or makes no sense.

    So the first stage that starts says what a later one would end with. What settings may be is imported without a
    statement: it changes no result, and no stage has to run again when it changes.
    """
    plain = OmegaConf.to_container(params, resolve=True)
    faults = import_module("stages.settings.whole").faults_in(plain, thorough=False)
    if faults:
        raise ConfigError("\n".join(faults))


def _load_params() -> DictConfig:
    with _named_if_broken("params.yaml"):
        params = OmegaConf.load("params.yaml")
    if not isinstance(params, DictConfig):
        raise ConfigError(f"params.yaml is a list; expected settings by their names; {_REMEDIES['params.yaml']}")
    return params


@contextmanager
def _named_if_broken(file: str) -> Iterator[None]:
    try:
        yield
    except (yaml.YAMLError, OmegaConfBaseException) as error:
        why = " ".join(str(error).split())[:200]
        raise ConfigError(f"{file} is not valid YAML: {why}; {_REMEDIES[file]}") from error


def as_dict(settings: DictConfig) -> dict[str, Any]:
    """Plain Python values of a part of the parameters, for the library, which knows no configuration objects."""
    return cast(dict[str, Any], OmegaConf.to_container(settings, resolve=True))


def declared_parameters(name: str) -> list[str]:
    """The dotted parameter keys that stage ``name`` declares in `dvc.yaml`, or in that of `targets/`."""
    for place in _GRAPHS:
        with _named_if_broken(place), Path(place).open(encoding="utf-8") as file:
            # Names alone are read, which need none of OmegaConf's care; it would take a tenth of a second.
            stages = yaml.load(file, _FASTEST_SAFE_LOADER)["stages"]
        if name in stages:
            break
    return list(stages[name].get("params", []))


def keep_declared(params: DictConfig, name: str) -> DictConfig:
    """A copy of ``params`` with the declared keys of stage ``name`` only; reading another one raises."""
    kept = OmegaConf.create()
    for key in declared_parameters(name):
        value = OmegaConf.select(params, key, default=_ABSENT)
        if value is _ABSENT:
            raise ConfigError(f"params.yaml has no {key}, which stage {name} needs: python -m stages.compose")
        OmegaConf.update(kept, key, value, force_add=True)
    OmegaConf.set_struct(kept, True)
    OmegaConf.set_readonly(kept, True)
    return kept


def _run(name: str, run: Stage, params: DictConfig) -> int:
    started = time.perf_counter()
    try:
        own = keep_declared(params, name)
        _check_whole(params)
        _limit_threads(own)
        done = run(own)
    except EXPECTED as error:
        ending = ending_of(error, _ADVICE)
        return _fail(name, ending.sentence, ending.code)
    if ranks.rank() == 0:
        print(f"{name}: {done}, {time.perf_counter() - started:.1f} s", flush=True)
    return 0


def _fail(name: str, sentence: str, code: int) -> int:
    if ranks.is_first_to_fail():
        for line in sentence.splitlines():
            print(f"{name}: error: {line}", file=sys.stderr, flush=True)
    return code


def _limit_threads(own: DictConfig) -> None:
    # One thread and two threads give different bits; cores are used by running independent work side by side.
    threads = str(OmegaConf.select(own, "runtime.threads", default=1))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = threads
