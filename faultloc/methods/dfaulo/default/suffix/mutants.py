"""Suffix mutants: the subject's prefix as it is, and fresh tails, stopped early, each trained on a part of the data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from faultloc.errors import ConfigError, DataError
from faultloc.methods.dfaulo.default.suffix.dropout import Dropout
from faultloc.methods.dfaulo.default.suffix.epochs import in_turn, samples_of_epoch
from faultloc.methods.dfaulo.default.suffix.tail import Tail
from faultloc.methods.dfaulo.default.suffix.tail_training import TailTraining
from faultloc.settings_check import check_number
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.examination import Execution
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.seeding import isolated_torch_rng
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# Samples that pass through a suffix at a time when it is asked for its opinion.
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class SuffixSettings:
    """How the suffixes are trained: ``mutants`` of them, each sample left out of ``left_out`` of them.

    Each gives its opinion after the epochs ``checkpoints``, the last of which ends its training. An epoch has
    ``fewest_steps`` steps or more: a small set takes smaller batches than ``batch_size``; of a large set an epoch shows
    a part. ``hidden_size`` is that of the hidden layer given to a tail that has none.
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


@dataclass(frozen=True)
class _Opinion:
    """What one suffix says, in arrays that the process which trains it fills; used again for the next suffix."""

    probabilities: Float[np.ndarray, "sample class"]
    energy: Float[np.ndarray, "sample"]


def draw_left_out(
    samples: int,
    mutants: int,
    left_out: int,
    generator: np.random.Generator,
    *,
    allocate: Allocate = allocate_in_memory,
) -> Bool[np.ndarray, "mutant sample"]:
    """For each mutant the samples that it is not shown: every sample is left out of exactly ``left_out`` mutants, and
    every mutant is shown one or more.

    Raises:
        DataError: there are too few samples for that.
    """
    drawn, is_out = allocate((mutants, samples), np.float64), allocate((mutants, samples), np.bool_)
    generator.random(out=drawn)
    for columns in blocks_of_rows(samples, mutants):
        is_out[:, columns] = drawn[:, columns].argsort(axis=0) < left_out
    for idle in np.flatnonzero(is_out.all(axis=1)):  # as happens where there are a few samples alone
        shown = np.count_nonzero(~is_out, axis=1)
        busiest = int(shown.argmax())
        if shown[busiest] < 2:
            raise DataError(
                f"the data set has {samples} samples, each of which {left_out} of {mutants} mutants are trained "
                f"without, so that some have none; expected {-(-mutants // (mutants - left_out))} samples or more"
            )
        given_up = int(is_out[busiest].argmin())
        is_out[idle, given_up], is_out[busiest, given_up] = False, True
    return is_out


def train_suffixes(
    features: Float[Tensor, "sample feature"],
    labels: Int[np.ndarray, "sample"],
    tail_widths: Sequence[int],
    left_out: Bool[np.ndarray, "mutant sample"],
    settings: SuffixSettings,
    generators: Sequence[torch.Generator],
    *,
    embeddings: int,
    execution: Execution,
    keep_mutants: bool = False,
) -> SuffixEvidence:
    """The opinions of fresh suffixes in the shape of the model's tail, trained on the prefix's ``features``.

    The first ``embeddings`` suffixes give theirs, all give their weights if ``keep_mutants``.

    Source: DFauLo's idea of mutants that disagree about faulty samples. Differs: not fine-tuned without suspicious
    subsets but trained afresh on random ones, since what a model has memorised of its faults sits in its tail, and a
    tail that is stopped early has learned what is hard but not yet what is wrong.
    """
    widths = tail_widths if len(tail_widths) > 1 else (settings.hidden_size, *tail_widths)
    samples, classes, mutants = len(labels), widths[-1], len(left_out)
    allocate, ranks = execution.allocate, execution.ranks
    seen, unseen = allocate((samples, classes), np.float32), allocate((samples, classes), np.float32)
    energy = np.zeros(samples, np.float32)
    kept = [allocate((samples, widths[-2]), np.float32) for _ in range(min(embeddings, mutants))]
    at_once = max(1, min(max(execution.workers, ranks.count), mutants))
    opinions = [
        _Opinion(allocate((samples, classes), np.float32), allocate((samples,), np.float32)) for _ in range(at_once)
    ]
    weights: list[SuffixWeights | None] = []
    # So many at once as there are workers, so that only so many opinions wait to be added up, always in one order.
    with execution.bars([f"mutant {mutant + 1}" for mutant in range(mutants)], max(settings.checkpoints)) as moved:
        for first in range(0, mutants, at_once):
            chosen = range(first, min(first + at_once, mutants))
            tasks = [
                partial(
                    _train_suffix,
                    features,
                    labels,
                    widths,
                    left_out[mutant],
                    settings,
                    generators[mutant],
                    opinion=opinion,
                    embedding=kept[mutant] if mutant < embeddings else None,
                    keep_weights=keep_mutants,
                    on_epoch=partial(moved[mutant], 1),
                )
                for mutant, opinion in zip(chosen, opinions, strict=False)
            ]
            weights += _shared_out(tasks, chosen, opinions, kept, execution)
            for mutant, opinion in zip(chosen, opinions, strict=False):
                _add(opinion, left_out[mutant], seen, unseen, energy)
    shown = settings.mutants - settings.left_out
    for rows in blocks_of_rows(samples, classes):
        seen[rows] /= shown
        unseen[rows] /= settings.left_out
    return SuffixEvidence(
        seen, unseen, energy / shown, tuple(kept), tuple(kept_weights for kept_weights in weights if kept_weights)
    )


