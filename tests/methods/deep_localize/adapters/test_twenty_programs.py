"""Twenty programs as a bare loop, in Lightning, in Hugging Face's Trainer and in Keras: one verdict each."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.torchvision_import import import_torchvision
from tests.methods.deep_localize.adapters.more_programs import (
    BATCH,
    CLASSES,
    TWENTY,
    WEIGHTS,
    Variant,
    VariantNet,
    loss_of,
    optimizer_of,
    schedule_of,
)
from tests.methods.deep_localize.adapters.programs import verdict

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def bare_loop(program: Variant) -> Diagnosis:
    model = VariantNet(program)
    optimizer = optimizer_of(program, model.parameters())
    schedule = schedule_of(program, optimizer)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for inputs, targets in program.batches():
            if program.clears:
                optimizer.zero_grad()
            loss_of(program, model(inputs), targets).backward()
            if program.clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), program.clip)
            optimizer.step()
            schedule.step()
    return monitor.diagnosis()


def of_lightning(program: Variant, *, by_hand: bool) -> Diagnosis:
    import_torchvision("torchvision", purpose="Lightning")
    library = pytest.importorskip("lightning.pytorch", reason="lightning is not installed")
    from faultloc.methods.deep_localize.adapters.lightning import DeepLocalize

    class Module(library.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = VariantNet(program)
            self.automatic_optimization = not by_hand

        def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
            loss = loss_of(program, self.net(batch[0]), batch[1])
            if by_hand:
                optimizer = self.optimizers()
                if program.clears:
                    optimizer.zero_grad()
                self.manual_backward(loss)
                if program.clip is not None:
                    self.clip_gradients(optimizer, program.clip, "norm")
                optimizer.step()
                self.lr_schedulers().step()
            return loss

        def configure_optimizers(self) -> tuple[list, list]:
            optimizer = optimizer_of(program, self.parameters())
            return [optimizer], [{"scheduler": schedule_of(program, optimizer), "interval": "step"}]

    inputs, targets = torch.from_numpy(program.arrays()[0]), torch.from_numpy(program.targets())
    watch = DeepLocalize(on_finding=lambda finding: None)
    library.Trainer(
        max_epochs=program.epochs, accelerator="cpu", logger=False, enable_checkpointing=False, callbacks=[watch],
        enable_progress_bar=False, enable_model_summary=False, gradient_clip_val=None if by_hand else program.clip,
    ).fit(Module(), DataLoader(TensorDataset(inputs, targets), batch_size=BATCH))  # fmt: skip
    return watch.diagnosis


class WithLoss(nn.Module):
    """A network that computes its loss itself, as Hugging Face's Trainer expects it."""

    def __init__(self, program: Variant) -> None:
        super().__init__()
        self.net, self.program = VariantNet(program), program

    def forward(self, inputs: Tensor, targets: Tensor) -> dict[str, Tensor]:
        outputs = self.net(inputs)
        return {"loss": loss_of(self.program, outputs, targets), "logits": outputs}


def of_huggingface(program: Variant, folder: Path) -> Diagnosis:
    import_torchvision("torchvision", purpose="transformers")
    library = pytest.importorskip("transformers", reason="transformers is not installed")
    from faultloc.methods.deep_localize.adapters.huggingface import DeepLocalizeCallback

    class InOrder(library.Trainer):
        def _get_train_sampler(self, *_: object) -> torch.utils.data.Sampler:
            return torch.utils.data.SequentialSampler(self.train_dataset)

    model, watch = WithLoss(program), DeepLocalizeCallback(on_finding=lambda finding: None)
    optimizer = optimizer_of(program, model.parameters())
    arguments = library.TrainingArguments(
        output_dir=str(folder), per_device_train_batch_size=BATCH, num_train_epochs=program.epochs, report_to="none",
        save_strategy="no", logging_strategy="no", use_cpu=True, disable_tqdm=True, max_grad_norm=program.clip or 0.0,
        remove_unused_columns=False,
    )  # fmt: skip
    pairs = zip(map(torch.from_numpy, program.arrays()[0]), torch.from_numpy(program.targets()), strict=True)
    data = [{"inputs": one, "targets": target} for one, target in pairs]
    optimizers = (optimizer, schedule_of(program, optimizer))
    InOrder(model=model, args=arguments, train_dataset=data, callbacks=[watch], optimizers=optimizers).train()
    return watch.diagnosis


