"""The callbacks, in the real trainers of Lightning, Hugging Face and Keras."""

import os
import textwrap
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from faultloc import LocateSettings, MarginRecorder, TrainingRecord, locate_data_faults
from faultloc.errors import DataError, MissingPackageError, ModelError
from faultloc.own.dfaulo.settings import suffix_settings
from faultloc.torchvision_import import import_torchvision

REPOSITORY = Path(__file__).resolve().parents[3]
QUICK = LocateSettings(suffix=suffix_settings(epochs=2))
EPOCHS, SAMPLES = 3, 48
RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(SAMPLES, 5)).astype(np.float32)
LABELS = RNG.integers(0, 3, SAMPLES)


def assert_last_answers(record: TrainingRecord, logits: np.ndarray) -> None:
    """Every sample was seen in every epoch, and the last margins are those of the trained model."""
    others = np.where(np.arange(3) == LABELS[:, None], -np.inf, logits).max(axis=1)
    np.testing.assert_allclose(record.last_margins, logits[np.arange(SAMPLES), LABELS] - others, rtol=1e-4, atol=1e-5)
    assert record.labels.tolist() == LABELS.tolist()
    assert record.epochs_seen.tolist() == [EPOCHS] * SAMPLES


def test_a_lightning_fit_is_recorded(tmp_path: Path) -> None:
    with suppress(MissingPackageError):
        import_torchvision("torchvision", purpose="Lightning")
    pytest.importorskip("lightning", reason="lightning is not installed")
    from lightning.pytorch import LightningModule, Trainer

    from faultloc.own.training_record.lightning import RecordMargins

    class Classifier(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Linear(5, 3)

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return self.net(inputs)

        def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
            return nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    recorder, module = MarginRecorder(SAMPLES), Classifier()
    loader = DataLoader(TensorDataset(torch.from_numpy(INPUTS), torch.from_numpy(LABELS)), 16, shuffle=True)
    Trainer(
        max_epochs=EPOCHS,
        callbacks=[RecordMargins(recorder)],
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
    ).fit(module, loader)
    assert_last_answers(recorder.training_record(), module(torch.from_numpy(INPUTS)).detach().numpy())


def test_a_training_of_hugging_face_is_recorded(tmp_path: Path) -> None:
    with suppress(MissingPackageError):
        import_torchvision("torchvision", purpose="transformers")
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    from faultloc.own.training_record.huggingface import RecordMarginsCallback

    torch.manual_seed(0)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=20,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            num_labels=3,
        )
    )
    tokens = torch.from_numpy(np.random.default_rng(1).integers(1, 20, (SAMPLES, 6)))
    data = [{"input_ids": one, "labels": int(label)} for one, label in zip(tokens, LABELS, strict=True)]
    recorder = MarginRecorder(SAMPLES)
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        num_train_epochs=EPOCHS,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        save_strategy="no",
    )
    Trainer(model=model, args=arguments, train_dataset=data, callbacks=[RecordMarginsCallback(recorder)]).train()
    with torch.no_grad():
        logits = model.eval()(input_ids=tokens).logits.numpy()
    assert_last_answers(recorder.training_record(), logits)


def keras_on_torch() -> ModuleType:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="keras is not installed")
    if keras.backend.backend() != "torch":
        pytest.skip("keras runs on another backend")
    return keras


@pytest.mark.parametrize(("ends", "one_hot"), [(False, False), (True, True)])
def test_a_fit_of_keras_is_recorded(ends: bool, one_hot: bool) -> None:
    keras = keras_on_torch()
    from faultloc.own.training_record.keras import RecordMargins

    body = [keras.Input((5,)), keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5), keras.layers.Dense(3)]
    with_logits = keras.Sequential(body)
    model = keras.Sequential([*body, keras.layers.Softmax()]) if ends else with_logits
    labels = np.eye(3)[LABELS] if one_hot else LABELS
    loss = keras.losses.CategoricalCrossentropy() if one_hot else keras.losses.SparseCategoricalCrossentropy(True)
    model.compile("adam", loss)
    recorder = MarginRecorder(SAMPLES)
    callback = RecordMargins(recorder, INPUTS, labels, ends_in_softmax=ends)
    model.fit(INPUTS, labels, epochs=EPOCHS, verbose=0, callbacks=[callback])
    assert_last_answers(recorder.training_record(), with_logits.predict(INPUTS, verbose=0))


@pytest.mark.parametrize(
    ("inputs", "labels", "message"),
    [
        (None, LABELS, "is a NoneType that is no array of numbers"),
        (INPUTS, LABELS.astype(str), "is a ndarray that is no array of numbers"),
        (INPUTS, LABELS + 0.5, r"label of sample 0.* is [0-9].5, no whole number"),
        (INPUTS, LABELS - 1, "a negative number"),
        (INPUTS, LABELS[1:], "expected as many of each"),
    ],
)
def test_what_keras_would_not_train_on_is_named_before_it_trains(
    inputs: object, labels: np.ndarray, message: str
) -> None:
    keras_on_torch()
    from faultloc.own.training_record.keras import RecordMargins

    with pytest.raises(DataError, match=message):
        RecordMargins(MarginRecorder(SAMPLES), inputs, labels)


def test_a_keras_model_is_examined_as_the_page_shows() -> None:
    keras = keras_on_torch()
    from faultloc.own.training_record.keras import RecordMargins

    inputs = INPUTS + 2 * np.eye(3, 5, dtype=np.float32)[LABELS]
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), keras.losses.SparseCategoricalCrossentropy())
    recorder = MarginRecorder(SAMPLES)
    model.fit(
        inputs, LABELS, epochs=10, verbose=0, callbacks=[RecordMargins(recorder, inputs, LABELS, ends_in_softmax=True)]
    )
    with pytest.raises(ModelError, match=r"a Keras model \(Sequential\).*torch.nn.Linear.*docs/training-record.md"):
        locate_data_faults(model, (inputs, LABELS))
    shown = (REPOSITORY / "docs/training-record.md").read_text(encoding="utf-8")
    begins, ends = (shown.index(line) for line in ("    class OnTorch", "    found = locate_data_faults(OnTorch"))
    names = {"torch": torch, "keras": keras}
    exec(textwrap.dedent(shown[begins:ends]), names)
    rebuilt = names["OnTorch"](model)
    with torch.no_grad():
        answers = rebuilt(torch.from_numpy(inputs)).softmax(1).numpy()
    np.testing.assert_allclose(answers, model.predict(inputs, verbose=0), atol=1e-5)
    found = locate_data_faults(rebuilt, (inputs, LABELS), record=recorder, settings=QUICK)
    assert found.evidence.margins is not None


def test_keras_takes_class_numbers_of_floating_point() -> None:
    keras = keras_on_torch()
    from faultloc.own.training_record.keras import RecordMargins

    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(True))
    recorder, labels = MarginRecorder(SAMPLES), LABELS.astype(np.float32)[:, None]
    model.fit(INPUTS, labels, epochs=1, verbose=0, callbacks=[RecordMargins(recorder, INPUTS, labels)])
    assert recorder.training_record().labels.tolist() == LABELS.tolist()
