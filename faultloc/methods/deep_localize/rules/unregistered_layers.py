"""Layers that a module keeps in a plain list or dictionary: it does not know them, and no optimizer gets them."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import held_by


def check_unregistered_layers(loss: Tensor, model: nn.Module, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    """A symptom where the loss hangs on such layers, whatever comes of it: they stay as they were drawn.

    A network that is hidden in a list on purpose, lest it be trained or stored, is in evaluation mode, frozen, or
    called without gradients.
    """
    known = {id(one) for one in model.parameters()} | held_by(optimizers).keys()
    for name, layers in _in_plain_containers(model):
        parameters = [one for layer in layers if layer.training for one in layer.parameters() if one.requires_grad]
        strangers = {id(one) for one in parameters} - known
        if not strangers or not strangers <= {id(leaf) for leaf in leaves_of(loss)}:
            continue
        yield Symptom(
            "optimizer.unknown_parameters", OPTIMIZER, len(strangers), 0,
            f"the {len(strangers)} parameters of the layers in {name!r} take part, and the model does not know them, "
            "as they are kept in a plain list or dict: no optimizer moves them",
        )  # fmt: skip
        return


def _in_plain_containers(model: nn.Module) -> Iterator[tuple[str, list[nn.Module]]]:
    for outer, module in model.named_modules():
        for attribute, value in vars(module).items():
            if type(value) not in (list, tuple, dict) or attribute.startswith("_"):
                continue
            layers = [one for one in (value.values() if isinstance(value, dict) else value) if _is_module(one)]
            if layers:
                yield f"{outer}.{attribute}" if outer else attribute, layers


def _is_module(value: object) -> bool:
    # Of proxies, the class tells without waking them.
    return issubclass(type(value), nn.Module)
