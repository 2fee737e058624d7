import numpy as np
import torch

from faultloc.methods.dfaulo.paper.deletion import outlier
from faultloc.methods.dfaulo.paper.deletion.class_autoencoders import ClassAutoencoders, ClassLinear
from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
from faultloc.subject.seeding import torch_generator

SETTINGS = AutoencoderSettings(
    epochs=5, batch_size=16, learning_rate=1e-3, hidden_sizes=(32, 16), latent_size=2, dropout=0.2, largest_side=16
)


def images(samples: int = 200, classes: int = 3) -> tuple[torch.Tensor, np.ndarray]:
    """Each class is one shape with noise; sample 0 is of no class."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, samples)
    shapes = rng.integers(0, 2, (classes, 1, 8, 8)) * 180
    inputs = np.clip(shapes[labels] + rng.integers(0, 40, (samples, 1, 8, 8)), 0, 255).astype(np.uint8)
    inputs[0] = rng.integers(0, 256, (1, 8, 8))
    return torch.from_numpy(inputs), labels


def test_a_sample_of_no_class_is_the_farthest():
    inputs, labels = images()
    distances = reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"))
    assert distances.shape == (200,)
    assert (distances >= 0).all()
    assert distances.argmax() == 0


def test_a_linear_layer_of_a_class_is_a_plain_linear_layer():
    layers = ClassLinear(3, 5, 2)
    values = torch.randn(3, 4, 5)
    for label in range(3):
        expected = values[label] @ layers.weight[label] + layers.bias[label]
        assert torch.allclose(layers(values)[label], expected, atol=1e-6)


def test_the_distance_is_that_of_values_standardised_within_the_class(monkeypatch):
    # An autoencoder that answers 0 leaves the length of the standardised values.
    zeros = lambda self, values: (torch.zeros_like(values) * self.output.bias.sum(), *[values[..., :2] * 0] * 2)
    monkeypatch.setattr(ClassAutoencoders, "forward", zeros)
    inputs, labels = images()
    distances = reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"))
    flat = inputs.numpy().reshape(len(labels), -1).astype(np.float64)
    for label in range(3):
        members = np.flatnonzero(labels == label)
        mean, deviation = flat[members].mean(0), flat[members].std(0)
        expected = np.linalg.norm((flat[members] - mean) / np.where(deviation == 0, 1, deviation), axis=1)
        assert np.allclose(distances[members], expected, rtol=1e-4)


def test_classes_are_trained_apart_from_one_another():
    inputs, labels = images()
    spoiled = inputs.clone()
    spoiled[torch.from_numpy(labels == 2)] = 255 - spoiled[torch.from_numpy(labels == 2)]
    first = reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"))
    second = reconstruction_distances(spoiled, labels, SETTINGS, torch_generator(0, "x"))
    assert np.array_equal(first[labels < 2], second[labels < 2])
    assert not np.array_equal(first[labels == 2], second[labels == 2])


def test_every_sample_is_seen_once_in_an_epoch():
    members = [np.arange(7), np.arange(7, 30), np.array([30])]
    seen = [index for batch, present in outlier._even_batches(members, 4) for index in batch[present].tolist()]
    assert sorted(set(seen)) == list(range(31))
    # The class of one sits in all four steps; a mean over nobody would be 0 / 0.
    assert len(seen) == 31 + 3


def test_a_value_that_never_changes_does_not_make_the_distance_infinite():
    inputs, labels = images()
    inputs[:, :, 0, 0] = 7
    assert np.isfinite(reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"))).all()


def test_many_classes_are_trained_in_groups(monkeypatch):
    monkeypatch.setattr(outlier, "WEIGHTS_AT_ONCE", 2 * 64 * 32)
    groups: list[list[int]] = []

    def progress(items):
        groups.extend(items)
        return items

    inputs, labels = images()
    reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"), progress=progress)
    assert groups == [[0], [1], [2]]


def test_tokens_and_large_images_are_taken_too():
    generator = torch.Generator().manual_seed(0)
    labels = np.arange(20) % 2
    tokens = torch.randint(0, 50, (20, 12), dtype=torch.int32, generator=generator)
    large = torch.randint(0, 256, (20, 3, 40, 24), dtype=torch.uint8, generator=generator)
    for inputs in (tokens, large):
        assert np.isfinite(reconstruction_distances(inputs, labels, SETTINGS, torch_generator(0, "x"))).all()


def test_the_same_generator_gives_the_same_distances():
    inputs, labels = images()
    first, second = (reconstruction_distances(inputs, labels, SETTINGS, torch_generator(4, "x")) for _ in range(2))
    assert np.array_equal(first, second)
