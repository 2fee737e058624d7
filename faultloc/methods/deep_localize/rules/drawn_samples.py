"""What the array tells that a loop draws its samples from: which axis is theirs, axes that a view was to exchange."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
from torch.utils.data import DataLoader, WeightedRandomSampler

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.stored_rows import StoredRows, rows_of, variables_of_the_loop
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall


@dataclass(frozen=True)
class DrawnSamples:
    """The axis of the samples of what a model is given, None where nothing tells it, and what is wrong with them.

    ``rows`` are where its first samples stand in the loop's own array, ``loaders`` those that the loop has.
    """

    axis: int | None = None
    symptoms: tuple[Symptom, ...] = ()
    rows: StoredRows | None = None
    loaders: tuple[DataLoader, ...] = ()


def look_at_source(call: ForwardCall) -> DrawnSamples:
    """What the variables of the code that trains tell of ``call``'s inputs; nothing where they come from elsewhere."""
    given = next((one for one in tensors_in(list(call.given)) if one.dim() > 0), None)
    variables = variables_of_the_loop()
    symptoms = list(_few_weights(variables.loaders))
    stored = [] if given is None else list(rows_of(given, variables))
    drawn = [one for one in stored if one.are_samples]
    axes = {one.axis for one in drawn}
    symptoms += _viewed(given, stored) if given is not None else ()
    axis = axes.pop() if len(axes) == 1 else None
    return DrawnSamples(axis, tuple(symptoms), drawn[0] if drawn else None, variables.loaders)


def _viewed(given: Tensor, stored: list[StoredRows]) -> Iterator[Symptom]:
    """Numbers of an array one after the other, under axes that are the array's own in another order."""
    for rows in stored:
        if not rows.is_exact:
            old, new = (" x ".join(map(str, shape)) for shape in (rows.array.shape[1:], given.shape))
            yield Symptom(
                "model.reshaped_axes", INPUT, 1, 0,
                f"the inputs, of shape {new}, are samples of an array of {len(rows.array)} times {old}, cut anew in "
                "the order in which their values lie: the axes look exchanged, and are not",
            )  # fmt: skip
            return


def _few_weights(loaders: tuple[DataLoader, ...]) -> Iterator[Symptom]:
    """A sampler that has a weight for each class, and not for each sample."""
    for loader in loaders:
        sampler = loader.sampler
        if not isinstance(sampler, WeightedRandomSampler):
            continue
        try:
            weights, samples = len(sampler.weights), len(loader.dataset)  # type: ignore[arg-type]
        except TypeError:
            continue
        if weights < samples:
            yield Symptom(
                "input.few_drawn", INPUT, weights, samples,
                f"the loader's WeightedRandomSampler has {weights} weights, and the data set has {samples} samples: "
                "only the first ones are ever drawn",
            )  # fmt: skip
            return
