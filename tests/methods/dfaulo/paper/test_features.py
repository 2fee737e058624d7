import numpy as np
import pytest

from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence, feature_vectors
from faultloc.subject.task import CLASSIFICATION
from tests.references import reference_features, reference_squashed_loss


def evidence(samples: int = 12, classes: int = 4, seed: int = 0) -> MutantEvidence:
    rng = np.random.default_rng(seed)
    return MutantEvidence(
        labels=rng.integers(0, classes, samples),
        subject=rng.dirichlet(np.ones(classes), samples).astype(np.float32),
        mutants=rng.dirichlet(np.ones(classes), (3, samples)).astype(np.float32),
        deleted=rng.random((3, samples)) < 0.3,
    )


def test_every_sample_has_the_vector_of_the_definition():
    given = evidence()
    for row, vector in enumerate(feature_vectors(given)):
        expected = reference_features(
            given.labels[row], given.subject[row], given.mutants[:, row], given.deleted[:, row]
        )
        assert np.allclose(vector, expected, atol=1e-6)


@pytest.mark.parametrize(("classes", "length"), [(10, 57), (4, 27), (26, 137)])
def test_the_vector_is_as_long_as_the_paper_says(classes, length):
    assert feature_vectors(evidence(classes=classes)).shape == (12, length)


@pytest.mark.parametrize(("layer", "position"), [("input", 0), ("hidden", 1), ("output", 2)])
def test_an_ablation_sees_one_mutant_and_its_flag_and_loss(layer, position):
    given = evidence()
    vectors = feature_vectors(given, (layer,))
    assert vectors.shape == (12, 3 * 4 + 3)
    expected = reference_features(
        given.labels[5], given.subject[5], given.mutants[position, 5][None], given.deleted[position, 5][None]
    )
    assert np.allclose(vectors[5], expected, atol=1e-6)


def test_the_squashed_loss_lies_where_the_paper_s_code_puts_it():
    certain = np.eye(10, dtype=np.float32)
    assert CLASSIFICATION.opinion_losses(certain, np.arange(10)) == pytest.approx(1.4612, abs=1e-4)
    assert CLASSIFICATION.opinion_losses(certain, (np.arange(10) + 1) % 10) == pytest.approx(2.4612, abs=1e-4)
    assert CLASSIFICATION.opinion_losses(certain[:1], np.array([3]))[0] == pytest.approx(
        reference_squashed_loss(certain[0], 3)
    )
