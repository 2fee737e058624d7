"""Where an error was raised: in which layer, or in which loss, with what they were given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import cast

from torch import Tensor, nn

from faultloc.methods.deep_localize.finding import MODEL
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in

_LOSSES = "torch.nn.functional"


@dataclass(frozen=True)
class PlaceOfError:
    """The innermost layer that was called when an error came up, with its name and its inputs; or the loss.

    ``layer`` is None where no module was called; ``outputs`` and ``targets`` are those of a loss of PyTorch's, if it
    was one that failed. ``model`` is what encloses the layer, or the one that was given.
    """

    message: str
    model: nn.Module | None
    layer: nn.Module | None
    name: str
    inputs: Tensor | None
    outputs: Tensor | None
    targets: Tensor | None

    @property
    def is_in_loss(self) -> bool:
        """Whether a loss failed, not a layer."""
        return self.outputs is not None and self.targets is not None


def place_of_error(error: BaseException, model: nn.Module | None = None) -> PlaceOfError:
    """Reads it from the traceback; names are those within ``model``, or within the outermost module called."""
    frames = list(_frames(error))
    called = [frame for frame in frames if _module(frame) is not None and not _is_loss(_module(frame))]
    inside = [cast(nn.Module, _module(frame)) for frame in called]
    names = {} if model is None else {part: name for name, part in model.named_modules()}
    if inside and inside[-1] not in names:
        model = inside[0]
        names = {part: name for name, part in model.named_modules()}
    named = next((part for part in reversed(inside) if part in names), None)
    loss = next((one.f_locals for one in reversed(frames) if one.f_globals.get("__name__") == _LOSSES), {})
    outputs, targets = (_tensor(loss, name) for name in ("input", "target"))
    return PlaceOfError(
        message=str(error).strip().partition("\n")[0],
        model=model,
        layer=named,
        name=MODEL if named is None else names[named] or MODEL,
        inputs=_given_to(called, named),
        outputs=outputs if targets is not None else None,
        targets=targets,
    )


def _frames(error: BaseException) -> Iterator[FrameType]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _module(frame: FrameType) -> nn.Module | None:
    owner = frame.f_locals.get("self")
    return owner if isinstance(owner, nn.Module) else None


def _is_loss(module: nn.Module | None) -> bool:
    return isinstance(module, nn.modules.loss._Loss)


def _given_to(called: list[FrameType], layer: nn.Module | None) -> Tensor | None:
    """The first tensor that ``layer`` was called with: the outermost frame of the call has it."""
    for frame in called:
        if _module(frame) is layer and layer is not None:
            # Not what is in the layer, nor what it has computed since: only what its arguments hold.
            code = frame.f_code
            names = code.co_varnames[: code.co_argcount + 2]
            given = {name: frame.f_locals.get(name) for name in names if name != "self"}
            found = first_tensor_in(given)
            if found is not None:
                return found
    return None


def _tensor(values: Mapping[str, object], name: str) -> Tensor | None:
    value = values.get(name)
    return value if isinstance(value, Tensor) else None


def shape(tensor: Tensor | None) -> str:
    """``32 x 10``, as a reader writes a shape; ``one number`` for a scalar."""
    if tensor is None:
        return "an unknown shape"
    return " x ".join(map(str, tensor.shape)) or "one number"
