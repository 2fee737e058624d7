"""torchvision, imported late and also where its CUDA build stands beside a CPU-only torch."""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from faultloc.errors import MissingPackageError

if TYPE_CHECKING:
    import torch

# torchvision registers fake versions of these two operators on import, which fails where its compiled part cannot be
# loaded and so never declared them. Both at once: the import cannot be tried a third time.
_MISSING_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: "list[torch.library.Library]" = []  # the declarations last as long as this reference


def import_torchvision(module: str, *, purpose: str) -> ModuleType:
    """The torchvision module named ``module``, for example ``torchvision.datasets``.

    Beside a CPU-only torch, torchvision's CUDA build works too, but for its compiled operators; nothing here uses them.

    Raises:
        MissingPackageError: torchvision is not installed; ``purpose`` says what needs it.
    """
    try:
        return import_beside_torchvision(module)
    except ModuleNotFoundError as error:
        if error.name not in ("torchvision", module):
            raise
        raise MissingPackageError("torchvision", purpose) from error


def import_beside_torchvision(module: str) -> ModuleType:
    """The ``module``, torchvision's or one that may itself import torchvision, as a user's own may.

    Raises:
        Exception: whatever importing it raises.
    """
    try:
        return importlib.import_module(module)
    except RuntimeError as error:
        if "torchvision::nms" not in str(error) or _declared:
            raise
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _MISSING_OPERATORS:
        library.define(schema)
    _declared.append(library)
    return importlib.import_module(module)
