"""The seed set: what the offline scorer learns from before any verdict."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped

from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.settings_check import check_number
from faultloc.subject.dataset import Given
from faultloc.subject.task import task_of


@dataclass(frozen=True)
class SeedSet:
    """Evidence on real samples that are presumed clean, followed by that on artificial faults."""

    evidence: MutantEvidence
    is_faulty: Bool[np.ndarray, "sample"]


def make_seed_set(
    evidence: MutantEvidence,
    noise_opinions: Float[np.ndarray, "opinion class"],
    per_class: int,
    generator: np.random.Generator,
    *,
    noise_labels: Given | None = None,
) -> SeedSet:
    """``per_class`` random samples of every given label (all where there are fewer), and one artificial fault a class.

    An artificial fault is an input of noise with some label: ``noise_opinions`` holds the probabilities that the
    subject, and then each mutant, give to that input. The deletion flags of artificial faults are all set. In a
    regression all samples are of one class; there is one artificial fault for each of ``noise_labels``, which need not
    be given for labels.

    Source: Yin et al. 2023, section 3.3, and the authors' code. Nobody checks that the real samples are clean: as many
    of them are faulty as of all.
    """
    check_number("dfaulo.presumed_clean_per_class", per_class, at_least=1, whole=True)
    drawn = [
        generator.choice(members, size=min(per_class, len(members)), replace=False)
        for members in task_of(evidence.labels).groups(evidence.labels)
    ]
    real = evidence.select(np.concatenate(drawn))
    artificial = np.unique(evidence.labels) if noise_labels is None else noise_labels
    seeds = MutantEvidence(
        labels=np.concatenate([real.labels, artificial]),
        subject=np.concatenate([real.subject, np.tile(noise_opinions[0], (len(artificial), 1))]),
        mutants=np.concatenate([real.mutants, np.tile(noise_opinions[1:, None], (1, len(artificial), 1))], axis=1),
        deleted=np.concatenate([real.deleted, np.ones((len(LAYERS), len(artificial)), dtype=bool)], axis=1),
    )
    return SeedSet(seeds, np.arange(len(seeds)) >= len(real))


def draw_noise_input(
    inputs: Shaped[np.ndarray, "sample ..."], generator: np.random.Generator
) -> Shaped[np.ndarray, "one ..."]:
    """One input of the data set's shape and kind that is nothing but noise, uniform over the range of the values.

    Source: the authors' code: uniform pixels, uniform token ids.
    """
    shape = (1, *inputs.shape[1:])
    if inputs.dtype == np.uint8:
        return generator.integers(0, 256, shape, dtype=np.uint8)
    if np.issubdtype(inputs.dtype, np.integer):
        return generator.integers(0, int(inputs.max()) + 1, shape).astype(inputs.dtype)
    return generator.uniform(float(inputs.min()), float(inputs.max()), shape).astype(inputs.dtype)
