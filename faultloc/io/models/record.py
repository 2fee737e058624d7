"""What stands for an object of a file while nothing of it is imported, built or called: its name and its state."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import ClassVar


class Record:
    """One object of a pickle, inert: ``arguments`` its class would be called with, and the ``state`` it would get."""

    path: ClassVar[str]
    arguments: tuple[object, ...]
    state: object

    def __new__(cls, *arguments: object) -> "Record":
        record = super().__new__(cls)
        record.arguments = arguments
        record.state = None
        return record

    def __setstate__(self, state: object) -> None:
        self.state = state


def record_class(path: str) -> type[Record]:
    """A class of records that goes by the name ``path`` (package.module.Class) in a pickle."""
    module, _, name = path.rpartition(".")
    return type(name, (Record,), {"path": path, "__module__": module, "__qualname__": name})


def attributes(stored: object) -> dict[str, object]:
    """The attributes of ``stored`` by name: those of a record, the entries of a state dict, those of a real object."""
    if isinstance(stored, Mapping):
        state: object = dict(stored)
    else:
        state = stored.state if isinstance(stored, Record) else getattr(stored, "__dict__", None)
    return {key: value for key, value in state.items() if isinstance(key, str)} if isinstance(state, dict) else {}


def class_name(stored: object) -> str:
    """The name of the class of ``stored``, a record or a real object, without its module."""
    return stored.path.rpartition(".")[2] if isinstance(stored, Record) else type(stored).__name__


def _dictionary_class(path: str) -> Callable[..., object]:
    # The weights-only unpickler fills dictionaries, but none of a class of its own: a plain one stands for it.
    def dictionary(*_: object) -> dict:
        return {}

    module, _, name = path.rpartition(".")
    dictionary.__module__, dictionary.__name__, dictionary.__qualname__ = module, name, name
    return dictionary


def stand_ins(
    paths: Iterable[str], dictionaries: Collection[str] = ()
) -> list[Callable[..., object] | tuple[Callable[..., object], str]]:
    """For every name a stand-in, in the form that ``torch.serialization.safe_globals`` takes: a record, or a plain
    dictionary for what is one (`defaultdict`, and those of ``dictionaries``)."""
    filled = {"collections.defaultdict", *dictionaries}
    return [_dictionary_class(path) if path in filled else record_class(path) for path in sorted(paths)]
