import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError, DataError
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings, draw_left_out, train_suffixes
from faultloc.methods.dfaulo.default.suffix.tail import build_suffix
from faultloc.subject.examination import Execution
from faultloc.subject.seeding import torch_generator

SETTINGS = SuffixSettings(
    mutants=4,
    left_out=1,
    checkpoints=(2, 4, 6),
    batch_size=64,
    fewest_steps=4,
    learning_rate=0.01,
    dropout=0.1,
    hidden_size=16,
)


def points(samples: int = 240) -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, samples)
    features = 2 * np.eye(3, 5)[labels] + rng.normal(0, 0.5, (samples, 5))
    return torch.from_numpy(features.astype(np.float32)), labels


def train(labels=None, *, widths=(12, 3), workers=1, seed=0, embeddings=2, settings=SETTINGS):
    features, right = points()
    left_out = draw_left_out(len(right), settings.mutants, settings.left_out, np.random.default_rng(seed))
    generators = [torch_generator(seed, "test", str(mutant)) for mutant in range(settings.mutants)]
    given = right if labels is None else labels
    return left_out, train_suffixes(
        features,
        given,
        widths,
        left_out,
        settings,
        generators,
        embeddings=embeddings,
        execution=Execution(workers=workers),
    )


@pytest.mark.parametrize(("mutants", "left_out"), [(8, 2), (4, 1), (3, 2)])
def test_every_sample_is_left_out_of_exactly_so_many(mutants, left_out):
    drawn = draw_left_out(500, mutants, left_out, np.random.default_rng(0))
    assert (drawn.sum(axis=0) == left_out).all()
    assert np.abs(drawn.mean(axis=1) - left_out / mutants).max() < 0.1


@pytest.mark.parametrize(("mutants", "left_out", "samples"), [(8, 2, 2), (8, 2, 3), (4, 3, 4), (4, 3, 5)])
def test_every_mutant_is_shown_a_sample_however_few_there_are(mutants, left_out, samples):
    for seed in range(50):
        drawn = draw_left_out(samples, mutants, left_out, np.random.default_rng(seed))
        assert (drawn.sum(axis=0) == left_out).all()
        assert not drawn.all(axis=1).any()


def test_fewer_samples_than_mutants_can_be_shown_are_one_sentence():
    with pytest.raises(DataError, match="has 2 samples, each of which 3 of 4 mutants are trained without.*4 samples"):
        draw_left_out(2, 4, 3, np.random.default_rng(0))


def test_opinions_are_probabilities_and_fit_the_labels():
    _, evidence = train()
    _, labels = points()
    for opinion in (evidence.seen, evidence.unseen):
        np.testing.assert_allclose(opinion.sum(axis=1), 1, atol=1e-5)
        assert (opinion.argmax(axis=1) == labels).mean() > 0.95
    assert np.isfinite(evidence.energy).all()
    assert [embedding.shape for embedding in evidence.embeddings] == [(240, 12)] * 2


def test_a_label_is_not_seen_by_the_mutants_that_leave_it_out():
    _, labels = points()
    changed = labels.copy()
    changed[0] = (labels[0] + 1) % 3
    left_out, before = train()
    _, after = train(changed)
    assert left_out[:, 0].sum() == 1
    np.testing.assert_array_equal(before.unseen[0], after.unseen[0])
    assert not np.array_equal(before.seen[0], after.seen[0])


def test_the_same_generators_and_any_number_of_processes_give_the_same_bytes():
    (_, first), (_, second) = train(workers=1), train(workers=2)
    for name in ("seen", "unseen", "energy"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert not np.array_equal(first.seen, train(seed=1)[1].seen)


def test_a_tail_without_a_hidden_layer_is_given_one():
    _, evidence = train(widths=(3,))
    assert evidence.embeddings[0].shape == (240, 16)


def test_suffixes_have_the_shape_of_the_tail():
    suffix = build_suffix(400, (120, 84, 10), 0.3)
    shapes = [tuple(layer.weight.shape) for layer in suffix if isinstance(layer, torch.nn.Linear)]
    assert shapes == [(120, 400), (84, 120), (10, 84)]
    assert [type(layer).__name__ for layer in suffix] == ["Linear", "ReLU", "Dropout", "Linear", "ReLU", "Linear"]


def test_torch_randomness_outside_is_left_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    train()
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mutants": 1}, "suffix.mutants is 1"),
        ({"left_out": 4}, "suffix.left_out is 4"),
        ({"checkpoints": ()}, "suffix.checkpoints is"),
        ({"checkpoints": (0, 3)}, "suffix.checkpoints is"),
        ({"dropout": 1.0}, "suffix.dropout is 1.0"),
    ],
)
def test_settings_that_make_no_sense_are_named(changes, said):
    with pytest.raises(ConfigError, match=said):
        SuffixSettings(**{**vars(SETTINGS), **changes})