def of_keras(program: Variant) -> Diagnosis:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "torch")
        keras = pytest.importorskip("keras", reason="keras is not installed")
    from faultloc.methods.deep_localize.adapters.keras import DeepLocalize

    keras.utils.set_random_seed(0)
    watch = DeepLocalize(on_finding=lambda finding: None)
    model = keras_model(keras, program)
    settings = {"learning_rate": program.learning_rate, "weight_decay": program.weight_decay or None}
    if program.optimizer == "SGD":
        settings["momentum"] = program.momentum
    optimizer = getattr(keras.optimizers, program.optimizer)(global_clipnorm=program.clip, **settings)
    model.compile(optimizer, keras_loss(keras, program))
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * program.rate_factor)
    targets = program.targets()
    if program.smoothing:  # Keras smooths one-hot rows alone
        targets = np.eye(CLASSES, dtype=np.float32)[targets]
    weights = dict(enumerate(WEIGHTS.tolist())) if program.class_weights else None
    model.fit(
        program.arrays()[0], targets, batch_size=BATCH, epochs=program.epochs, verbose=0, shuffle=False,
        class_weight=weights, callbacks=[schedule, watch],
    )  # fmt: skip
    return watch.diagnosis


def keras_model(keras: ModuleType, program: Variant) -> object:
    layers, initial = keras.layers, keras.initializers
    kernel = {} if program.constant is None else {"kernel_initializer": initial.Constant(program.constant)}
    bias = program.first_bias if program.first_bias is not None else program.constant or 0.0
    ends = {"bce_logits, sigmoid": "sigmoid", "cross_entropy": "softmax"}
    parts = [
        layers.Input((64,)),
        layers.Dense(64, activation="relu", name="first", bias_initializer=initial.Constant(bias), **kernel),
    ]
    if program.detaches:
        parts.append(layers.Lambda(keras.ops.stop_gradient, name="cut"))
    width = 1 if program.is_regression else CLASSES
    parts.append(layers.Dense(width, activation=ends.get(program.loss), name="last", **kernel))
    return keras.Sequential(parts)


def keras_loss(keras: ModuleType, program: Variant) -> object:
    losses = keras.losses
    if program.is_regression:
        return losses.MeanSquaredError()
    if program.loss.startswith("bce_logits"):
        return losses.BinaryCrossentropy(from_logits=True)
    if program.smoothing:
        return losses.CategoricalCrossentropy(label_smoothing=program.smoothing)
    # Keras' own for "NLL of raw outputs": a cross-entropy of probabilities, given what is none.
    return losses.SparseCategoricalCrossentropy(from_logits=program.ends_in_softmax)


RUNS: dict[str, Callable[[Variant, Path], Diagnosis]] = {
    "bare": lambda program, _: bare_loop(program),
    "lightning": lambda program, _: of_lightning(program, by_hand=False),
    "lightning by hand": lambda program, _: of_lightning(program, by_hand=True),
    "huggingface": lambda program, folder: of_huggingface(program, folder),
    "keras": lambda program, _: of_keras(program),
}
# The same cause and the same place, where Keras names them otherwise: an activation belongs to its layer, and a loss of
# logarithms is one of probabilities.
IN_KERAS = {"softmax": "last", "active": "first", "loss.no_log_softmax": "loss.no_probabilities"}


@pytest.mark.parametrize("way", RUNS)
@pytest.mark.parametrize("program", TWENTY, ids=lambda program: program.name)
def test_the_verdict_is_that_of_the_bare_loop(program, way, tmp_path):
    if way in dict(program.not_in):
        pytest.skip(f"{way} {dict(program.not_in)[way]}")
    expected = (program.rule, program.place)
    if way == "keras":
        expected = tuple(IN_KERAS.get(word, word) for word in expected)
    diagnosis = RUNS[way](program, tmp_path)
    assert verdict(diagnosis) == expected, diagnosis.summary
