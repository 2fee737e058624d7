"""The published scorer's part of the step `dfaulo`: from what the mutants say to a ranking, and on with verdicts."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from faultloc.localization import Localization
from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.offline import score_ablations, score_offline
from faultloc.methods.dfaulo.paper.scoring.online import rank_with_verdicts
from faultloc.methods.dfaulo.paper.scoring.seed_set import draw_noise_input, make_seed_set
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking
from faultloc.probes.predictions import predict_logits
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.task import task_of


def ask_about_noise(
    dataset: LabeledDataset, networks: Iterable[nn.Module], device: torch.device, seed: int
) -> Float[np.ndarray, "opinion class"]:
    """What the subject and then each mutant, the ``networks`` on ``device``, say of one input that is only noise."""
    noise = as_tensor(draw_noise_input(dataset.inputs, streams.noise_input(seed)), device)
    task = task_of(dataset.given)
    return np.concatenate([task.opinions(predict_logits(network, noise, batch_size=1)) for network in networks])


class PaperScorer:
    """Scores the samples of ``dataset`` by ``evidence``, beside artificial faults that look as ``noise_opinions`` say.

    Source: Yin et al. 2023. Differs: see the functions that it calls.
    """

    def __init__(
        self,
        dataset: LabeledDataset,
        evidence: MutantEvidence,
        noise_opinions: Float[np.ndarray, "opinion class"],
        settings: PaperSettings,
        seed: int,
    ) -> None:
        self._dataset, self._evidence, self._settings, self._seed = dataset, evidence, settings, seed
        self._task = task_of(dataset.given)
        per_class = settings.presumed_clean_per_class
        self._seed_set = make_seed_set(
            evidence,
            noise_opinions,
            per_class,
            streams.presumed_clean(seed),
            noise_labels=self._task.meaningless(dataset, per_class, streams.noise_labels(seed)),
        )
        self._suspiciousness = score_offline(
            evidence, self._seed_set, inverse_regularisation=settings.inverse_regularisation
        )

    def offline(self) -> Localization:
        """The suspiciousness without verdicts."""
        dataset = self._dataset
        about = {
            "given_label": self._task.spell_given(dataset),
            "predicted_label": self._task.spell_opinions(dataset, self._evidence.subject),
        }
        return Localization(
            "sample", dataset.sample_ids, self._suspiciousness, about, summary=f"{len(dataset)} samples ranked"
        )

    def ablations(self) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """The suspiciousness by fewer layers, by names such as ``input+hidden``."""
        return score_ablations(
            self._evidence, self._seed_set, inverse_regularisation=self._settings.inverse_regularisation
        )

    def online(self, review: Review, *, rounds: int, per_round: int) -> ReviewedRanking:
        """The ranking after ``rounds`` in each of which ``review`` judges the first ``per_round`` samples left."""
        return rank_with_verdicts(
            self._evidence,
            self._suspiciousness,
            self._seed_set,
            review,
            rounds=rounds,
            per_round=per_round,
            inverse_regularisation=self._settings.inverse_regularisation,
            generator=streams.online_ties(self._seed),
        )
