"""Suffix mutants: the subject's prefix as it is, and fresh tails, stopped early, each trained on a part of the data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number
from faultloc.subject.distributed import ALONE, Ranks
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.seeding import isolated_torch_rng

# Samples that pass through a suffix at a time when it is asked for its opinion.
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class SuffixSettings:
    """How the suffixes are trained: ``mutants`` of them, each sample left out of ``left_out`` of them.

    Each gives its opinion after the epochs ``checkpoints``, the last of which ends its training. An epoch has
    ``fewest_steps`` steps or more: a small set takes smaller batches than ``batch_size``. ``hidden_size`` is that of
    the hidden layer given to a tail that has none.
    """

    mutants: int = 8
    left_out: int = 2
    checkpoints: Sequence[int] = (3, 6, 10, 15)
    batch_size: int = 256
    fewest_steps: int = 24
    learning_rate: float | int = 0.003
    dropout: float | int = 0.3
    hidden_size: int = 128

    def __post_init__(self) -> None:
        check_number("suffix.mutants", self.mutants, at_least=2, whole=True)
        check_number("suffix.left_out", self.left_out, at_least=1, below=self.mutants, whole=True)
        check_number("suffix.batch_size", self.batch_size, at_least=1, whole=True)
        check_number("suffix.fewest_steps", self.fewest_steps, at_least=1, whole=True)
        check_number("suffix.learning_rate", self.learning_rate, above=0)
        check_number("suffix.dropout", self.dropout, at_least=0, below=1)
        check_number("suffix.hidden_size", self.hidden_size, at_least=1, whole=True)
        epochs = self.checkpoints if isinstance(self.checkpoints, Sequence) else ()
        if not epochs or not all(isinstance(epoch, int) and epoch >= 1 for epoch in epochs):
            raise ConfigError(f"suffix.checkpoints is {self.checkpoints}; expected epochs, such as [3, 6, 10, 15]")


# The weights of one suffix by their names in `build_suffix`.
SuffixWeights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class SuffixEvidence:
    """What the suffixes say of each sample, averaged over the checkpoints and the suffixes.

    ``seen`` and ``unseen`` are probabilities: of the suffixes that were trained on the sample, and of those that were
    not. ``energy`` is minus the log-sum-exp of the logits of the former: high where no class is recognised.
    ``embeddings`` are the last hidden layers of the first few suffixes at their last checkpoint but one.
    """

    seen: Float[np.ndarray, "sample class"]
    unseen: Float[np.ndarray, "sample class"]
    energy: Float[np.ndarray, "sample"]
    embeddings: Sequence[Float[np.ndarray, "sample _"]]
    weights: Sequence[SuffixWeights] = ()


def draw_left_out(
    samples: int, mutants: int, left_out: int, generator: np.random.Generator
) -> Bool[np.ndarray, "mutant sample"]:
    """For each mutant the samples that it is not shown: every sample is left out of exactly ``left_out`` mutants."""
    order = generator.random((mutants, samples)).argsort(axis=0)
    return order < left_out


def train_suffixes(
    features: Float[Tensor, "sample feature"],
    labels: Int[np.ndarray, "sample"],
    tail_widths: Sequence[int],
    left_out: Bool[np.ndarray, "mutant sample"],
    settings: SuffixSettings,
    generators: Sequence[torch.Generator],
    *,
    embeddings: int,
    workers: int = 1,
    ranks: Ranks = ALONE,
    on_epoch: Callable[[int], object] = lambda mutant: None,
    keep_mutants: bool = False,
) -> SuffixEvidence:
    """The opinions of fresh suffixes in the shape of the model's tail, trained on the prefix's ``features``.

    The result does not depend on ``workers`` or ``ranks``. The first ``embeddings`` suffixes give theirs, all
    give their weights if ``keep_mutants``.

    Source: DFauLo's idea of mutants that disagree about faulty samples. Differs: not fine-tuned without suspicious
    subsets but trained afresh on random ones, since what a model has memorised of its faults sits in its tail, and a
    tail that is stopped early has learned what is hard but not yet what is wrong.
    """
    widths = tail_widths if len(tail_widths) > 1 else (settings.hidden_size, *tail_widths)
    tasks = [
        partial(
            _train_suffix,
            features,
            labels,
            widths,
            np.flatnonzero(~left_out[mutant]),
            settings,
            generators[mutant],
            keep_embedding=mutant < embeddings,
            keep_weights=keep_mutants,
            on_epoch=partial(on_epoch, mutant),
        )
        for mutant in range(len(left_out))
    ]
    seen = np.zeros((len(labels), widths[-1]), np.float32)
    unseen, energy, kept = np.zeros_like(seen), np.zeros(len(labels), np.float32), []
    all_weights = []
    for out, opinion in zip(left_out, run_in_parallel(tasks, workers, ranks), strict=True):
        probabilities, energies, embedding, weights = opinion
        unseen[out] += probabilities[out]
        seen[~out] += probabilities[~out]
        energy[~out] += energies[~out]
        if embedding is not None:
            kept.append(embedding)
        if weights is not None:
            all_weights.append(weights)
    shown = settings.mutants - settings.left_out
    return SuffixEvidence(seen / shown, unseen / settings.left_out, energy / shown, tuple(kept), tuple(all_weights))


def _train_suffix(
    features: Tensor,
    labels: Int[np.ndarray, "sample"],
    widths: Sequence[int],
    shown: Int[np.ndarray, "shown"],
    settings: SuffixSettings,
    generator: torch.Generator,
    *,
    keep_embedding: bool,
    keep_weights: bool,
    on_epoch: Callable[[], object],
) -> tuple[
    Float[np.ndarray, "sample class"],
    Float[np.ndarray, "sample"],
    Float[np.ndarray, "sample neuron"] | None,
    SuffixWeights | None,
]:
    targets, chosen = torch.from_numpy(labels).to(features.device), torch.from_numpy(shown)
    batch_size = max(1, min(settings.batch_size, len(shown) // settings.fewest_steps))
    checkpoints = sorted(settings.checkpoints)
    probabilities = torch.zeros(len(labels), widths[-1])
    energies, embedding = torch.zeros(len(labels)), None
    with isolated_torch_rng(generator):
        suffix = build_suffix(features.shape[1], widths, settings.dropout).to(features.device)
        optimizer = torch.optim.Adam(suffix.parameters(), lr=settings.learning_rate, fused=True)
        for epoch in range(1, checkpoints[-1] + 1):
            suffix.train()
            order = chosen[torch.randperm(len(chosen), generator=generator)].to(features.device)
            for batch in order.split(batch_size):
                loss = F.cross_entropy(suffix(features[batch]), targets[batch])
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            on_epoch()
            if epoch in checkpoints:
                suffix.eval()
                wants_embedding = keep_embedding and epoch == checkpoints[max(len(checkpoints) - 2, 0)]
                hidden = torch.empty(len(labels), widths[-2]) if wants_embedding else None
                for rows in torch.arange(len(labels)).split(_ROWS_AT_ONCE):
                    logits, before = _logits_and_hidden(suffix, features[rows[0] : rows[-1] + 1])
                    probabilities[rows] += F.softmax(logits, dim=1) / len(checkpoints)
                    energies[rows] -= torch.logsumexp(logits, dim=1) / len(checkpoints)
                    if hidden is not None:
                        hidden[rows] = before
                embedding = hidden.numpy() if hidden is not None else embedding
    weights = {name: tensor.cpu().numpy() for name, tensor in suffix.state_dict().items()} if keep_weights else None
    return probabilities.numpy(), energies.numpy(), embedding, weights


def _logits_and_hidden(suffix: nn.Sequential, features: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        hidden = suffix[:-1](features)
        return suffix[-1](hidden).cpu(), hidden.cpu()


def build_suffix(feature_size: int, widths: Sequence[int], dropout: float | int) -> nn.Sequential:
    """Fully connected layers of ``widths`` with relu between, dropout after the first hidden one."""
    sizes = [feature_size, *widths]
    layers: list[nn.Module] = []
    for number, (size_in, size_out) in enumerate(pairwise(sizes)):
        layers.append(nn.Linear(size_in, size_out))
        if number < len(widths) - 1:
            layers.append(nn.ReLU())
            if number == 0:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)
