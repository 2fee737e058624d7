"""The input layer's view: how badly the autoencoder of its class reconstructs a sample."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor
from torch.nn import functional as F

from faultloc.errors import ConfigError
from faultloc.methods.dfaulo.paper.deletion.class_autoencoders import ClassAutoencoders, reconstruction_loss
from faultloc.settings_check import check_number
from faultloc.subject.seeding import isolated_torch_rng

# Autoencoders trained in one go are bounded by their weights: 16 Mi numbers, four times that with gradients and Adam.
WEIGHTS_AT_ONCE = 16 * 2**20


@dataclass(frozen=True)
class AutoencoderSettings:
    """How the autoencoders are trained; ``largest_side`` bounds the images that they see, in pixels."""

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 0.001
    hidden_sizes: Sequence[int] = (128, 64, 32)
    latent_size: int = 2
    dropout: float = 0.2
    largest_side: int = 32

    def __post_init__(self) -> None:
        sizes = {f"hidden_sizes[{place}]": size for place, size in enumerate(self.hidden_sizes)}
        for name in ("epochs", "batch_size", "latent_size", "largest_side"):
            sizes[name] = getattr(self, name)
        for name, size in sizes.items():
            check_number(f"outlier.{name}", size, at_least=1, whole=True)
        check_number("outlier.learning_rate", self.learning_rate, above=0)
        check_number("outlier.dropout", self.dropout, at_least=0, below=1)
        if not self.hidden_sizes:
            raise ConfigError("outlier.hidden_sizes is empty; expected at least one size, such as [128,64,32]")


def reconstruction_distances(
    inputs: Shaped[Tensor, "sample ..."],
    labels: Int[np.ndarray, "sample"],
    settings: AutoencoderSettings,
    generator: torch.Generator,
    *,
    progress: Callable[[Iterable[list[int]]], Iterable[list[int]]] = iter,
) -> Float[np.ndarray, "sample"]:
    """Each sample's distance from its reconstruction by the autoencoder of its given label: 0 or more, higher is odder.

    The distance is Euclidean, between values standardised within the class. ``progress`` sees the groups of classes
    that are trained together.

    Source: DFauLo's "Outlier/VAE" set, which fits pyod's VAE to each class.
    Differs: each class's samples are spread evenly over as many steps as the largest class of its group needs, so that
    all classes of a group are trained as one batched product; no tenth is held out, since nothing is selected on it;
    the score uses the latent mean, not a random draw.
    """
    members = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
    present = [label for label, samples in enumerate(members) if len(samples)]
    distances = np.zeros(len(labels), dtype=np.float32)
    for group in progress(list(_groups(present, _values(inputs[:1], settings).shape[1], settings))):
        _score_group(inputs, [members[label] for label in group], settings, generator, distances)
    return distances


def _groups(labels: list[int], input_size: int, settings: AutoencoderSettings) -> Iterator[list[int]]:
    weights_of_one = 2 * input_size * settings.hidden_sizes[0]
    at_once = max(1, WEIGHTS_AT_ONCE // weights_of_one)
    for start in range(0, len(labels), at_once):
        yield labels[start : start + at_once]


def _score_group(
    inputs: Tensor,
    members: list[Int[np.ndarray, "_"]],
    settings: AutoencoderSettings,
    generator: torch.Generator,
    distances: Float[np.ndarray, "sample"],
) -> None:
    mean, deviation = _standardisation(inputs, members, settings)
    steps = max(-(-len(samples) // settings.batch_size) for samples in members)

    def standardised(batch: Tensor) -> Float[Tensor, "class sample value"]:
        values = _values(inputs[batch.flatten().to(inputs.device)], settings)
        return (values.view(*batch.shape, -1) - mean).div_(deviation)

    with isolated_torch_rng(generator):
        autoencoders = ClassAutoencoders(
            len(members), mean.shape[-1], settings.hidden_sizes, settings.latent_size, settings.dropout
        ).to(inputs.device)
        optimizer = torch.optim.Adam(autoencoders.parameters(), lr=settings.learning_rate, fused=True)
        for _ in range(settings.epochs):
            shuffled = [samples[torch.randperm(len(samples), generator=generator).numpy()] for samples in members]
            for batch, is_present in _even_batches(shuffled, steps):
                values = standardised(batch)
                loss = reconstruction_loss(values, is_present.to(values), autoencoders(values))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
    autoencoders.eval()
    with torch.inference_mode():
        for batch, is_present in _even_batches(members, steps):
            values = standardised(batch)
            found = torch.linalg.vector_norm(values - autoencoders(values)[0], dim=2).cpu()
            distances[batch[is_present].numpy()] = found[is_present].numpy()


def _even_batches(
    members: list[Int[np.ndarray, "_"]], steps: int
) -> Iterator[tuple[Int[Tensor, "class sample"], Bool[Tensor, "class sample"]]]:
    """``steps`` batches that hold every sample of every class once; one short of samples repeats one, not present."""
    parts = [np.array_split(samples, steps) for samples in members]
    for step in range(steps):
        width = max(len(part[step]) for part in parts)
        batch = np.repeat(np.array([samples[:1] for samples in members]), width, axis=1)
        is_present = np.zeros(batch.shape, dtype=bool)
        for row, part in enumerate(parts):
            batch[row, : len(part[step])] = part[step]
            is_present[row, : len(part[step])] = True
        # A class with fewer samples than steps sits some steps out; its weight must not be 0 / 0.
        is_present[:, 0] |= ~is_present.any(1)
        yield torch.from_numpy(batch), torch.from_numpy(is_present)


def _standardisation(
    inputs: Tensor, members: list[Int[np.ndarray, "_"]], settings: AutoencoderSettings
) -> tuple[Float[Tensor, "class 1 value"], Float[Tensor, "class 1 value"]]:
    means, deviations = [], []
    for samples in members:
        total, squares = torch.zeros(()), torch.zeros(())
        for part in torch.from_numpy(samples).split(1024):
            values = _values(inputs[part.to(inputs.device)], settings).double()
            total, squares = total + values.sum(0).cpu(), squares + values.square().sum(0).cpu()
        mean = total / len(samples)
        deviation = (squares / len(samples) - mean.square()).clamp(min=0).sqrt()
        means.append(mean)
        # A value that never changes carries no information: left at 0, as scikit-learn's StandardScaler does.
        deviations.append(torch.where(deviation < 1e-7 * mean.abs().clamp(min=1), torch.ones(()).double(), deviation))
    return (
        torch.stack(means).unsqueeze(1).float().to(inputs.device),
        torch.stack(deviations).unsqueeze(1).float().to(inputs.device),
    )


def _values(batch: Shaped[Tensor, "sample ..."], settings: AutoencoderSettings) -> Float[Tensor, "sample value"]:
    values = batch.float()
    if values.ndim == 4 and max(values.shape[2:]) > settings.largest_side:
        height, width = (min(side, settings.largest_side) for side in values.shape[2:])
        values = F.adaptive_avg_pool2d(values, (height, width))
    return values.flatten(1)
