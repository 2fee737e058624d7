"""The Python call, on every form of data set."""

import copy
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import faultloc
from faultloc import LocateSettings, TrainingRecipe, locate_data_faults
from faultloc.errors import ConfigError, DataError, ModelError, TrainingError
from faultloc.io.results_store import load_results
from faultloc.own.dfaulo.settings import suffix_settings

QUICK = LocateSettings(suffix=suffix_settings(epochs=6))


@pytest.fixture(scope="module")
def found(digits):
    return locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK)


def wide_picture() -> Image.Image:
    return Image.fromarray(np.full((8, 8), 40000, dtype=np.uint16))


def tensors(digits) -> TensorDataset:
    return TensorDataset(torch.from_numpy(digits.inputs), torch.from_numpy(digits.labels))


def test_the_planted_faults_head_the_ranking(digits, found):
    first = found.ranking["index"].to_numpy()[: len(digits.wrong)]
    assert np.isin(first, digits.wrong).mean() > 0.8


def test_a_mark_for_a_missing_value_in_one_sample_leaves_the_others_where_they_were(digits, found):
    inputs = digits.inputs.copy()
    sound = np.setdiff1d(np.arange(1200), digits.wrong)[0]
    inputs[sound].reshape(-1)[20] = 1e20
    marked = locate_data_faults(digits.network, (inputs, digits.labels), settings=QUICK)
    first = marked.ranking["index"].to_numpy()[: len(digits.wrong)]
    assert np.isin(first, digits.wrong).mean() > 0.8
    assert marked.summary["expected_faults"] == pytest.approx(found.summary["expected_faults"], rel=0.3)


def test_the_ranking_says_what_is_wrong_and_what_would_be_right(digits, found):
    top = found.ranking.head(20)
    assert top["suspiciousness"].between(0, 1).all()
    assert (top["kind"] == "wrong label").mean() > 0.5
    assert (top["given_label"] != top["suggested_label"]).all()
    places = found.ranking["index"].to_numpy()
    assert found.ranking["given_label"].tolist() == [str(label) for label in digits.labels[places]]
    assert sorted(places) == list(range(1200))


def test_the_count_is_in_the_summary(digits, found):
    expected = found.summary["expected_faults"]
    assert found.summary["expected_faults_low"] <= expected <= found.summary["expected_faults_high"]
    assert len(digits.wrong) / 2 < expected < len(digits.wrong) * 2
    assert f"{found.summary['expected_faults']:,} of 1,200 samples look faulty" in found.describe()


