"""The callback of Hugging Face's Trainer, against that Trainer itself; no model is downloaded."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import TrainingFault
from faultloc.torchvision_import import import_torchvision
from tests.methods.deep_localize.adapters.programs import (
    BATCH,
    PROGRAMS,
    SOUND,
    Net,
    Program,
    hooks_on,
    hooks_on_steps,
    verdict,
)
from tests.methods.deep_localize.adapters.scripts import causes, watched

pytestmark = pytest.mark.filterwarnings("ignore::faultloc.methods.deep_localize.diagnosis.FaultWarning")
BY_NAME = {program.name: program for program in PROGRAMS}


@pytest.fixture(scope="module")
def library() -> Iterator[ModuleType]:
    import_torchvision("torchvision", purpose="transformers")
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    yield pytest.importorskip("transformers", reason="transformers is not installed")


@pytest.fixture(scope="module")
def DeepLocalizeCallback(library: ModuleType) -> type:
    from faultloc.methods.deep_localize.adapters.huggingface import DeepLocalizeCallback

    return DeepLocalizeCallback


class Classifier(nn.Module):
    """A network that computes its loss itself, as the Trainer expects it."""

    def __init__(self, program: Program = SOUND) -> None:
        super().__init__()
        self.net = Net(program)

    def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        logits = self.net(inputs)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def samples(program: Program = SOUND) -> list[dict[str, Tensor]]:
    inputs, labels = map(torch.from_numpy, program.arrays())
    return [{"inputs": one, "labels": label} for one, label in zip(inputs, labels, strict=True)]


def trainer_of(
    library: ModuleType,
    folder: Path,
    model: nn.Module,
    data: list[dict[str, Tensor]],
    *callbacks: object,
    rate: float = SOUND.learning_rate,
    **settings: object,
) -> object:
    arguments = library.TrainingArguments(
        output_dir=str(folder), learning_rate=rate, per_device_train_batch_size=BATCH, num_train_epochs=1,
        report_to="none", save_strategy="no", logging_strategy="no", use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    for name, value in settings.items():
        setattr(arguments, name, value)
    return library.Trainer(model=model, args=arguments, train_dataset=data, callbacks=list(callbacks))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_verdict_is_that_of_the_bare_loop(library, DeepLocalizeCallback, tmp_path, program):
    watch = DeepLocalizeCallback()
    model = Classifier(program)
    trainer_of(library, tmp_path, model, samples(program), watch, rate=program.learning_rate).train()
    assert verdict(watch.diagnosis) == (program.rule, program.place)


@pytest.mark.parametrize("steps", [1, 4])
def test_every_step_is_seen_once_also_where_gradients_are_accumulated(library, DeepLocalizeCallback, tmp_path, steps):
    watch = DeepLocalizeCallback()
    trainer_of(
        library, tmp_path, Classifier(), samples(), watch, num_train_epochs=2, gradient_accumulation_steps=steps
    ).train()
    assert (watch.diagnosis.findings, watch.diagnosis.notes) == ([], [])
    assert watch.diagnosis.steps == 80 // steps


def test_half_precision_and_frozen_layers_do_not_confuse_it(library, DeepLocalizeCallback, tmp_path):
    model, watch = Classifier(), DeepLocalizeCallback()
    model.net.first.requires_grad_(False)
    trainer = trainer_of(library, tmp_path, model, samples(), watch, rate=1e-2, num_train_epochs=2, bf16=True)
    trainer.train()
    assert (watch.diagnosis.findings, watch.diagnosis.notes) == ([], [])


def transformer(library: ModuleType) -> nn.Module:
    torch.manual_seed(0)
    return library.BertForSequenceClassification(
        library.BertConfig(
            vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=16, num_labels=2,
        )
    )  # fmt: skip


def sentences() -> list[dict[str, Tensor]]:
    drawn = torch.Generator().manual_seed(0)
    tokens = torch.randint(0, 50, (512, 8), generator=drawn)
    return [{"input_ids": one, "labels": (one[0] < 25).long()} for one in tokens]


def test_a_transformer_whose_weights_are_sound_has_no_fault(library, DeepLocalizeCallback, tmp_path):
    watch = DeepLocalizeCallback()
    trainer_of(
        library, tmp_path, transformer(library), sentences(), watch, rate=3e-3, per_device_train_batch_size=16
    ).train()
    assert (watch.diagnosis.findings, watch.diagnosis.notes) == ([], [])


def test_the_layer_of_a_transformer_that_is_no_number_is_named(library, DeepLocalizeCallback, tmp_path):
    model, watch = transformer(library), DeepLocalizeCallback()
    with torch.no_grad():
        model.bert.pooler.dense.weight[0, 0] = torch.nan
    trainer_of(library, tmp_path, model, sentences(), watch).train()
    assert (watch.diagnosis.cause.rule, watch.diagnosis.cause.place) == ("weights.nonfinite", "bert.pooler.dense")


def test_weights_are_the_same_bit_by_bit_with_and_without_it(library, DeepLocalizeCallback, tmp_path):
    watched, alone = Classifier(), Classifier()
    trainer_of(library, tmp_path, watched, samples(), DeepLocalizeCallback(every=3)).train()
    trainer_of(library, tmp_path, alone, samples()).train()
    assert watched.state_dict().keys() == alone.state_dict().keys()
    assert all(torch.equal(value, alone.state_dict()[name]) for name, value in watched.state_dict().items())


def test_it_stops_the_trainer_at_an_error(library, DeepLocalizeCallback, tmp_path):
    program = BY_NAME["softmax before the loss's own"]
    watch = DeepLocalizeCallback(on_error="stop")
    trainer = trainer_of(library, tmp_path, Classifier(program), samples(program), watch)
    trainer.train()
    assert trainer.state.global_step == 1
    assert watch.diagnosis.cause.rule == "loss.double_softmax"


def hooks_left(trainer: object) -> int:
    return hooks_on(trainer.model) + hooks_on_steps(trainer.optimizer.optimizer)


def test_no_hook_stays_after_a_training(library, DeepLocalizeCallback, tmp_path):
    before = torch.autograd.backward
    trainer = trainer_of(library, tmp_path, Classifier(), samples(), DeepLocalizeCallback())
    trainer.train()
    assert hooks_left(trainer) == 0
    assert torch.autograd.backward is before


def test_a_fault_is_raised_and_no_hook_stays(library, DeepLocalizeCallback, tmp_path):
    program, before = BY_NAME["NaN in the inputs"], torch.autograd.backward
    watch = DeepLocalizeCallback(on_error="raise")
    trainer = trainer_of(library, tmp_path, Classifier(program), samples(program), watch)
    with pytest.raises(TrainingFault, match="input"):
        trainer.train()
    assert hooks_left(trainer) == 0
    assert torch.autograd.backward is before


def test_after_an_error_of_the_model_the_hooks_go_with_close(library, DeepLocalizeCallback, tmp_path):
    class Failing(Classifier):
        def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
            raise ZeroDivisionError

    before, watch = torch.autograd.backward, DeepLocalizeCallback()
    trainer = trainer_of(library, tmp_path, Failing(), samples(), watch)
    with pytest.raises(ZeroDivisionError):
        trainer.train()
    watch.close()
    assert hooks_left(trainer) == 0
    assert torch.autograd.backward is before


def test_a_diagnosis_before_any_training_is_an_error_in_words(DeepLocalizeCallback):
    with pytest.raises(ConfigError, match="no training has begun"):
        _ = DeepLocalizeCallback().diagnosis


SCRIPT = """
import torch
from torch import nn
from transformers import Trainer, TrainingArguments

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(1))

    def forward(self, inputs, labels):
        outputs = self.net(inputs)
        return {{"loss": nn.functional.cross_entropy(outputs, labels), "logits": outputs}}

torch.manual_seed(0)
data = [{{"inputs": torch.randn(8), "labels": number % 3}} for number in range(96)]
quiet = dict(report_to="none", save_strategy="no", logging_strategy="no", use_cpu=True, disable_tqdm=True)
arguments = TrainingArguments(output_dir={folder!r}, num_train_epochs=1, per_device_train_batch_size=8, **quiet)
Trainer(model=Classifier(), args=arguments, train_dataset=data).train()
"""


def test_a_script_is_watched_under_the_command_once_and_only_there(library, tmp_path):
    before = library.Trainer.train
    seen = watched(tmp_path, SCRIPT.format(folder=str(tmp_path)))
    assert seen.error is None
    assert causes(seen) == [("loss.double_softmax", "net.3")]
    assert (seen.runs[0].model, seen.runs[0].diagnosis.steps) == ("Classifier", 12)
    assert library.Trainer.train is before
