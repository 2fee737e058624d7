import numpy as np
import pytest

from faultloc.evaluation.isolation import class_isolation


def images_with_a_stranger() -> tuple[np.ndarray, np.ndarray]:
    """Dark and bright images, and a bright one, sample 0, among the dark ones' labels."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 50)
    images = generator.integers(0, 30, (100, 1, 4, 4)) + 200 * labels[:, None, None, None]
    images[0] += 200
    return images.astype(np.uint8), labels


def test_an_input_that_is_usual_only_for_another_label_is_the_most_isolated_of_its_own() -> None:
    scores = class_isolation(*images_with_a_stranger(), np.random.default_rng(0))
    assert scores[:50].argmax() == 0
    assert ((scores > 0) & (scores <= 1)).all()


def test_the_same_generator_gives_the_same_scores() -> None:
    images, labels = images_with_a_stranger()
    once, again = (class_isolation(images, labels, np.random.default_rng(3)) for _ in range(2))
    assert (once == again).all()
    assert (once != class_isolation(images, labels, np.random.default_rng(4))).any()


@pytest.mark.filterwarnings("error")
def test_a_class_of_one_sample_has_a_score() -> None:
    images, labels = images_with_a_stranger()
    labels[7] = 2
    assert np.isfinite(class_isolation(images, labels, np.random.default_rng(0))).all()
