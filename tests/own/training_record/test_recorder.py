"""The recorder of margins, against a slow reference and in a training."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from faultloc import MarginRecorder, TrainingRecord, WithIndex
from faultloc.errors import ConfigError, DataError, ModelError
from tests.references import reference_training_record

SAMPLES, CLASSES = 40, 4


def shown_epochs(seed: int) -> tuple[list[list[tuple[int, list[float], int]]], np.ndarray]:
    """Seven partial epochs, in which samples come twice, and the last five samples never."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, SAMPLES)
    epochs = []
    for _ in range(7):
        places = rng.choice(SAMPLES - 5, 30)
        logits = rng.normal(size=(30, CLASSES)).astype(np.float32) + 2 * np.eye(CLASSES)[labels[places]]
        rows = zip(places, logits.astype(np.float32), labels[places], strict=True)
        epochs.append([(int(place), row.tolist(), int(label)) for place, row, label in rows])
    return epochs, labels


def record_epoch(recorder: MarginRecorder, epoch: list[tuple[int, list[float], int]], size: int = 8) -> None:
    for first in range(0, len(epoch), size):
        places, logits, labels = zip(*epoch[first : first + size], strict=True)
        recorder.record(list(places), torch.tensor(logits), torch.tensor(labels))


def assert_like(record: TrainingRecord, epochs: list[list[tuple[int, list[float], int]]]) -> None:
    expected = reference_training_record(epochs, SAMPLES)
    np.testing.assert_allclose(record.mean_margins, expected["mean"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(record.last_margins, expected["last"], rtol=1e-5, atol=1e-6)
    assert record.forgettings.tolist() == expected["forgettings"]
    assert record.epochs_seen.tolist() == expected["epochs"]
    assert record.first_learned.tolist() == expected["first"]
    assert record.times.tolist() == expected["times"]


@pytest.mark.parametrize("seed", range(4))
def test_a_record_is_that_of_the_slow_reference(seed: int) -> None:
    epochs, labels = shown_epochs(seed)
    recorder = MarginRecorder(SAMPLES)
    for epoch in epochs:
        record_epoch(recorder, epoch)
        recorder.end_epoch()
    record = recorder.training_record()
    assert_like(record, epochs)
    assert record.forgettings.sum() > 0
    seen = record.times > 0
    assert (record.labels[seen] == labels[seen]).all()
    assert (record.labels[~seen] == -1).all()


@pytest.mark.parametrize("seed", range(4))
def test_two_recorders_merged_are_one_that_saw_all(seed: int) -> None:
    epochs, _ = shown_epochs(seed)
    one, other = MarginRecorder(SAMPLES), MarginRecorder(SAMPLES)
    for number, epoch in enumerate(epochs):
        record_epoch(one, epoch[::2])
        one.end_epoch()
        if number < 5:  # a part that ended earlier
            record_epoch(other, epoch[1::2])
            other.end_epoch()
    one.merge(other)
    assert_like(one.training_record(), [*epochs[:5], *(epoch[::2] for epoch in epochs[5:])])


def test_the_margin_and_the_forgetting_by_hand() -> None:
    recorder = MarginRecorder(2)
    for margin in (-1.0, 2.0, -3.0, 4.0, -5.0):
        recorder.record([0], torch.tensor([[margin, 0.0, -9.0]]), [0])
        recorder.end_epoch()
    record = recorder.training_record()
    assert record.mean_margins[0] == -3 / 5
    assert (record.forgettings[0], record.first_learned[0], record.last_margins[0]) == (2, 1, -5.0)
    assert np.isnan(record.mean_margins[1])


def test_an_epoch_ends_by_itself_where_a_sample_comes_again() -> None:
    told, itself = MarginRecorder(6), MarginRecorder(6, ends_epochs=True)
    rng = torch.Generator().manual_seed(0)
    for _ in range(4):
        logits = torch.randn(6, 3, generator=rng)
        for places in torch.randperm(6, generator=rng).split(2):
            for recorder in (told, itself):
                recorder.record(places, logits[places], places % 3)
        told.end_epoch()
    assert itself.training_record().epochs_seen.tolist() == [4] * 6
    np.testing.assert_array_equal(itself.training_record().forgettings, told.training_record().forgettings)
    np.testing.assert_array_equal(itself.training_record().margin_sums, told.training_record().margin_sums)


@pytest.mark.parametrize("precision", [torch.float16, torch.bfloat16, torch.float64])
def test_any_precision_is_recorded_and_keeps_no_graph(precision: torch.dtype) -> None:
    recorder = MarginRecorder(2)
    logits = torch.tensor([[3.0, 1.0], [0.5, 1.0]], dtype=precision, requires_grad=True)
    recorder.record(np.array([0, 1]), logits, np.array([0, 0], dtype=np.int32))
    assert recorder.training_record().mean_margins.tolist() == [2.0, -0.5]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_logits_on_a_gpu_are_recorded() -> None:
    recorder = MarginRecorder(2)
    recorder.record([0, 1], torch.tensor([[3.0, 1.0], [0.5, 1.0]], device="cuda").half(), torch.tensor([0, 0]))
    assert recorder.training_record().mean_margins.tolist() == [2.0, -0.5]


MISTAKES = {
    "a place beyond the data set": ([2], [[0.0, 1.0]], [0], "expected places from 0 to 1"),
    "a negative place": ([-1], [[0.0, 1.0]], [0], "expected places from 0 to 1"),
    "a label beyond the classes": ([0], [[0.0, 1.0]], [2], "a label that is one of them"),
    "an ignored label": ([0], [[0.0, 1.0]], [-100], "a label that is one of them"),
    "logits that are no numbers": ([0], [[0.0, float("nan")]], [0], "expected finite logits"),
    "one output": ([0], [[0.0]], [0], "two classes at least"),
    "fewer labels than rows": ([0, 1], [[0.0, 1.0], [0.0, 1.0]], [0], "the labels are"),
    "places that are names": (np.array(["a"]), [[0.0, 1.0]], [0], "number what has a name"),
    "places with fractions": (np.array([0.5]), [[0.0, 1.0]], [0], "give each sample's place"),
    "mixed labels": ([0], [[0.0, 1.0]], [[0.3, 0.7]], "give the hard label"),
    "two labels in a batch": ([0, 0], [[0.0, 1.0], [0.0, 1.0]], [0, 1], "one label a sample"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_cannot_be_recorded_is_named(mistake: str) -> None:
    places, logits, labels, message = MISTAKES[mistake]
    recorder = MarginRecorder(2)
    with pytest.raises(DataError, match=message):
        recorder.record(places, torch.tensor(logits), torch.tensor(labels))
        recorder.end_epoch()


def test_a_label_that_changes_between_epochs_is_named() -> None:
    recorder, other = MarginRecorder(2), MarginRecorder(2)
    recorder.record([1], torch.tensor([[0.0, 1.0]]), [0])
    recorder.end_epoch()
    other.record([1], torch.tensor([[0.0, 1.0]]), [1])
    with pytest.raises(DataError, match="sample 1 is recorded with label 0 and with label 1"):
        recorder.merge(other)
    recorder.record([1], torch.tensor([[0.0, 1.0]]), [1])
    with pytest.raises(DataError, match="sample 1 is recorded with label 0 and with label 1"):
        recorder.end_epoch()


def test_recorders_of_other_sizes_and_of_no_samples_are_refused() -> None:
    with pytest.raises(DataError, match="a recorder of 3 samples is merged into one of 2"):
        MarginRecorder(2).merge(MarginRecorder(3))
    with pytest.raises(ConfigError, match="a NoneType is merged into a recorder; expected the MarginRecorder"):
        MarginRecorder(2).merge(None)
    with pytest.raises(ConfigError, match="samples"):
        MarginRecorder(0)


def tensors() -> TensorDataset:
    rng = torch.Generator().manual_seed(0)
    inputs = torch.randn(SAMPLES, 5, generator=rng)
    return TensorDataset(inputs, (inputs[:, 0] > 0).long())


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))


def train(model: nn.Module, recorder: MarginRecorder | None, by: str) -> None:
    """Two epochs over a shuffled loader that gives places, recorded in one of two ways, or not."""
    torch.manual_seed(1)
    loader = DataLoader(WithIndex(tensors()), batch_size=16, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        for places, inputs, labels in loader:
            logits = model(inputs)
            if recorder and by == "batch":
                recorder.record(places, logits, labels)
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits, labels).backward()
            optimizer.step()
        if recorder:
            recorder.after_epoch(model, loader) if by == "epoch" else recorder.end_epoch()


@pytest.mark.parametrize("by", ["batch", "epoch"])
def test_recording_changes_no_weight(by: str) -> None:
    recorded, alone = network(), network()
    recorder = MarginRecorder(SAMPLES)
    train(recorded, recorder, by)
    train(alone, None, by)
    for name, value in alone.state_dict().items():
        assert torch.equal(value, recorded.state_dict()[name]), name
    assert recorded.training
    record = recorder.training_record()
    assert record.epochs_seen.tolist() == [2] * SAMPLES
    assert record.labels.tolist() == tensors().tensors[1].tolist()


FORMS = ["data set", "with index", "shuffled loader", "loader of batches", "tensors", "arrays", "by name", "by place"]


@pytest.mark.parametrize("form", FORMS)
def test_a_pass_after_an_epoch_is_the_models_own_answers_in_order(form: str) -> None:
    model, data = network(), tensors()
    inputs, labels = data.tensors
    with torch.no_grad():
        logits = model.eval()(inputs)
    model.train()
    forms = {
        "data set": data,
        "with index": WithIndex(data),
        "shuffled loader": DataLoader(data, batch_size=7, shuffle=True, drop_last=True),
        "loader of batches": DataLoader(Batches(data), batch_size=None),
        "tensors": (inputs, labels),
        "by place": Dictionaries(data),
        "arrays": (inputs.numpy(), labels.numpy()),
        "by name": WithIndex(Dictionaries(data)),
    }
    recorder = MarginRecorder(SAMPLES)
    recorder.after_epoch(ByName(model) if form == "by name" else model, forms[form])
    own = logits.gather(1, labels[:, None]).squeeze(1) - logits.gather(1, 1 - labels[:, None]).squeeze(1)
    np.testing.assert_allclose(recorder.training_record().mean_margins, own.numpy(), rtol=1e-4, atol=1e-5)


class Batches(Dataset):
    """Items that are batches of five samples already."""

    def __init__(self, data: TensorDataset) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data) // 5

    def __getitem__(self, index: int) -> tuple[torch.Tensor, ...]:
        return self.data[5 * index : 5 * index + 5]


class Dictionaries(Dataset):
    """Items as Hugging Face's data sets give them."""

    def __init__(self, data: TensorDataset) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"features": self.data[index][0], "labels": self.data[index][1]}


