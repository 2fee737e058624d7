"""The Python call, and what it answers with."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from faultloc import RootCausesFound, find_root_causes
from faultloc.errors import ConfigError, DataError, ModelError
from faultloc.methods.hudd.settings import PRESETS
from faultloc.subject.dataset import LabeledDataset


@pytest.fixture(scope="module")
def found(spoilt) -> RootCausesFound:
    return find_root_causes(spoilt.network, spoilt.test, improvement=spoilt.more, clusters=6, device="cpu")


def test_every_error_has_a_row_with_its_labels_and_its_cluster(found, spoilt):
    inputs, labels = spoilt.test
    with torch.no_grad():
        predicted = spoilt.network(torch.from_numpy(inputs)).argmax(1).numpy()
    wrong = np.flatnonzero(predicted != labels)
    assert found.errors["index"].tolist() == wrong.tolist()
    assert found.errors["given_label"].tolist() == [str(label) for label in labels[wrong]]
    assert found.errors["predicted_label"].tolist() == [str(label) for label in predicted[wrong]]
    assert set(found.errors["cluster"]) == {1, 2, 3, 4, 5, 6}


def test_causes_add_up_to_the_errors_and_name_their_medoid(found):
    assert found.causes["errors"].sum() == len(found.errors)
    assert found.causes["errors"].is_monotonic_decreasing
    assert found.causes["share"].sum() == pytest.approx(1)
    medoids = found.errors[found.errors["is_medoid"]].set_index("cluster")["sample_id"]
    assert found.causes["medoid"].tolist() == [medoids[number] for number in found.causes["cluster"]]
    assert (found.errors.loc[found.errors["is_medoid"], "distance"] == 0).all()


def test_the_purity_of_classes_is_the_share_of_the_commonest_label(found):
    for row in found.causes.to_dict("records"):
        inside = found.errors[found.errors["cluster"] == row["cluster"]]
        assert row["given_share"] == (inside["given_label"] == row["given_label"]).mean()
        assert row["given_share"] == inside["given_label"].value_counts(normalize=True).max()
        assert row["predicted_share"] == inside["predicted_label"].value_counts(normalize=True).max()


def test_another_cut_reads_the_network_no_more(found, spoilt, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        pytest.fail("was read or grown again")

    for name in ("read_evidence", "grow", "read_input_heatmaps"):
        monkeypatch.setattr(f"faultloc.own.hudd.linking.{name}", fail)
    with pytest.raises(ConfigError, match=r"^900 clusters are asked for \(clusters\) and there are"):
        found.cut(clusters=900)
    finer = found.cut(clusters=9)
    assert len(finer) == 9
    assert finer.layer == found.layer
    assert finer.unsafe["cluster"].max() <= 9
    other = finer.cut(layer="0")
    assert (other.layer, len(other)) == ("0", 9)
    again = other.cut(clusters=6, layer=found.layer)
    pd.testing.assert_frame_equal(again.errors, found.errors)
    pd.testing.assert_frame_equal(again.unsafe, found.unsafe)


def test_a_cut_is_what_is_found_when_it_is_asked_for_at_once(found, spoilt):
    at_once = find_root_causes(spoilt.network, spoilt.test, layer="0", clusters=4, device="cpu")
    pd.testing.assert_frame_equal(found.cut(layer="0", clusters=4).errors, at_once.errors)


def test_unsafe_images_are_of_the_improvement_set_and_as_many_as_its_share_of_errors_asks(found, spoilt):
    images, share = len(spoilt.more[1]), len(found.errors) / len(spoilt.test[1])
    assert len(found.unsafe) == round(0.3 * images * share)
    assert found.unsafe["index"].is_unique
    assert found.unsafe["index"].max() < images
    assert found.unsafe["given_label"].tolist() == [str(spoilt.more[1][index]) for index in found.unsafe["index"]]


def test_unsafe_images_do_not_hang_on_labels_that_nobody_has_given_yet(found, spoilt):
    inputs, labels = spoilt.more
    hidden = find_root_causes(
        spoilt.network, spoilt.test, improvement=(inputs, (labels + 1) % 10), clusters=6, device="cpu"
    )
    assert hidden.unsafe["index"].tolist() == found.unsafe["index"].tolist()


def test_without_an_improvement_set_the_reason_is_said(spoilt):
    plain = find_root_causes(spoilt.network, spoilt.test, device="cpu")
    assert plain.unsafe is None
    assert "no improvement set" in plain.why_no_unsafe_set


def test_an_improvement_set_that_is_too_small_loses_no_causes(spoilt):
    inputs, labels = spoilt.more
    few = find_root_causes(spoilt.network, spoilt.test, improvement=(inputs[:4], labels[:4]), device="cpu")
    assert len(few.causes)
    assert few.unsafe is None
    assert "bring more images" in few.why_no_unsafe_set


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_finds_causes(spoilt, preset, monkeypatch):
    if preset == "encoder":  # UMAP compiles for longer than all other tests take
        cut = replace(PRESETS[preset].root_causes, reduce="pca")
        monkeypatch.setitem(PRESETS, preset, replace(PRESETS[preset], root_causes=cut))
    found = find_root_causes(spoilt.network, spoilt.test, preset=preset, improvement=spoilt.more, device="cpu")
    assert len(found) >= 1
    assert found.causes["errors"].sum() + (found.errors["cluster"] == 0).sum() == len(found.errors)
    assert found.unsafe is not None


def test_the_model_stays_as_it_was(spoilt):
    model = copy.deepcopy(spoilt.network).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    find_root_causes(model, spoilt.test, device="cpu")
    assert all(module.training for module in model.modules())
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_layers_behind_a_scaling_keep_the_names_of_the_users_network(spoilt):
    pictures = [((inputs * 255).round().astype(np.uint8), labels) for inputs, labels in (spoilt.test, spoilt.more)]
    test, more = [(images.astype(np.float32) / 255, labels) for images, labels in pictures]
    scaled = find_root_causes(
        spoilt.network,
        pictures[0],
        improvement=pictures[1],
        layer="0",
        clusters=5,
        mean=[0.0],
        std=[1.0],
        device="cpu",
    )
    plain = find_root_causes(spoilt.network, test, improvement=more, layer="0", clusters=5, device="cpu")
    assert scaled.layers == plain.layers == ("0", "2", "5")
    assert scaled.errors["index"].tolist() == plain.errors["index"].tolist()
    assert scaled.unsafe is not None


def test_any_layer_that_samples_pass_may_be_named(spoilt):
    assert find_root_causes(spoilt.network, spoilt.test, layer="3", device="cpu").layer == "3"


def test_a_network_that_cannot_be_traced_has_causes_and_a_reason_why_no_heatmap_is_shown(spoilt):
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = spoilt.network

        def forward(self, x):
            return self.inner(x) if x.sum() > 0 else self.inner(-x)

    found = find_root_causes(Branching(), spoilt.test, clusters=6, device="cpu")
    assert len(found) == 6
    assert found.linked.heatmaps.values is None
    assert "No heatmaps can be shown" in found.linked.heatmaps.why_none


def test_another_network_reads_the_images_in_the_models_stead(spoilt, monkeypatch):
    torch.manual_seed(0)
    eye = nn.Sequential(nn.Conv2d(3, 4, 7, stride=8), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 28 * 28, 10))
    with pytest.raises(ConfigError, match="reads the model; expected preset='encoder'"):
        find_root_causes(spoilt.network, spoilt.test, encoder=eye)
    with pytest.raises(ConfigError, match="the layer 0 is named, and an encoder reads the images"):
        find_root_causes(spoilt.network, spoilt.test, encoder=eye, preset="encoder", layer="0")
    # By principal components, which need no extra.
    without_umap = replace(PRESETS["encoder"], root_causes=replace(PRESETS["encoder"].root_causes, reduce="pca"))
    monkeypatch.setitem(PRESETS, "encoder", without_umap)
    found = find_root_causes(spoilt.network, spoilt.test, encoder=eye, preset="encoder", improvement=spoilt.more)
    assert found.layer == "the encoder"
    assert found.linked.evidence.by_layer["the encoder"].shape == (len(found.errors), 4 * 28 * 28)


def test_known_parameters_that_are_unusual_in_a_cluster_are_named(spoilt):
    inputs, labels = spoilt.test
    generator = np.random.default_rng(0)
    parameters = {"brightness": inputs.reshape(len(inputs), -1).max(1).astype(np.float64)}
    parameters["draw"] = generator.uniform(size=len(inputs))
    ids = np.array([f"{number:04d}" for number in range(len(labels))])
    names = [str(number) for number in range(10)]
    dataset = LabeledDataset(inputs, labels, ids, names, parameters=parameters)
    found = find_root_causes(spoilt.network, dataset, clusters=6, device="cpu")
    said = [sentence for sentences in found.unusual.values() for sentence in sentences]
    assert any(sentence.startswith("brightness: 0.15") for sentence in said)
    assert not any(sentence.startswith("draw") for sentence in said)


def wrong_at(spoilt, count: int, *, label: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A hundred samples that the network gets right, and ``count`` that it gets wrong, of one ``label``."""
    inputs, labels = spoilt.test
    with torch.no_grad():
        is_wrong = (spoilt.network(torch.from_numpy(inputs)).argmax(1).numpy()) != labels
    wrong = np.flatnonzero(is_wrong if label is None else is_wrong & (labels == label))[:count]
    assert len(wrong) == count
    chosen = np.concatenate([np.flatnonzero(~is_wrong)[:100], wrong])
    return inputs[chosen], labels[chosen]


