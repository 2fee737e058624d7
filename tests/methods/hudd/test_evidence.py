"""What the layers say of the errors."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.errors import ConfigError, ModelError, TrainingError
from faultloc.methods.hudd.errors import find_errors
from faultloc.methods.hudd.evidence.comparing import comparable_evidence
from faultloc.methods.hudd.evidence.layers import evidence_layers, last_convolution
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.settings import PRESETS, EvidenceSettings
from faultloc.probes.predictions import predict_logits
from faultloc.probes.relevance.reading import read_relevance
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination
from stages.compose import composed
from tests.methods.hudd.references import reference_deviation

CPU = torch.device("cpu")


class Small(nn.Module):
    """Two convolutions, the activations as functions, one layer that no sample passes."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 4, 3)
        self.unused, self.out = nn.Linear(2, 2), nn.Linear(4 * 8 * 8, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.out(F.relu(self.second(F.relu(self.first(images)))).flatten(1))


@pytest.fixture(scope="module")
def examined() -> tuple[Examination, object]:
    torch.manual_seed(0)
    network, rng = Small().eval(), np.random.default_rng(0)
    inputs = rng.integers(0, 256, (40, 1, 12, 12), dtype=np.uint8)
    labels = rng.integers(0, 3, 40)
    dataset = LabeledDataset(inputs, labels, np.array([f"s{place}" for place in range(40)]), ("a", "b", "c"))
    logits = predict_logits(network, torch.from_numpy(inputs), batch_size=7)
    return Examination(network, dataset, 0, CPU, 7), find_errors(logits, labels)


def test_errors_are_the_samples_whose_largest_logit_is_another_ones():
    errors = find_errors(np.array([[1.0, 0], [0, 1], [3, 2], [0, 9]]), np.array([0, 0, 1, 1]))
    assert (errors.places.tolist(), errors.labels.tolist(), errors.predicted.tolist()) == ([1, 2], [0, 1], [1, 0])
    assert (errors.correct.tolist(), errors.taken_for.tolist()) == ([0, 3], [0, 1])


def test_layers_are_those_with_weights_that_samples_pass(examined):
    examination, _ = examined
    layers = evidence_layers(examination.network, examination.inputs[:2], None)
    assert layers == ["first", "second", "out"]
    assert last_convolution(examination.network, layers) == "second"


def test_without_a_convolution_the_last_layer_stands_in():
    assert last_convolution(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), ["0", "1"]) == "1"


def test_a_deviation_is_from_the_sound_samples_of_the_same_class(examined):
    examination, errors = examined
    evidence = read_evidence(examination, errors, EvidenceSettings())
    assert list(evidence.by_layer) == ["first", "second", "out"]
    with torch.no_grad():
        first = F.relu(examination.network.first(torch.from_numpy(examination.dataset.inputs).float() / 255))
        last = F.relu(examination.network.second(first))
    flat = {"second": F.adaptive_avg_pool2d(first, 4).flatten(1).numpy(), "out": last.flatten(1).numpy()}
    for layer, held in flat.items():
        expected = reference_deviation(held[errors.places], errors.labels, held[errors.correct], errors.taken_for)
        np.testing.assert_allclose(evidence.by_layer[layer], expected, atol=1e-5)


def test_a_class_of_which_nothing_is_sound_is_compared_with_all(examined):
    examination, errors = examined
    kept = errors.taken_for != 1
    without = type(errors)(errors.places, errors.labels, errors.predicted, errors.correct[kept], errors.taken_for[kept])
    evidence = read_evidence(examination, without, EvidenceSettings(layers=["out"]))
    with torch.no_grad():
        first = F.relu(examination.network.first(torch.from_numpy(examination.dataset.inputs).float() / 255))
        held = F.relu(examination.network.second(first)).flatten(1).numpy()
    expected = reference_deviation(held[errors.places], errors.labels, held[without.correct], without.taken_for)
    np.testing.assert_allclose(evidence.by_layer["out"], expected, atol=1e-5)