class ByName(nn.Module):
    """A model whose argument and answer have names."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *, features: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.model(features)}


@pytest.mark.parametrize("samples", [SAMPLES - 1, SAMPLES + 1])
def test_a_pass_over_another_number_of_samples_is_refused_and_forgotten(samples: int) -> None:
    recorder = MarginRecorder(samples)
    with pytest.raises(DataError, match="the length of the data set"):
        recorder.after_epoch(network(), tensors())
    assert recorder.training_record().times.sum() == 0


@pytest.mark.parametrize("form", [np.asarray, torch.Tensor.tolist])
def test_a_pair_of_arrays_or_lists_is_passed_in_order(form: Callable[[torch.Tensor], object]) -> None:
    whole, recorder, alone = tensors(), MarginRecorder(SAMPLES), MarginRecorder(SAMPLES)
    recorder.after_epoch(network(), (form(whole.tensors[0]), whole.tensors[1].tolist()))
    alone.after_epoch(network(), whole)
    np.testing.assert_array_equal(recorder.training_record().labels, whole.tensors[1].numpy())
    np.testing.assert_allclose(recorder.training_record().mean_margins, alone.training_record().mean_margins)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"] * SAMPLES, "the labels are a list that makes no tensor; expected numbers.*number what has a name"),
        (np.array(["a"] * SAMPLES), "the labels are a ndarray that makes no tensor"),
        ([0.5] * SAMPLES, "the labels are torch.float32"),
        ([0] * (SAMPLES - 1), r"and the labels \(39,\); expected as many of each"),
        (None, "the labels are a NoneType that makes no tensor"),
    ],
)
def test_labels_beside_inputs_that_are_no_numbers_are_named(labels: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        MarginRecorder(SAMPLES).after_epoch(network(), (tensors().tensors[0], labels))


def test_what_has_no_order_or_gives_no_logits_is_refused() -> None:
    recorder = MarginRecorder(SAMPLES)
    with pytest.raises(DataError, match="no order or no length"):
        recorder.after_epoch(network(), iter(tensors()))
    for several in ({"one": DataLoader(tensors())}, [DataLoader(tensors()), DataLoader(tensors())]):
        with pytest.raises(DataError, match="no order or no length"):
            recorder.after_epoch(network(), several)
    with pytest.raises(DataError, match="the labels are"):
        recorder.after_epoch(ByRow(network()), DataLoader(tensors(), batch_size=None))
    with pytest.raises(ConfigError, match="batch_size is 0"):
        recorder.after_epoch(network(), tensors(), batch_size=0)
    with pytest.raises(ModelError, match="expected logits"):
        recorder.after_epoch(Wordy(), tensors())


class ByRow(nn.Module):
    """A model that is asked of one sample, and answers with one row."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.model(inputs[None])


