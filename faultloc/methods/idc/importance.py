"""How much each unit matters for what the network says: attributions, summed over the samples they are read of."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float, Int, Num
from torch import Tensor, nn

from faultloc.errors import DataError, ModelError, TrainingError
from faultloc.methods.idc.attributions import attribution_named
from faultloc.methods.idc.attributions.explained import Explained, Target
from faultloc.methods.idc.attributions.layer_gradients import layer_of
from faultloc.methods.idc.units import unit_sums
from faultloc.probes.layer_outputs import layers_with_units
from faultloc.probes.layers import find_layer, record_calls
from faultloc.subject.batches import as_model_input

# By the layer's name, in the order of the network: a number a unit, signed, higher speaks for the answer.
Importance = dict[str, Float[np.ndarray, "_"]]


def read_importance(
    network: nn.Module,
    batches: Iterable[tuple[Tensor, Int[np.ndarray, "sample"]]],
    attribution: str,
    generator: np.random.Generator,
    *,
    target: Target | None = None,
) -> Importance:
    """The importance of all units of convolutional and linear layers, the last one too: the sum over all samples.

    ``batches`` give inputs and the class that each is to speak for; with a ``target``, it is the number that this
    function picks of what the network returns that counts, one a sample. A channel counts by the sum over its map, and
    a layer that is called several times by the sum over its calls. Layers that the samples do not reach are left out.
    Units are ranked by it as it is, signed: what speaks against the answer matters least.

    ``generator`` is drawn from by `lgs` alone; the same one gives the same importance.

    Source: Gerasimou et al., ICSE 2020, section 3.1; sums over maps as in WISDOM.

    Raises:
        ConfigError: there is no attribution of that name; the target gives something else than a number a sample.
        DataError: there is no batch, or a class has no output.
        MissingPackageError: captum is not installed, and the attribution is `lig` or `lfa`.
        ModelError: the attribution cannot be read of such a network; the message names one that can.
        TrainingError: an attribution is not a finite number.
    """
    attribution_named(attribution)
    found: Importance = {}
    for inputs, classes in batches:
        of_each = importance_of_each(network, inputs, Explained(classes, target), attribution, generator)
        for name, values in of_each.items():
            found[name] = found.get(name, 0) + values.sum(0)
    if not found:
        raise DataError("there are no samples to read importance of; expected some that the model answers rightly")
    for name, scores in found.items():
        if not np.isfinite(scores).all():
            raise TrainingError(
                f"the attribution {attribution} is NaN or infinite at the layer {name!r}; expected finite numbers: "
                "check the inputs and the weights of the model"
            )
    return found


def importance_of_each(
    network: nn.Module,
    inputs: Num[Tensor, "sample ..."],
    explained: Explained,
    attribution: str,
    generator: np.random.Generator,
) -> dict[str, Float[np.ndarray, "sample _"]]:
    """The importance of each unit for each sample of one batch, a matrix a layer; otherwise as ``read_importance``.

    Raises:
        ConfigError, DataError, MissingPackageError, ModelError: as ``read_importance``.
    """
    given = as_model_input(inputs)
    calls = _calls(network, given)
    found: dict[str, Float[np.ndarray, "sample _"]] = {}
    for call, values in attribution_named(attribution)(network, given, explained, calls, generator).items():
        name = layer_of(call)
        found[name] = found.get(name, 0) + unit_sums(find_layer(network, name), values).detach().double().cpu().numpy()
    return {name: found[name] for name in dict.fromkeys(map(layer_of, calls))}


def _calls(network: nn.Module, inputs: Float[Tensor, "sample ..."] | Int[Tensor, "sample step"]) -> list[str]:
    """The calls of layers with units but recurrent ones, in the order of the network: "conv", "conv@2", "head"."""
    names = [name for name in layers_with_units(network) if not isinstance(find_layer(network, name), nn.RNNBase)]
    watched = {find_layer(network, name) for name in names}
    # In the order of the first calls: a network may make its last layer first.
    count = Counter(call.name for call in record_calls(network, inputs[:1], watched.__contains__))
    calls = [name if number == 1 else f"{name}@{number}" for name in count for number in range(1, count[name] + 1)]
    if not calls:
        raise ModelError(
            f"the samples pass through no convolutional or linear layer of {type(network).__name__}; expected one "
            f"whose units can matter, of: {', '.join(names) or 'none'}"
        )
    return calls