def test_where_all_is_wrong_the_evidence_is_what_the_layers_hold(examined):
    examination, errors = examined
    nothing = np.zeros(0, dtype=np.int64)
    alone = type(errors)(errors.places, errors.labels, errors.predicted, nothing, nothing)
    evidence = read_evidence(examination, alone, EvidenceSettings(layers=["out"]))
    assert evidence.by_layer["out"].shape == (len(errors), 256)
    assert (evidence.by_layer["out"] >= 0).all()


def test_an_unlabelled_image_is_as_far_from_an_error_as_if_it_were_of_its_class(examined):
    examination, errors = examined
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (5, 1, 12, 12), dtype=np.uint8))
    of_images, of_errors = comparable_evidence(examination, errors, images, EvidenceSettings(), "second")
    deviating = read_evidence(examination, errors, EvidenceSettings()).by_layer["second"]
    usual = of_errors - deviating  # the mean of the sound samples of each error's class
    for image in of_images:
        expected = [np.linalg.norm((image - mean) - error) for mean, error in zip(usual, deviating, strict=True)]
        np.testing.assert_allclose(np.linalg.norm(of_errors - image, axis=1), expected, rtol=1e-4)


@pytest.mark.parametrize("evidence", ["relevance", "features"])
def test_other_evidence_is_compared_as_it_is(examined, evidence):
    examination, errors = examined
    settings = EvidenceSettings(evidence)
    wrong = examination.inputs[torch.from_numpy(errors.places)]
    of_images, of_errors = comparable_evidence(examination, errors, wrong, settings, "out")
    expected = list(read_evidence(examination, errors, settings).by_layer.values())[-1]
    np.testing.assert_allclose(of_errors, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(of_images, of_errors, rtol=1e-4, atol=1e-6)


def test_heatmaps_start_at_what_was_predicted(examined):
    examination, errors = examined
    evidence = read_evidence(examination, errors, EvidenceSettings("relevance"))
    wrong = examination.inputs[torch.from_numpy(errors.places)]
    expected = read_relevance(
        examination.network, wrong, errors.predicted, rule="hudd", layers=["second"], side="input", batch_size=40
    )
    np.testing.assert_allclose(evidence.by_layer["second"], expected["second"], rtol=1e-4, atol=1e-7)
    assert evidence.last_convolution == "second"


def test_features_are_the_input_of_the_last_linear_layer(examined):
    examination, errors = examined
    evidence = read_evidence(examination, errors, EvidenceSettings("features"))
    assert [values.shape for values in evidence.by_layer.values()] == [(len(errors), 256)]


def test_the_batch_size_changes_rounding_alone(examined):
    examination, errors = examined
    other = Examination(examination.network, examination.dataset, 0, CPU, 40)
    for settings in (EvidenceSettings(), EvidenceSettings("relevance")):
        one, all_at_once = read_evidence(examination, errors, settings), read_evidence(other, errors, settings)
        for layer, values in one.by_layer.items():
            np.testing.assert_allclose(values, all_at_once.by_layer[layer], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("layer", ["third", "unused"])
def test_a_layer_that_is_not_there_or_not_passed_is_refused(examined, layer):
    examination, errors = examined
    with pytest.raises(ModelError, match=layer):
        read_evidence(examination, errors, EvidenceSettings(layers=[layer]))


def test_unknown_evidence_is_refused():
    with pytest.raises(ConfigError, match="hudd.heatmaps.evidence is 'gradients'; expected one of: deviation"):
        EvidenceSettings("gradients")


def test_what_is_not_finite_is_refused(examined):
    examination, errors = examined
    broken = Small().eval()
    with torch.no_grad():
        broken.first.weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="what flows into the layer 'second' is NaN or infinite"):
        read_evidence(Examination(broken, examination.dataset, 0, CPU, 7), errors, EvidenceSettings())


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_the_same_in_the_pipeline_and_in_python(preset):
    from omegaconf import OmegaConf

    configured = OmegaConf.to_container(composed([f"hudd={preset}"]).hudd)
    settings = PRESETS[preset]
    assert configured["heatmaps"].pop("encoder") is None
    del configured["heatmaps"]["encoder_weights"]  # there it stands for none, since DVC watches it
    for step in ("heatmaps", "linkage", "root_causes"):
        assert configured[step].items() <= vars(getattr(settings, step)).items()