@pytest.mark.parametrize(
    "wrap",
    [
        torch.jit.script,
        lambda model: torch.jit.trace(model, torch.zeros(2, 5)),
        lambda model: torch.compile(model, backend="eager"),
        nn.DataParallel,
    ],
    ids=["scripted", "traced", "compiled", "parallel"],
)
def test_a_wrapped_model_is_given_a_lone_input_by_place(wrap: Callable[[nn.Module], nn.Module]) -> None:
    recorder, model = MarginRecorder(SAMPLES), network().eval()
    recorder.after_epoch(wrap(model), Dictionaries(tensors()))
    alone = MarginRecorder(SAMPLES)
    alone.after_epoch(model, tensors())
    np.testing.assert_allclose(recorder.training_record().last_margins, alone.training_record().last_margins, rtol=1e-4)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float64])
def test_a_model_of_another_precision_is_asked_in_its_own(precision: torch.dtype) -> None:
    recorder, model = MarginRecorder(SAMPLES), network().to(precision).eval()
    recorder.after_epoch(model, tensors())
    inputs, labels = tensors().tensors
    with torch.no_grad():
        logits = model(inputs.to(precision)).double()
    own = logits.gather(1, labels[:, None]).squeeze(1) - logits.gather(1, 1 - labels[:, None]).squeeze(1)
    np.testing.assert_allclose(recorder.training_record().mean_margins, own.numpy(), rtol=1e-2, atol=1e-2)


def test_a_batch_that_is_filled_anew_changes_nothing_recorded() -> None:
    recorder = MarginRecorder(3)
    places, labels = np.array([0, 1]), torch.tensor([1, 0])
    recorder.record(places, torch.tensor([[0.0, 1.0], [1.0, 0.0]]), labels)
    places[:], labels[:] = [2, 2], torch.tensor([0, 1])
    record = recorder.training_record()
    assert record.times.tolist() == [1, 1, 0]
    assert record.labels.tolist() == [1, 0, -1]


def test_a_batch_of_no_sample_is_none() -> None:
    recorder = MarginRecorder(3)
    recorder.record([], torch.zeros(0, 2), [])
    recorder.end_epoch()
    assert recorder.epochs == 0


class Wordy(nn.Module):
    """Answers with a text."""

    def forward(self, inputs: torch.Tensor) -> str:
        return "a cat"
