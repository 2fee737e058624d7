import numpy as np
import pytest
import torch

from faultloc.methods.dfaulo.default.inputs import images as images_module
from faultloc.methods.dfaulo.default.inputs.images import read_images
from faultloc.methods.dfaulo.default.inputs.patches import draw_patches


def slanted(samples, seed=0, noise=2.0):
    """Stripes that rise to the right or to the left, or are steep or flat, by ``angle``, and the angles."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((16, 16))
    steepness = rng.choice([0.5, 2.0], samples)
    side = rng.choice([-1, 1], samples)
    phase = rng.uniform(0, 6, samples)
    waves = np.sin(rows + (side * steepness)[:, None, None] * columns + phase[:, None, None])
    images = waves + rng.normal(0, noise, waves.shape)
    return torch.from_numpy(images[:, None].astype(np.float32)), (side > 0).astype(int), (steepness > 1).astype(int)


def read(images, labels, **options):
    return read_images(images, labels, 2, torch.Generator().manual_seed(0), directions=4, **options)


def accuracy(answers, labels):
    return (answers.scores.argmax(axis=1) == labels).mean()


@pytest.fixture
def mirrors(monkeypatch):
    """Whether mirror images were taken for the same, of each reading."""
    said, asked = [], images_module._do_mirrors_help

    def remembered(*arguments):
        said.append(asked(*arguments))
        return said[-1]

    monkeypatch.setattr(images_module, "_do_mirrors_help", remembered)
    return said


def test_classes_that_are_each_others_mirror_image_are_told_apart(mirrors):
    images, rises_to_the_right, _ = slanted(300, noise=1.0)
    assert accuracy(read(images, rises_to_the_right), rises_to_the_right) > 0.9
    assert mirrors == [False]


def test_where_a_mirror_leaves_the_class_as_it_is_it_tells_more(mirrors, monkeypatch):
    images, _, is_steep = slanted(300)
    with_mirrors = accuracy(read(images, is_steep), is_steep)
    assert mirrors == [True]
    monkeypatch.setattr(images_module, "_do_mirrors_help", lambda *_: False)
    assert with_mirrors > accuracy(read(images, is_steep), is_steep)


def test_the_scores_are_the_mean_of_two_draws(monkeypatch):
    monkeypatch.setattr(images_module, "_FEWEST_DRAWN_TWICE", 60)
    monkeypatch.setattr(images_module, "_do_mirrors_help", lambda *_: False)
    images, labels, _ = slanted(60)
    both = read(images, labels)
    generator = torch.Generator().manual_seed(0)
    drawn = [draw_patches(images, generator, samples=60) for _ in range(2)]
    alone = []
    for patches in drawn:
        monkeypatch.setattr(images_module, "draw_patches", lambda *_, one=patches, **__: one)
        alone.append(read(images, labels))
    np.testing.assert_allclose(both.scores, (alone[0].scores + alone[1].scores) / 2, atol=1e-5)
    np.testing.assert_allclose(both.principal, alone[0].principal, atol=1e-5)
    assert np.abs(alone[0].scores - alone[1].scores).max() > 0.01


@pytest.mark.parametrize(("fewest", "most", "draws"), [(60, 60, 2), (61, 99, 1), (1, 59, 1)])
def test_of_few_images_and_of_many_one_draw_is_read(fewest, most, draws, monkeypatch):
    images, labels, _ = slanted(60)
    count = []
    monkeypatch.setattr(images_module, "_FEWEST_DRAWN_TWICE", fewest)
    monkeypatch.setattr(images_module, "_MOST_DRAWN_TWICE", most)
    monkeypatch.setattr(images_module, "draw_patches", lambda *a, **k: count.append(1) or draw_patches(*a, **k))
    read(images, labels)
    assert len(count) == draws


def test_a_label_has_no_part_in_what_is_said_of_its_own_image():
    images, labels, _ = slanted(80)
    labels[7] = 0
    changed = labels.copy()
    changed[7] = 1
    first, second = read(images, labels), read(images, changed)
    # The penalty is chosen by all labels, among a few: as a rule the same one.
    np.testing.assert_allclose(first.scores[7], second.scores[7], atol=0.02)
    assert np.abs(first.scores - second.scores).max() > 0.02
