"""The step `suffix`: from a network and its samples to all that the default scorer reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.inputs.reading import read_inputs
from faultloc.methods.dfaulo.default.suffix.gathering import SuffixStreams, gather_evidence
from faultloc.methods.dfaulo.default.suffix.memory import memory_of
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings, SuffixWeights
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.probes.prefix import describe_prefix, find_prefix, read_model
from faultloc.subject.examination import Examination

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
    examination: Examination,
    settings: SuffixSettings,
    around: NeighbourSettings,
    *,
    on_logits: OnLogits = lambda logits: None,
    keep_mutants: bool = False,
) -> Examined:
    """Passes the samples through the network once, trains the suffix mutants and asks them, and the inputs alone.

    ``on_logits`` sees the model's answers before any mutant is trained, and may raise. The mutants' weights are given
    back only if ``keep_mutants``.
    """
    inputs, execution, seed = examination.inputs, examination.execution, examination.seed
    prefix = find_prefix(examination.network, inputs[:2], examination.layer)
    with execution.bars(["the model's answers"], len(inputs)) as [moved]:
        reading = read_model(
            examination.network,
            inputs,
            prefix,
            batch_size=examination.batch_size,
            on_samples=moved,
            allocate=execution.allocate,
        )
    logits = reading.logits.cpu().numpy()
    on_logits(logits)
    evidence, mutants = gather_evidence(
        reading,
        examination.dataset.labels,
        # One number that stands for two classes is two logits by now.
        (*prefix.tail_widths[:-1], logits.shape[1]),
        settings,
        around,
        SuffixStreams(streams.left_out(seed), streams.suffix_mutants(seed, settings.mutants)),
        execution=execution,
        keep_mutants=keep_mutants,
    )
    labels, classes, predicted = examination.dataset.labels, logits.shape[1], logits.argmax(axis=1)
    memory = memory_of(evidence.unseen, labels, predicted) if prefix.is_learned else 0.0
    evidence = replace(evidence, memory=np.asarray(memory))
    alone = read_inputs(inputs, labels, classes, streams.inputs_alone(seed), allocate=execution.allocate)
    if alone is not None:
        evidence = replace(evidence, input_opinion=alone.opinion, input_features=alone.features)
    about = f"{settings.mutants} mutants {describe_prefix(prefix, examination.network)}"
    return Examined(evidence, predicted, mutants, about)
