"""The pipeline's stages and the Python call give one ranking, since both run the same steps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from faultloc import LocateSettings, TrainingRecipe, find_root_causes, locate_data_faults
from faultloc.io.stores.dataset_store import load_test, load_train
from faultloc.io.stores.subject_store import load_subject
from faultloc.methods.dfaulo.default.scoring.answer import ExplanationSettings
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(whole_run, tmp_path_factory) -> Workspace:
    """The subject is trained, its mutants are; the Python call's settings of the autoencoder are the pipeline's."""
    made = whole_run.copied(tmp_path_factory.mktemp("wiring") / "work")
    made.configure("outlier.epochs=5")
    made.run("dvc", "repro", "dfaulo")
    return made


def listed(workspace: Workspace) -> pd.DataFrame:
    return pd.read_csv(workspace.folder / "results/dfaulo/ranking.csv", dtype={"sample_id": str})


def same_list(mine: pd.DataFrame, theirs: pd.DataFrame) -> None:
    assert mine["sample_id"].tolist() == theirs["sample_id"].tolist()
    np.testing.assert_allclose(mine["suspiciousness"], theirs["suspiciousness"], rtol=1e-7)


def test_the_default_scorers_list_is_the_stages_list(workspace):
    params = OmegaConf.load(workspace.folder / "params.yaml")
    suffix, scoring = OmegaConf.to_container(params.suffix), params.dfaulo
    around = {name: suffix.pop(name) for name in ("embeddings", "neighbours", "sharpness")}
    del suffix["training_record"]  # what is kept, not how it is examined
    settings = LocateSettings(
        suffix=SuffixSettings(**suffix),
        neighbours=NeighbourSettings(**around),
        scorer=ScorerSettings(
            anchor_share=scoring.anchor_share,
            neighbour_weight=scoring.neighbour_weight,
            input_weight=scoring.input_weight,
            record_weight=scoring.record_weight,
            floor=scoring.floor,
        ),
        diagnosis=ExplanationSettings(scoring.least_yield, scoring.closeness),
        batch_size=params.runtime.batch_size,
        seed=params.seed,
    )
    found = locate_data_faults(
        load_subject(workspace.folder / "models/subject").network,
        load_train(workspace.folder / "data/dataset"),
        settings=settings,
        device="cpu",
    )
    same_list(found.ranking, listed(workspace))
    assert found.ranking["kind"].tolist() == listed(workspace)["kind"].fillna("").tolist()


def test_the_papers_list_is_the_stages_list(workspace):
    workspace.configure("outlier.epochs=5", "dfaulo=paper")
    workspace.run("dvc", "repro", "dfaulo")
    params = OmegaConf.load(workspace.folder / "params.yaml")
    subject, mutation = load_subject(workspace.folder / "models/subject"), params.mutation
    recipe: TrainingRecipe = subject.recipe.for_fine_tuning(
        learning_rate=mutation.learning_rate, epochs=mutation.epochs, batch_size=mutation.batch_size
    )
    found = locate_data_faults(
        subject.network,
        load_train(Path(workspace.folder / "data/dataset")),
        recipe=recipe,
        scorer="paper",
        settings=LocateSettings(
            paper=PaperSettings(
                mutation.ratio, params.dfaulo.presumed_clean_per_class, params.dfaulo.inverse_regularisation
            ),
            batch_size=params.runtime.batch_size,
            seed=params.seed,
        ),
        device="cpu",
    )
    same_list(found.ranking, listed(workspace))


@pytest.mark.parametrize("preset", ["default", "heatmaps"])
def test_the_root_causes_are_the_stages_root_causes(workspace, preset):
    workspace.configure("outlier.epochs=5", f"hudd={preset}", "hudd.root_causes.clusters=4")
    workspace.run("dvc", "repro", "root_causes")
    params = OmegaConf.load(workspace.folder / "params.yaml")
    test = load_test(workspace.folder / "data/dataset")
    assert test is not None
    found = find_root_causes(
        load_subject(workspace.folder / "models/subject").network,
        test,
        preset=preset,
        clusters=4,
        batch_size=params.runtime.batch_size,
        device="cpu",
    )
    theirs = pd.read_csv(workspace.folder / "results/root_causes/errors.csv", dtype={"sample_id": str})
    assert found.errors["sample_id"].tolist() == theirs["sample_id"].tolist()
    assert found.errors["cluster"].tolist() == theirs["cluster"].tolist()
    assert found.errors["is_medoid"].tolist() == theirs["is_medoid"].astype(bool).tolist()
    np.testing.assert_allclose(found.errors["distance"], theirs["distance"], rtol=1e-6, atol=1e-7)