@pytest.mark.parametrize(("count", "words"), [(0, "no errors on the 100"), (1, "one error on the 101")])
def test_fewer_than_two_errors_are_one_sentence(spoilt, count, words):
    with pytest.raises(DataError, match=words):
        find_root_causes(spoilt.network, wrong_at(spoilt, count), device="cpu")


def test_two_errors_are_enough(spoilt):
    assert find_root_causes(spoilt.network, wrong_at(spoilt, 2), device="cpu").causes["errors"].sum() == 2


def test_fewer_errors_than_clusters_is_one_sentence(spoilt):
    with pytest.raises(ConfigError, match="7 clusters are asked for .* there are 5 errors"):
        find_root_causes(spoilt.network, wrong_at(spoilt, 5), clusters=7, device="cpu")


def test_errors_of_one_class_only_fall_into_clusters_too(spoilt):
    found = find_root_causes(spoilt.network, wrong_at(spoilt, 6, label=7), clusters=3, device="cpu")
    assert set(found.causes["given_label"]) == {"7"}
    assert (found.causes["given_share"] == 1).all()


def test_a_test_set_of_one_class_is_enough(spoilt):
    inputs, labels = spoilt.test
    one = labels == 7
    assert find_root_causes(spoilt.network, (inputs[one], labels[one]), device="cpu").causes["errors"].sum() > 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"preset": "best"}, ConfigError, "no preset 'best'; expected one of: default"),
        ({"clusters": 0}, ConfigError, "the number of clusters is 0"),
        ({"layer": "conv9"}, ModelError, "no layer 'conv9'"),
        ({"preset": "encoder", "clusters": 3}, ConfigError, "finds their number itself"),
        ({"batch_size": 0}, ConfigError, "batch_size"),
    ],
)
def test_a_mistaken_option_is_one_sentence(spoilt, options, error, words):
    with pytest.raises(error, match=words):
        find_root_causes(spoilt.network, spoilt.test, device="cpu", **options)


