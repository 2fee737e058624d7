"""The paper's scorer between files: evidence in, rankings out."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from omegaconf import DictConfig

from faultloc.io.artifacts import load_array
from faultloc.io.subject_store import load_mutant, load_subject
from faultloc.localization import Localization
from faultloc.methods.dfaulo.paper.deletion.deletion_sets import LAYERS
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.offline import score_ablations, score_offline
from faultloc.methods.dfaulo.paper.scoring.online import rank_with_verdicts
from faultloc.methods.dfaulo.paper.scoring.seed_set import draw_noise_input, make_seed_set
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking
from faultloc.probes.predictions import predict_logits
from faultloc.settings_check import check_number
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator
from faultloc.subject.task import task_of
from stages.torch_runtime import start_torch


class PaperScoring:
    """Reads `data/preloss`, `data/mutation` and the networks, and ranks by them."""

    def __init__(self, params: DictConfig, train: LabeledDataset) -> None:
        self._params, self._train, settings = params, train, params.dfaulo
        device, subject = start_torch(params.runtime), load_subject(Path("models/subject"))
        self._task = task = task_of(train.given)
        self._evidence = MutantEvidence(
            labels=train.given,
            subject=load_array(Path("data/preloss") / f"{task.opinions_name}.npy", mmap=True),
            mutants=load_array(Path("data/mutation") / f"{task.opinions_name}.npy", mmap=True),
            deleted=load_array(Path("data/mutation/deleted.npy")),
        )
        noise = as_tensor(draw_noise_input(train.inputs, numpy_generator(params.seed, "dfaulo", "noise")), device)
        networks = [subject.network, *(load_mutant(Path("models/mutants"), layer, subject) for layer in LAYERS)]
        opinions = [task.opinions(predict_logits(network.to(device), noise, batch_size=1)) for network in networks]
        presumed_clean = numpy_generator(params.seed, "dfaulo", "presumed clean")
        per_class = settings.presumed_clean_per_class
        check_number("dfaulo.presumed_clean_per_class", per_class, at_least=1, whole=True)
        noise_labels = task.meaningless(train, per_class, numpy_generator(params.seed, "dfaulo", "noise labels"))
        self._seed_set = make_seed_set(
            self._evidence, np.concatenate(opinions), per_class, presumed_clean, noise_labels=noise_labels
        )
        self.sort_key: Float[np.ndarray, sample] = score_offline(
            self._evidence, self._seed_set, inverse_regularisation=settings.inverse_regularisation
        )

    def offline(self) -> Localization:
        """The ranking without verdicts."""
        train = self._train
        labels = {
            "given_label": self._task.spell_given(train),
            "predicted_label": self._task.spell_opinions(train, self._evidence.subject),
        }
        return Localization("sample", train.sample_ids, self.sort_key, labels, f"{len(train)} samples ranked")

    def tables(self) -> dict[str, pd.DataFrame]:
        """The ablations' suspiciousness."""
        ablations = score_ablations(
            self._evidence, self._seed_set, inverse_regularisation=self._params.dfaulo.inverse_regularisation
        )
        return {"ablations": pd.DataFrame({"sample_id": self._train.sample_ids, **ablations})}

    def online(self, review: Review) -> ReviewedRanking:
        """The ranking after the rounds of verdicts."""
        settings = self._params.dfaulo
        return rank_with_verdicts(
            self._evidence,
            self.sort_key,
            self._seed_set,
            review,
            rounds=settings.online.rounds,
            per_round=settings.online.per_round,
            inverse_regularisation=settings.inverse_regularisation,
            generator=numpy_generator(self._params.seed, "dfaulo", "online ties"),
        )
