"""Reading what torch.save wrote without running any of it."""

import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from warnings import catch_warnings, simplefilter

import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.io.models.admitted import admitted_layer, is_bookkeeping, is_data, is_harmless
from faultloc.io.models.content import FileKind
from faultloc.io.models.pickled_names import names_in
from faultloc.io.models.rebuild import Rebuilder
from faultloc.io.models.record import Record, stand_ins
from faultloc.io.models.user_class import UserClass

_SHOWN_NAMES = 5


@dataclass(frozen=True)
class SafeContent:
    """What a file holds: tensors, numbers and containers as they are, every other object as a record."""

    root: object
    admitted: dict[str, object]
    refusal: str = ""

    def require_known(self) -> None:
        """Raises ModelError where the file names something unknown: fit to be left inert beside weights, no more."""
        if self.refusal:
            raise ModelError(self.refusal)

    def network(self, record: Record) -> nn.Module:
        """The network that ``record`` stands for.

        Raises:
            ModelError: something in it is not a layer that is admitted.
        """
        try:
            return Rebuilder(self.admitted).network(record).eval()
        except ModelError:
            raise
        except Exception as error:  # what layers make of a state that is not theirs, or nested without end
            raise ModelError(
                f"the stored {record.path} is damaged ({_first_line(error)}); save the model again"
            ) from error


def read_safely(path: Path, kind: FileKind, user_class: UserClass | None) -> SafeContent:
    """The content of the file at ``path``, in which only the classes of PyTorch, of ours and of the user are known.

    torch's weights-only unpickler does the reading, and gets a record for every name in the file: no class or function
    that the file names is called with what the file says. Classes that are none of these are fit to lie beside weights,
    such as the settings of a training: ``require_known`` refuses them where a network is made from the file.

    Raises:
        ModelError: the file is damaged, or names what belongs to Python itself and is more than a record.
    """
    names = names_in(path, kind)
    admitted = {name: layer for name in names if (layer := admitted_layer(name)) is not None}
    if user_class is not None:
        admitted |= user_class.layers_in_file(names - admitted.keys())
    unknown = [name for name in names - admitted.keys() if not is_data(name) and not is_bookkeeping(name)]
    refusal = _refusal(path, unknown, user_class) if unknown else ""
    if any(not is_harmless(name) for name in unknown) or (unknown and kind is FileKind.PICKLE):
        raise ModelError(refusal)
    if kind is FileKind.PICKLE:
        raise ModelError(f"{path} is a plain pickle; expected a file of torch.save: save the model again with it")
    recorded = {name for name in names if not is_data(name)}
    try:
        return SafeContent(_read_with_records(path, recorded), admitted, refusal)
    except UnpicklingError as error:
        raise ModelError(refusal or _not_understood(path, kind, error)) from error
    except Exception as error:  # whatever damaged content makes of torch's reader
        raise ModelError(f"{path} is damaged ({_first_line(error)}); copy or save it again") from error


def _read_with_records(path: Path, recorded: Collection[str]) -> object:
    """What the file holds, a record for every name of ``recorded``."""
    dictionaries: set[str] = set()
    while True:
        stood_for = stand_ins(recorded, dictionaries)
        try:
            # As an open file: by its path torch would take the suffix for the truth.
            with path.open("rb") as file, torch.serialization.safe_globals(stood_for), catch_warnings():
                simplefilter("ignore")  # remarks on old formats, of which what matters is in the error
                return torch.load(file, map_location="cpu", weights_only=True)
        except UnpicklingError as error:
            # A dictionary of a class of its own, as trainers keep settings in, is told only when it is filled.
            found = re.search(r"SETITEMS? for dict.* but got <class '([\w.]+)'>", str(error))
            if found is None or found[1] in dictionaries or found[1] not in recorded:
                raise
            dictionaries.add(found[1])


def _refusal(path: Path, unknown: Iterable[str], user_class: UserClass | None) -> str:
    # What belongs to Python itself first: nobody's network is called `posix.system`.
    names = sorted(unknown, key=lambda name: (name.partition(".")[0] not in sys.stdlib_module_names, name))
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    found = f"{path} is not read, because that would import and may run {', '.join(names[:_SHOWN_NAMES])}{more}"
    if user_class is None:
        wayout = "name the model's class with --arch package.module:Class, or, "
    else:
        wayout = f"expected the layers of {user_class.module} (--arch) and of PyTorch; "
    return f"{found}; {wayout}only if you trust whoever made the file, give --trust-checkpoint"


def _not_understood(path: Path, kind: FileKind, error: UnpicklingError) -> str:
    if kind is FileKind.LEGACY_CHECKPOINT:
        reason = "it is a whole model in torch.save's format from before PyTorch 1.6"
    elif "Unsupported operand" in str(error):
        reason = "it was pickled with another protocol than torch.save's own (2)"
    else:
        reason = _first_line(str(error).rpartition("WeightsUnpickler error: ")[2])
    return (
        f"{path} cannot be read without running its code: {reason}; save its state_dict() instead and give --arch "
        "package.module:Class, or, only if you trust whoever made the file, give --trust-checkpoint"
    )


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