def _shared_out(
    tasks: Sequence[Callable[[], SuffixWeights | None]],
    chosen: Sequence[int],
    opinions: Sequence[_Opinion],
    kept: Sequence[np.ndarray],
    execution: Execution,
) -> list[SuffixWeights | None]:
    """The weights that ``tasks`` give; ``opinions`` and ``kept`` are filled on every rank.

    Forked workers write into arrays that they share with this process; ranks have to send theirs.
    """
    workers, ranks = execution.workers, execution.ranks
    if ranks.count == 1:
        return run_in_parallel(tasks, workers)

    def with_arrays(task: Callable[[], SuffixWeights | None], mutant: int, opinion: _Opinion) -> tuple:
        weights = task()
        return weights, opinion.probabilities, opinion.energy, kept[mutant] if mutant < len(kept) else None

    sent = [
        partial(with_arrays, task, *of) for task, of in zip(tasks, zip(chosen, opinions, strict=False), strict=True)
    ]
    weights = []
    for (own, probabilities, energy, embedding), mutant, opinion in zip(
        run_in_parallel(sent, workers, ranks), chosen, opinions, strict=False
    ):
        weights.append(own)
        opinion.probabilities[:], opinion.energy[:] = probabilities, energy
        if embedding is not None:
            kept[mutant][:] = embedding
    return weights


def _add(
    opinion: _Opinion,
    left_out: Bool[np.ndarray, "sample"],
    seen: Float[np.ndarray, "sample class"],
    unseen: Float[np.ndarray, "sample class"],
    energy: Float[np.ndarray, "sample"],
) -> None:
    for rows in blocks_of_rows(*seen.shape):
        out, probabilities = left_out[rows, None], opinion.probabilities[rows]
        np.add(unseen[rows], probabilities, out=unseen[rows], where=out)
        np.add(seen[rows], probabilities, out=seen[rows], where=~out)
    np.add(energy, opinion.energy, out=energy, where=~left_out)


def _train_suffix(
    features: Tensor,
    labels: Int[np.ndarray, "sample"],
    widths: Sequence[int],
    left_out: Bool[np.ndarray, "sample"],
    settings: SuffixSettings,
    generator: torch.Generator,
    *,
    opinion: _Opinion,
    embedding: Float[np.ndarray, "sample neuron"] | None,
    keep_weights: bool,
    on_epoch: Callable[[], object],
) -> SuffixWeights | None:
    shown = np.flatnonzero(~left_out)
    targets, chosen = torch.from_numpy(labels).to(features.device), torch.from_numpy(shown)
    batch_size = max(1, min(settings.batch_size, len(shown) // settings.fewest_steps))
    checkpoints = sorted(settings.checkpoints)
    with isolated_torch_rng(generator):
        tail = Tail(features.shape[1], widths, settings.dropout, features.device)
        # A stream of its own on the features' device, so that masks need not be copied there.
        masks = torch.Generator(features.device).manual_seed(int(torch.randint(0, 2**62, (1,))))
    training = TailTraining(tail, Dropout(settings.dropout, masks), settings.learning_rate)
    opinion.probabilities[:], opinion.energy[:] = 0, 0
    epochs = in_turn(len(chosen), samples_of_epoch(len(chosen), batch_size), generator)
    for epoch, places in zip(range(1, checkpoints[-1] + 1), epochs, strict=False):
        order = chosen[places].to(features.device)
        training.epoch(features, targets, order, batch_size)
        on_epoch()
        if epoch in checkpoints:
            wants_embedding = epoch == checkpoints[max(len(checkpoints) - 2, 0)]
            _ask(tail, features, opinion, embedding if wants_embedding else None, share=1 / len(checkpoints))
    return {name: part.cpu().numpy() for name, part in tail.named_weights().items()} if keep_weights else None


def _ask(
    tail: Tail,
    features: Tensor,
    opinion: _Opinion,
    embedding: Float[np.ndarray, "sample neuron"] | None,
    *,
    share: float,
) -> None:
    """Adds a ``share`` of what ``tail`` says now to ``opinion``, and writes its last hidden layer to ``embedding``."""
    for start in range(0, len(features), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        logits, hidden = tail.answer(features[rows])
        sums = torch.logsumexp(logits, dim=0)
        said = logits.sub_(sums).exp_().mul_(share)
        opinion.probabilities[rows] += said.t().cpu().numpy()
        opinion.energy[rows] -= sums.mul_(share).cpu().numpy()
        if embedding is not None:
            embedding[rows] = hidden.cpu().numpy()