class Pairs(Dataset):
    """Items as people write them: a list of (input, label)."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def hugging_face(digits):
    datasets = pytest.importorskip("datasets")
    columns = {"inputs": digits.inputs[:, 0].tolist(), "label": digits.labels.tolist()}
    return datasets.Dataset.from_dict(columns).with_format("numpy")


FORMS = {
    "a torch data set": tensors,
    "a data set of pairs": lambda digits: Pairs(
        [(x, int(y)) for x, y in zip(digits.inputs, digits.labels, strict=True)]
    ),
    "a shuffled loader": lambda digits: DataLoader(tensors(digits), batch_size=100, shuffle=True),
    "tensors": lambda digits: (torch.from_numpy(digits.inputs), torch.from_numpy(digits.labels)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_data_gives_the_same_ranking(digits, found, form):
    again = locate_data_faults(digits.network, FORMS[form](digits), settings=QUICK)
    columns = [name for name in found.ranking if "sample_id" not in name]
    pd.testing.assert_frame_equal(again.ranking[columns], found.ranking[columns])


def test_a_hugging_face_data_set_of_images(digits):
    datasets = pytest.importorskip("datasets")
    pictures = [Image.fromarray((x[0] * 255).astype(np.uint8)) for x in digits.inputs]
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=list("abcdefghij"))})
    dataset = datasets.Dataset.from_dict({"image": pictures, "label": digits.labels.tolist()}, features=features)
    again = locate_data_faults(digits.network, dataset, settings=QUICK)
    assert set(again.ranking["given_label"]) == set("abcdefghij")
    assert np.isin(again.ranking["index"][:60], digits.wrong).mean() > 0.8


def test_a_hugging_face_data_set_of_texts_with_a_transform(digits):
    datasets = pytest.importorskip("datasets")
    texts = [" ".join(f"{value:.4f}" for value in x.ravel()) for x in digits.inputs]
    dataset = datasets.Dataset.from_dict({"text": texts, "label": digits.labels.tolist()})

    def read(text):
        return np.array([float(value) for value in text.split()], np.float32).reshape(1, 8, 8)

    with pytest.raises(DataError, match="transform="):
        locate_data_faults(digits.network, dataset, settings=QUICK)
    again = locate_data_faults(digits.network, dataset, settings=QUICK, transform=read)
    assert np.isin(again.ranking["index"][:60], digits.wrong).mean() > 0.8
    assert again.texts[0] == texts[0]


def test_a_transform_for_arrays_is_an_error(digits):
    with pytest.raises(DataError, match="transform the arrays"):
        locate_data_faults(digits.network, (digits.inputs, digits.labels), transform=lambda value: value)


def test_grey_pictures_reach_the_model_scaled_and_then_normalised(digits):
    images = (digits.inputs * 255).round().astype(np.uint8)
    seen = []

    class Watching(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = digits.network

        def forward(self, inputs):
            seen.append((float(inputs.min()), float(inputs.max())))
            return self.network(inputs * 0.5 + 0.5)

    locate_data_faults(Watching(), (images, digits.labels), mean=[0.5], std=[0.5], settings=QUICK)
    assert min(low for low, _ in seen) == pytest.approx(-1)
    assert max(high for _, high in seen) == pytest.approx(1)


def test_the_model_is_left_as_it_was(digits):
    digits.network.train()
    before = {name: tensor.clone() for name, tensor in digits.network.state_dict().items()}
    locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK)
    assert digits.network.training
    digits.network.eval()
    after = digits.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not any(module._forward_hooks for module in digits.network.modules())


def test_a_layer_that_is_named_gives_the_features(digits, found):
    named = LocateSettings(suffix=QUICK.suffix, hook_layer="4")
    again = locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=named)
    assert again.mutants[0]["0.weight"].shape[1] == 48
    assert found.mutants[0]["0.weight"].shape[1] == 432


def test_the_papers_scorer_trains_three_mutants_by_the_recipe(digits):
    recipe = TrainingRecipe("SGD", 2, 64, {"lr": 0.05, "momentum": 0.9})
    again = locate_data_faults(digits.network, (digits.inputs, digits.labels), scorer="paper", recipe=recipe)
    assert [*again.ranking][:5] == ["rank", "sample_id", "given_label", "predicted_label", "suspiciousness"]
    own = digits.network.state_dict()
    for mutant in again.mutants:
        assert any(not np.array_equal(mutant[name], own[name].numpy()) for name in own)
    assert len(again.mutants) == 3


def test_the_papers_scorer_without_a_recipe_is_an_error(digits):
    with pytest.raises(ConfigError, match="recipe=TrainingRecipe"):
        locate_data_faults(digits.network, (digits.inputs, digits.labels), scorer="paper")


@pytest.mark.parametrize("scorer", ["papr", "Paper", None, 5, np.arange(2)])
def test_a_scorer_that_there_is_not_is_an_error(digits, scorer):
    with pytest.raises(ConfigError, match=rf"^scorer is {re.escape(repr(scorer))}; expected 'default' or 'paper'$"):
        locate_data_faults(digits.network, (digits.inputs, digits.labels), scorer=scorer)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"recipe": TrainingRecipe("SGD", 2, 64)}, "recipe is given with the default scorer.*scorer='paper'"),
        ({"recipe": {"lr": 0.1}, "scorer": "paper"}, "recipe is a dict; expected a TrainingRecipe"),
        ({"settings": {"seed": 1}}, "settings is a dict; expected a LocateSettings"),
    ],
)
def test_arguments_that_do_not_fit_are_an_error_before_the_data_are_read(digits, arguments, sentence):
    with pytest.raises(ConfigError, match=sentence):
        locate_data_faults(digits.network, "nothing that could be read", **arguments)


def test_results_can_be_saved_and_read_again(digits, found, tmp_path):
    found.save(tmp_path / "results")
    results = load_results(tmp_path / "results")
    assert results.ranking["sample_id"].tolist() == found.ranking["sample_id"].tolist()
    assert np.array_equal(results.evidence.seen, found.evidence.seen)
    parquet = pd.read_parquet(tmp_path / "results/ranking.parquet")
    assert parquet["sample_id"].tolist() == found.ranking["sample_id"].tolist()
    assert len(list((tmp_path / "results/mutants").iterdir())) == 8
    top = found.ranking.iloc[0]
    assert (tmp_path / f"results/located/01_label_{top['given_label']}.png").exists()


def test_saving_over_other_results_leaves_nothing_of_them(digits, found, tmp_path):
    found.save(tmp_path / "results")
    for part in ("dataset", "evidence"):
        (tmp_path / "results" / part / "digest.json").write_text('{"digest": "of a run of the command"}')
    half = (digits.inputs[:600], digits.labels[:600])
    locate_data_faults(digits.network, half, settings=QUICK).save(tmp_path / "results")
    assert len(load_results(tmp_path / "results").dataset) == 600
    assert not list((tmp_path / "results").glob("*/digest.json"))


def test_a_prompt_shows_what_was_found_and_the_head_of_the_ranking(found):
    shown = repr(found)
    assert found.describe() in shown and str(found) == shown
    top = found.ranking.iloc[0]
    assert shown.splitlines()[3].split()[:3] == ["1", str(top["index"]), str(top["given_label"])]
    assert shown.endswith("... and 1,190 more in .ranking")
    assert len(shown) < 2000


def test_a_prompt_shows_the_papers_ranking_too(found):
    columns = ["rank", "index", "given_label", "predicted_label", "suspiciousness"]
    of_paper = replace(found, ranking=found.ranking[columns].head(3), summary={"samples": 3}, evidence=None)
    assert [len(line.split()) for line in repr(of_paper).splitlines()[2:]] == [5] * 4


def test_a_notebook_shows_a_gallery_and_runs_nothing_of_the_data(digits):
    names = ["<script>alert(1)</script>", *"123456789"]
    again = locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK, class_names=names)
    page = again._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<img") == 24
    (field,) = again.plot(12).axes
    assert len(field.images) == 12


def test_another_order_of_classes_is_an_error_and_not_a_thousand_faults(digits):
    with pytest.raises(DataError, match="order of the classes"):
        locate_data_faults(digits.network, (digits.inputs, (digits.labels + 1) % 10), settings=QUICK)


def test_two_classes_that_changed_places_are_a_warning(digits):
    swapped = np.array([1, 0, *range(2, 10)])[digits.labels]
    with pytest.warns(UserWarning, match="in another order of the classes"):
        locate_data_faults(digits.network, (digits.inputs, swapped), settings=QUICK)


@pytest.mark.parametrize(
    ("dataset", "error", "sentence"),
    [
        (lambda d: [1, 2, 3], DataError, "expected a pair"),
        (lambda d: 7, DataError, "expected a torch Dataset"),
        (lambda d: (d.inputs, d.labels[:-1]), DataError, "one of each per sample"),
        (lambda d: (d.inputs, np.zeros_like(d.labels)), DataError, "expected two classes"),
        (lambda d: (d.inputs, d.labels.astype(float)), DataError, "one class index a sample"),
        (lambda d: (np.where(d.inputs > 2, 0, np.nan).astype(np.float32), d.labels), DataError, "not a finite number"),
        (lambda d: Pairs([("a text", 0), ("another", 1)]), DataError, "no array of numbers"),
        (lambda d: Pairs([(d.inputs[0], 0), (d.inputs[1, :, :4], 1)]), DataError, "expected one shape"),
        (lambda d: Pairs([(d.inputs[0], "dog"), (d.inputs[1], 1)]), DataError, "label of sample 0 is 'dog'"),
        (lambda d: Pairs([(wide_picture(), 0), (wide_picture(), 1)]), DataError, "'I;16', expected 8 bits a channel"),
        (lambda d: Pairs([]), DataError, "no samples"),
        (lambda d: (d.inputs[:, :, :4], d.labels), ModelError, "cannot take inputs of shape"),
        (lambda d: (d.inputs, d.labels + 5), ModelError, "15 classes"),
    ],
)
def test_what_cannot_be_examined_is_one_sentence(digits, dataset, error, sentence):
    with pytest.raises(error, match=sentence):
        locate_data_faults(digits.network, dataset(digits), settings=QUICK)


def test_answers_that_are_no_numbers_are_one_sentence(digits):
    spoilt = copy.deepcopy(digits.network)
    with torch.no_grad():
        spoilt[-1].weight[0] = float("nan")
    with pytest.raises(TrainingError, match="finite"):
        locate_data_faults(spoilt, (digits.inputs, digits.labels), settings=QUICK)


def test_the_package_imports_without_pytorch():
    import subprocess
    import sys

    code = "import sys, faultloc, faultloc.cli; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert set(faultloc.__all__) >= {"locate_data_faults", "DataFaults"}


def test_nothing_warns_on_a_sound_call(digits):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK)
