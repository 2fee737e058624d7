"""How every stage starts: read `params.yaml` through Hydra, keep what the stage declares, run, say one line.

`params.yaml` is the one truth for a stage, so that `python -m stages.x` and `dvc repro` agree. Of it a stage sees only
the keys that it declares under `params` in `dvc.yaml`: reading any other is an error, because DVC would not notice
when that other one changes.
"""

import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import hydra
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from faultloc.errors import ConfigError, FaultlocError
from faultloc.settings_check import check_number
from stages import ranks

# Absolute: started with -m, Hydra would take a relative path for a Python package.
CONF = str(Path(__file__).resolve().parents[1] / "conf")

Stage = Callable[[DictConfig], str]
_ABSENT = object()


def stage(name: str, *, shared_by_ranks: bool = False) -> Callable[[Stage], Callable[[], None]]:
    """Turns ``run(config) -> "what was done"`` into the command `python -m stages.<name>`.

    Import the library inside ``run``: a mistyped override is then answered at once, and the number of threads is set
    before the numerical libraries read it. torchrun may start several processes of a stage that is ``shared_by_ranks``.
    """

    def decorate(run: Stage) -> Callable[[], None]:
        @hydra.main(version_base="1.3", config_path=CONF, config_name="stage")
        def with_parameters(params: DictConfig) -> None:
            sys.exit(_run(name, run, params))

        def main() -> None:
            try:
                _check_start(name, sys.argv[1:], shared_by_ranks)
            except ConfigError as error:
                sys.exit(_fail(name, str(error), 1))
            ranks.end_with_torchrun()
            with_parameters()

        return main

    return decorate


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
    for file, remedy in (("dvc.yaml", "start from the project's folder"), ("params.yaml", "python -m stages.compose")):
        if not Path(file).is_file():
            raise ConfigError(f"there is no {file} in {Path.cwd().name}/; expected the project's: {remedy}")
        try:
            OmegaConf.load(file)
        except (YAMLError, OmegaConfBaseException) as error:
            raise ConfigError(f"{file} is not valid YAML: {' '.join(str(error).split())[:200]}; {remedy}") from error


def as_dict(settings: DictConfig) -> dict[str, Any]:
    """Plain Python values of a part of the parameters, for the library, which knows no configuration objects."""
    return cast(dict[str, Any], OmegaConf.to_container(settings, resolve=True))


def declared_parameters(name: str) -> list[str]:
    """The dotted parameter keys that stage ``name`` declares in `dvc.yaml`."""
    return list(OmegaConf.load("dvc.yaml").stages[name].get("params", []))


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
        if "seed" in own:
            check_number("seed", own.seed, at_least=0, whole=True)
        _limit_threads(own)
        done = run(own)
    except FaultlocError as error:
        return _fail(name, str(error), 1)
    except KeyboardInterrupt:
        return _fail(name, "interrupted; no half-written file is left, the next `dvc repro` carries on here", 130)
    except MemoryError:
        return _fail(name, "out of memory; take fewer samples (dataset.subset=...) or a smaller runtime.batch_size", 1)
    except OSError as error:
        where = error.filename or "while writing"
        if error.errno == errno.ENOSPC:
            return _fail(name, f"no space left on the device ({where}); free some, run again", 1)
        return _fail(name, f"{error.strerror or error} ({where}); expected a file or folder that can be used", 1)
    if ranks.rank() == 0:
        print(f"{name}: {done}, {time.perf_counter() - started:.1f} s", flush=True)
    return 0


def _fail(name: str, sentence: str, code: int) -> int:
    if ranks.is_first_to_fail():
        print(f"{name}: error: {sentence}", file=sys.stderr, flush=True)
    return code


def _limit_threads(own: DictConfig) -> None:
    # One thread and two threads give different bits; cores are used by running independent work side by side.
    threads = str(OmegaConf.select(own, "runtime.threads", default=1))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = threads
