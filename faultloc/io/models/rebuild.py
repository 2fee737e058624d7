"""From the records of a file to a network: instances of admitted layer classes, given the state that was stored.

No constructor, no function and no hook of the file runs: a layer is made empty, and gets its attributes, which may be
numbers, texts, tensors, containers of those, and other layers.
"""

from collections import OrderedDict
from collections.abc import Mapping
from enum import Enum

from torch import nn

from faultloc.errors import ModelError
from faultloc.io.models.record import Record


class Rebuilder:
    """Turns records into layers; one stored object becomes one object, however often it is referred to."""

    def __init__(self, admitted: Mapping[str, object]) -> None:
        self._admitted = admitted
        self._made: dict[int, object] = {}
        self._kept: list[object] = []  # an id is good for as long as its object lives

    def network(self, record: Record) -> nn.Module:
        """The network that ``record`` stands for.

        Raises:
            ModelError: something in it is not a layer that is admitted.
        """
        layer_class = self._admitted.get(record.path)
        if not (isinstance(layer_class, type) and issubclass(layer_class, nn.Module)):
            raise ModelError(f"the stored model holds a {record.path}, which is no layer; expected layers and numbers")
        if record.arguments or not isinstance(record.state, dict):
            raise ModelError(
                f"a {record.path} is stored in a way of its own; expected what torch.save makes of a layer"
            )
        hooks = [name for name, value in record.state.items() if str(name).endswith("_hooks") and value]
        if hooks:
            raise ModelError(f"the stored {record.path} carries functions to be called ({hooks[0]}); remove its hooks")
        try:
            layer = layer_class.__new__(layer_class)
        except TypeError as error:
            raise ModelError(f"{record.path} cannot be made without arguments: {error}") from error
        self._remember(record, layer)
        layer.__setstate__({name: self.value(stored) for name, stored in record.state.items()})
        return layer

    def value(self, stored: object) -> object:
        """``stored`` with every record in it rebuilt."""
        if id(stored) in self._made:
            return self._made[id(stored)]
        if isinstance(stored, Record):
            kind = self._admitted.get(stored.path)
            if isinstance(kind, type) and issubclass(kind, Enum):
                return self._choice(kind, stored)
            return self.network(stored)
        if isinstance(stored, type) and issubclass(stored, Record):
            return self._named(stored.path)
        if type(stored) in (dict, OrderedDict) and isinstance(stored, dict):
            mapping: dict = type(stored)()
            self._remember(stored, mapping)
            mapping.update((self.value(key), self.value(value)) for key, value in stored.items())
            return mapping
        if isinstance(stored, list):
            items: list = []
            self._remember(stored, items)
            items.extend(self.value(item) for item in stored)
            return items
        if type(stored) is tuple or isinstance(stored, set):
            return type(stored)(self.value(item) for item in stored)
        return stored

    def _choice(self, kind: type[Enum], record: Record) -> Enum:
        try:
            return kind(*record.arguments)
        except (TypeError, ValueError) as error:
            raise ModelError(f"the stored model holds a {record.path} that does not exist: {error}") from error

    def _named(self, path: str) -> object:
        # A class or function kept as a value, as in `self.norm_layer = nn.BatchNorm2d`.
        if path not in self._admitted:
            raise ModelError(f"the stored model refers to {path}; expected layers, functions of torch.nn and numbers")
        return self._admitted[path]

    def _remember(self, stored: object, made: object) -> None:
        self._kept.append(stored)
        self._made[id(stored)] = made
