"""From a network and a data set to the evidence about every sample, and from that to a ranking."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import nn

from faultloc.localization import in_column_order, most_suspicious_first
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.answer import diagnose
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from faultloc.methods.dfaulo.default.suffix.gathering import gather_evidence
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixWeights
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.probes.prefix import describe_prefix, find_prefix, read_model
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator, torch_generator
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# Opens a progress bar: what it counts, of how many, in which row of the terminal; gives what moves it.
Bar = Callable[[str, int, int], AbstractContextManager[Callable[[object], object]]]
# Sees the model's answers before anything is trained, and may raise.
OnLogits = Callable[[Float[np.ndarray, "sample class"]], object]


@dataclass(frozen=True)
class Examined:
    """What the mutants and the model say; ``predicted`` are the model's own labels, ``mutants`` the weights, ``about``
    says in words what was trained."""

    evidence: DefaultEvidence
    predicted: Int[np.ndarray, "sample"]
    mutants: Sequence[SuffixWeights]
    about: str


def examine(
    network: nn.Module,
    dataset: LabeledDataset,
    settings: LocateSettings,
    device: torch.device,
    *,
    workers: int,
    bar: Bar,
    on_logits: OnLogits = lambda logits: None,
    keep_mutants: bool = False,
    allocate: Allocate = allocate_in_memory,
) -> Examined:
    """Passes the samples through ``network`` once, trains the suffix mutants and asks them.

    The large arrays lie where ``allocate`` puts them.

    ``on_logits`` sees the model's answers before any mutant is trained, and may raise. The streams of random numbers
    are those of the pipeline's stage `suffix`: the same model, data and seed give the same evidence.
    """
    inputs = as_tensor(dataset.inputs, device)
    prefix = find_prefix(network, inputs[:2], settings.hook_layer)
    with bar("the model's answers", len(inputs), 0) as moved:
        reading = read_model(
            network, inputs, prefix, batch_size=settings.batch_size, on_samples=moved, allocate=allocate
        )
    logits = reading.logits.cpu().numpy()
    on_logits(logits)
    seed, epochs = settings.seed, max(settings.suffix.checkpoints)
    with ExitStack() as bars:
        moving = [
            bars.enter_context(bar(f"mutant {mutant + 1}", epochs, mutant)) for mutant in range(settings.suffix.mutants)
        ]
        evidence, mutants = gather_evidence(
            reading,
            dataset.labels,
            prefix.tail_widths,
            settings.suffix,
            settings.neighbours,
            numpy_generator(seed, "suffix", "left out"),
            [torch_generator(seed, "suffix", str(mutant)) for mutant in range(settings.suffix.mutants)],
            workers=workers,
            on_epoch=lambda mutant: moving[mutant](1),
            keep_mutants=keep_mutants,
            allocate=allocate,
        )
    return Examined(
        evidence, logits.argmax(axis=1), mutants, f"{settings.suffix.mutants} mutants {describe_prefix(prefix)}"
    )


def rank(
    dataset: LabeledDataset,
    evidence: DefaultEvidence,
    predicted: Int[np.ndarray, "sample"],
    settings: LocateSettings,
    *,
    allocate: Allocate = allocate_in_memory,
) -> tuple[pd.DataFrame, Mapping[str, object]]:
    """The ranking, with the columns of `ranking.csv`, and the summary of the whole set."""
    score = score_default(evidence, settings.scorer, allocate=allocate)
    localization, summary = diagnose(dataset, evidence, score, predicted, settings.diagnosis)
    order = most_suspicious_first(score.log_odds, numpy_generator(settings.seed, "dfaulo", "ties"))
    return in_column_order(localization.ranked(order)), summary
