import numpy as np
from sklearn.linear_model import LogisticRegression

from faultloc.methods.dfaulo.paper.scoring import offline
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.offline import score_offline
from faultloc.methods.dfaulo.paper.scoring.seed_set import SeedSet, make_seed_set
from tests.methods.dfaulo.paper.test_features import evidence
from tests.references import reference_features


def clear_case(samples: int = 400, faults: int = 20) -> tuple[MutantEvidence, SeedSet, np.ndarray]:
    """A model that is right and sure; the faults are labels that it contradicts."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, samples)
    is_fault = np.arange(samples) < faults
    sure = np.full((samples, 4), 0.02, dtype=np.float32)
    sure[np.arange(samples), truth] = 0.94
    given = MutantEvidence(
        labels=np.where(is_fault, (truth + 1) % 4, truth),
        subject=sure,
        mutants=np.stack([sure] * 3),
        deleted=np.stack([is_fault] * 3),
    )
    undecided = np.full((4, 4), 0.25, dtype=np.float32)
    return given, make_seed_set(given, undecided, 10, np.random.default_rng(0)), is_fault


def test_the_score_is_the_regression_of_the_definition():
    given, seeds, _ = clear_case()

    def rows(part: MutantEvidence) -> list[list[float]]:
        return [
            reference_features(part.labels[i], part.subject[i], part.mutants[:, i], part.deleted[:, i])
            for i in range(len(part))
        ]

    regression = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-8).fit(rows(seeds.evidence), seeds.is_faulty)
    expected = regression.predict_proba(rows(given))[:, 1]
    assert np.allclose(score_offline(given, seeds, inverse_regularisation=1.0), expected, atol=2e-3)


def test_suspiciousness_lies_between_0_and_1_and_is_higher_for_contradicted_labels():
    given, seeds, is_fault = clear_case()
    suspiciousness = score_offline(given, seeds, inverse_regularisation=1.0)
    assert suspiciousness.min() >= 0 and suspiciousness.max() <= 1
    assert suspiciousness[is_fault].min() > suspiciousness[~is_fault].max()


def test_scoring_in_blocks_changes_nothing(monkeypatch):
    given, seeds, _ = clear_case()
    whole = score_offline(given, seeds, inverse_regularisation=1.0)
    monkeypatch.setattr(offline, "ROWS_AT_ONCE", 7)
    assert np.array_equal(score_offline(given, seeds, inverse_regularisation=1.0), whole)


def test_an_ablation_does_not_look_at_the_other_mutants():
    given, seeds, _ = clear_case()
    blinded = MutantEvidence(given.labels, given.subject, given.mutants.copy(), given.deleted)
    blinded.mutants[1:] = evidence(400).mutants[1:]
    first = score_offline(given, seeds, ("input",), inverse_regularisation=1.0)
    assert np.array_equal(first, score_offline(blinded, seeds, ("input",), inverse_regularisation=1.0))


def test_arguments_are_not_modified():
    given, seeds, _ = clear_case()
    before = given.subject.copy(), given.mutants.copy(), given.deleted.copy()
    score_offline(given, seeds, inverse_regularisation=1.0)
    assert all(
        np.array_equal(*pair) for pair in zip(before, (given.subject, given.mutants, given.deleted), strict=True)
    )