def test_a_model_that_is_no_classifier_is_one_sentence(spoilt):
    with pytest.raises(ModelError, match="expected logits of shape"):
        find_root_causes(nn.Conv2d(1, 1, 3), spoilt.test, device="cpu")


def test_saved_results_are_read_by_any_program(found, tmp_path):
    folder = found.save(tmp_path / "results")
    errors = pd.read_parquet(folder / "errors.parquet")
    pd.testing.assert_frame_equal(errors, found.errors, check_dtype=False)
    assert pd.read_csv(folder / "causes.csv")["errors"].tolist() == found.causes["errors"].tolist()
    for row in found.causes.to_dict("records"):
        pictures = sorted((folder / "causes" / str(row["cluster"])).iterdir())
        assert len(pictures) == row["errors"]
        assert row["medoid"].removeprefix("sample/") in pictures[0].name  # the medoid comes first
    assert len([*(folder / "unsafe_set").glob("*/*.png")]) == len(found.unsafe)
    assert "report.html" in {path.name for path in folder.iterdir()}


def test_the_same_is_saved_as_the_same_bytes(found, spoilt, tmp_path):
    again = find_root_causes(spoilt.network, spoilt.test, improvement=spoilt.more, clusters=6, device="cpu")
    first, second = found.save(tmp_path / "results"), again
    before = {path.relative_to(first): path.read_bytes() for path in sorted(first.rglob("*")) if path.is_file()}
    second.save(first)
    assert {path.relative_to(first): path.read_bytes() for path in sorted(first.rglob("*")) if path.is_file()} == before


def test_a_plot_has_a_row_a_cause(found):
    figure = found.plot(3)
    assert len(figure.axes) == len(found) * 5


def test_the_sentence_counts_errors_and_clusters(found):
    said = found.describe()
    assert said.startswith(f"{len(found.errors)} of 500 samples are errors")
    assert "6 clusters" in said
