"""The published scorer between files: evidence in, rankings out."""

import pandas as pd
from omegaconf import DictConfig

from faultloc.io.stores.artifacts import load_array
from faultloc.io.stores.subject_store import load_mutant, load_subject
from faultloc.localization import Localization
from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.step import PaperScorer, ask_about_noise
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.task import task_of
from stages.shared import places
from stages.shared.torch_runtime import start_torch


class PaperScoring:
    """Reads the subject's and the mutants' opinions and their networks, and ranks by them."""

    def __init__(self, params: DictConfig, train: LabeledDataset) -> None:
        settings, device, subject = params.dfaulo, start_torch(params.runtime), load_subject(places.SUBJECT)
        self._train, self._online = train, settings.online
        opinions = f"{task_of(train.given).opinions_name}.npy"
        evidence = MutantEvidence(
            labels=train.given,
            subject=load_array(places.TRAIN_PREDICTIONS / opinions, mmap=True),
            mutants=load_array(places.MUTATION / opinions, mmap=True),
            deleted=load_array(places.MUTATION / "deleted.npy"),
        )
        networks = [subject.network, *(load_mutant(places.MUTANTS, layer, subject) for layer in LAYERS)]
        on_noise = ask_about_noise(train, (network.to(device) for network in networks), device, params.seed)
        self._scorer = PaperScorer(
            train,
            evidence,
            on_noise,
            PaperSettings(
                presumed_clean_per_class=settings.presumed_clean_per_class,
                inverse_regularisation=settings.inverse_regularisation,
            ),
            params.seed,
        )

    def offline(self) -> Localization:
        """The ranking without verdicts."""
        return self._scorer.offline()

    def tables(self) -> dict[str, pd.DataFrame]:
        """The ablations' suspiciousness."""
        return {"ablations": pd.DataFrame({"sample_id": self._train.sample_ids, **self._scorer.ablations()})}

    def online(self, review: Review) -> ReviewedRanking:
        """The ranking after the rounds of verdicts."""
        return self._scorer.online(review, rounds=self._online.rounds, per_round=self._online.per_round)
