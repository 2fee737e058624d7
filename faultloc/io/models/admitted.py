"""Which names of a file stand for something known: layers that may be built, and bookkeeping that is kept as a record.

A name is looked up among modules that are imported already; none is ever imported because a file names it.
"""

import inspect
import sys
from enum import Enum
from types import FunctionType, ModuleType

import torch
from torch import nn

import faultloc.subject.architectures  # noqa: F401  so that its names can be looked up
from faultloc.errors import MissingPackageError
from faultloc.torchvision_import import import_torchvision

# What torch's weights-only unpickler knows by itself: tensors, their storages and types, and how they are put together.
_KNOWN_TO_TORCH = (
    "collections.OrderedDict",
    "collections.Counter",
    "torch.nn.parameter.Parameter",
    "torch.Size",
    "torch.Tensor",
    "torch.device",
    "torch.storage.UntypedStorage",
    "torch.storage.TypedStorage",
    "torch.serialization._get_layout",
    "_codecs.encode",
    "builtins.bytearray",
    "builtins.set",
    "builtins.complex",
)
_TENSOR_PARTS = ("torch._utils._rebuild_", "torch._tensor._rebuild_from_type_v2")

# Never more than a record, so nothing of them can run: how the model was trained, and what people note beside it.
_BOOKKEEPING = (
    "torch.optim.",
    "torch.amp.grad_scaler.",
    "torch.cuda.amp.grad_scaler.",
    "torch.nn.parallel.data_parallel.DataParallel",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.ndarray",
    "numpy.dtype",
    "collections.defaultdict",
    "builtins.dict",
    "builtins.list",
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "argparse.Namespace",
    "pathlib.",
    "datetime.",
)

# Of Python's own, what settings beside weights are made of; they stay records as well.
_HARMLESS_OF_PYTHON = (
    "functools.partial",
    "types.SimpleNamespace",
    "uuid.UUID",
    "decimal.Decimal",
    "collections.deque",
)

_LAYER_PACKAGES = (
    "torch.nn.modules.",
    "faultloc.subject.architectures.",
    "torchvision.models.",
    "torchvision.ops.",
    "timm.models.",
    "timm.layers.",
)


def is_data(path: str) -> bool:
    """Whether ``path`` names a part of a tensor or of a plain container, which torch reads without running anything."""
    if path in _KNOWN_TO_TORCH or path.startswith(_TENSOR_PARTS):
        return True
    module, _, name = path.rpartition(".")
    is_legacy_type = name.endswith(("Storage", "Tensor")) and module in ("torch", "torch.cuda", "torch.sparse")
    return is_legacy_type or (module == "torch" and isinstance(getattr(torch, name, None), torch.dtype | torch.qscheme))


def is_bookkeeping(path: str) -> bool:
    """Whether ``path`` names something that is kept as a record and never made into an object."""
    return any(path == known or (known.endswith(".") and path.startswith(known)) for known in _BOOKKEEPING)


def is_harmless(path: str) -> bool:
    """Whether ``path`` may lie beside weights as a record: a class of a training's settings, say, of whatever package.

    What belongs to Python itself may not: a file that names `posix.system` is no checkpoint of anybody's.
    """
    return path in _HARMLESS_OF_PYTHON or path.partition(".")[0] not in sys.stdlib_module_names | {"?", "__builtin__"}


def admitted_layer(path: str) -> object | None:
    """The class of layers, the function on tensors or the enumeration that ``path`` names in an admitted package.

    Those are torch.nn's own layers and its functions, our architectures, and the models of torchvision and timm where
    they are installed; None for anything else.
    """
    module_name, _, name = path.rpartition(".")
    if module_name in ("torch.nn.functional", "torch._C._nn"):
        return _admitted_function(module_name, name)
    if not path.startswith(_LAYER_PACKAGES):
        return None
    package = path.partition(".")[0]
    if package in ("torchvision", "timm"):
        _import_model_zoo(package)
    found = getattr(sys.modules.get(module_name), name, None)
    is_known = isinstance(found, type) and issubclass(found, nn.Module | Enum)
    return found if is_known and found.__module__ == module_name else None


def _admitted_function(module_name: str, name: str) -> object | None:
    # Kept by networks as an activation (`self.act = F.relu`): they compute on tensors and know neither files nor names.
    # What is merely imported there, such as functions of other modules, does not count.
    found = getattr(nn.functional if module_name == "torch.nn.functional" else torch._C._nn, name, None)
    if module_name == "torch._C._nn":
        return found if inspect.isbuiltin(found) else None
    return found if isinstance(found, FunctionType) and found.__module__ == module_name else None


def _import_model_zoo(package: str) -> ModuleType | None:
    try:
        import_torchvision("torchvision.models", purpose="a model of torchvision")
        return import_torchvision("timm.models", purpose="a model of timm") if package == "timm" else None
    except (MissingPackageError, ModuleNotFoundError):
        return None  # its names are then unknown, and the file is refused with them
