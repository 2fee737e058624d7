"""A network from an archive that brings its own program: TorchScript, or an exported program.

Both are read only where the user vouches for the file, because what they hold is code and runs:

* TorchScript is compiled by torch.jit.load, which also runs a `__setstate__` of the archive's. Its operations include
  `aten::save` and `aten::from_file`, which write and map any file that they name.
* torch.export.load unpickles constants (`pickle.loads`) and example inputs, looks operations up below `torch` by the
  dotted name that the archive gives (`torch.os.system` is one), and has sympy evaluate its sizes.
"""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.io.models.content import FileKind
from faultloc.io.models.graph_layers import with_layers
from faultloc.io.models.loaded import LoadedModel, content_digest
from faultloc.io.models.stored_training import StoredTraining


def load_program(path: Path, kind: FileKind, *, trust: bool, input_shape: Sequence[int]) -> LoadedModel:
    """The network of the archive at ``path``, rebuilt with layers of torch.nn where that can be done.

    Raises:
        ModelError: it is not to be trusted, cannot be read, or does not take batches of any size.
    """
    if not trust:
        raise ModelError(
            f"{path} is {kind.value}, which holds a program that runs when it is used; only if you trust whoever made "
            "the file, give --trust-checkpoint, or else save its state_dict() and name its class with --arch"
        )
    example = torch.zeros(2, *input_shape)
    read = _read_exported if kind is FileKind.EXPORTED_PROGRAM else _read_torchscript
    try:
        with _quiet():
            network, form = read(path, example)
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged archive, or one of another version, makes of torch's reader
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{path} cannot be read as {kind.value} ({reason}); save the model again") from error
    _check_batches(path, network, example)
    return LoadedModel(network, StoredTraining(), form, content_digest(path))


class ScriptedNetwork(nn.Module):
    """A TorchScript model that could not be taken apart: it predicts, and none of its layers can be watched."""

    def __init__(self, script: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        # Not registered as a part: hooks on the parts of a script are an error.
        self._script = (script,)

    def forward(self, inputs: Tensor) -> Tensor:
        return self._script[0](inputs)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "ScriptedNetwork":
        self._script[0]._apply(fn)  # type: ignore[attr-defined]
        return self


def _read_exported(path: Path, example: Tensor) -> tuple[nn.Module, str]:
    return with_layers(torch.export.load(path)), "an exported program, rebuilt with its layers, from a trusted file"


def _read_torchscript(path: Path, example: Tensor) -> tuple[nn.Module, str]:
    rebuilt = rebuilt_script(torch.jit.load(path, map_location="cpu").eval(), example)
    how = "rebuilt with its layers," if rebuilt.has_layers else "that can predict only,"
    comma = "," if rebuilt.has_layers else ""
    return rebuilt.network, f"a TorchScript model{comma} {how} from a trusted file"


@dataclass(frozen=True)
class RebuiltScript:
    """A TorchScript model as a network; without layers where it could not be taken apart."""

    network: nn.Module
    has_layers: bool


def rebuilt_script(script: torch.jit.ScriptModule, example: Tensor) -> RebuiltScript:
    """``script``, which takes ``example``, with layers of torch.nn where that can be done."""
    try:
        from torch._export.converter import TS2EPConverter

        with _quiet():
            converted = with_layers(TS2EPConverter(script, (example,)).convert())
            with torch.no_grad():
                same = torch.allclose(converted(example + 0.5), script(example + 0.5), rtol=1e-3, atol=1e-4)
    except Exception:  # the converter is torch's own, marked as experimental, and may be gone or fail in any way
        same = False
    return RebuiltScript(converted, True) if same else RebuiltScript(ScriptedNetwork(script), False)


def _check_batches(path: Path, network: nn.Module, example: Tensor) -> None:
    try:
        with torch.no_grad():
            network(example)
    except RuntimeError:
        return  # it takes inputs of another shape, which is for the caller to say
    try:
        with torch.no_grad():
            network(torch.cat([example, example[:1]]))
    except RuntimeError as error:
        raise ModelError(
            f"{path} takes batches of {len(example)} samples only; export it for batches of any size: "
            "torch.export.export(..., dynamic_shapes=({0: torch.export.Dim('batch')},))"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    # Remarks about torch's own workings, on every file.
    loggers = [logging.getLogger(name) for name in ("torch", "torch._export", "torch.export")]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)
