"""The callback of Lightning, against Lightning itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

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

pytestmark = [
    pytest.mark.filterwarnings("ignore::faultloc.methods.deep_localize.diagnosis.FaultWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:You defined a `validation_step`"),
    pytest.mark.filterwarnings("ignore:`isinstance.treespec"),
]
BY_NAME = {program.name: program for program in PROGRAMS}


@pytest.fixture(scope="module")
def library() -> Iterator[ModuleType]:
    import_torchvision("torchvision", purpose="Lightning")
    yield pytest.importorskip("lightning.pytorch", reason="lightning is not installed")


@pytest.fixture(scope="module")
def DeepLocalize(library: ModuleType) -> type:
    from faultloc.methods.deep_localize.adapters.lightning import DeepLocalize

    return DeepLocalize


def loader(program: Program = SOUND) -> DataLoader:
    inputs, labels = map(torch.from_numpy, program.arrays())
    return DataLoader(TensorDataset(inputs, labels), batch_size=BATCH)


def trainer_of(library: ModuleType, *callbacks: object, **settings: object) -> object:
    return library.Trainer(
        **{
            "max_epochs": 1, "accelerator": "cpu", "logger": False, "enable_checkpointing": False,
            "enable_progress_bar": False, "enable_model_summary": False, "callbacks": list(callbacks), **settings,
        }
    )  # fmt: skip


def calls_itself(module: nn.Module, inputs: Tensor) -> Tensor:
    return module(inputs)


def calls_its_net(module: nn.Module, inputs: Tensor) -> Tensor:
    return module.net(inputs)


def calls_its_layers(module: nn.Module, inputs: Tensor) -> Tensor:
    return module.net.softmax(module.net.last(module.net.active(module.net.first(inputs))))


def module_of(library: ModuleType, program: Program = SOUND, call: Callable[..., Tensor] = calls_its_net) -> nn.Module:
    class Classifier(library.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = Net(program)
            self.criterion = nn.CrossEntropyLoss()

        def forward(self, inputs: Tensor) -> Tensor:
            return self.net(inputs)

        def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
            return self.criterion(call(self, batch[0]), batch[1])

        def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
            # Nothing here may be taken for training: neither the inputs nor that the module is in evaluation mode.
            self.criterion(call(self, batch[0] * 1e6), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), program.learning_rate)

    return Classifier()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_verdict_is_that_of_the_bare_loop(library, DeepLocalize, program):
    watch = DeepLocalize()
    trainer_of(library, watch).fit(module_of(library, program), loader(program))
    assert verdict(watch.diagnosis) == (program.rule, program.place)


@pytest.mark.parametrize("call", [calls_itself, calls_its_layers])
@pytest.mark.parametrize(
    "name", ["sound", "softmax before the loss's own", "NaN in the inputs", "units that cannot fire"]
)
def test_the_verdict_is_the_same_whatever_a_training_step_calls(library, DeepLocalize, name, call):
    program, watch = BY_NAME[name], DeepLocalize()
    trainer_of(library, watch).fit(module_of(library, program, call), loader(program))
    assert verdict(watch.diagnosis) == (program.rule, program.place)


@pytest.mark.parametrize(
    "settings",
    [
        {"accumulate_grad_batches": 4},
        {"precision": "bf16-mixed"},
        {"gradient_clip_val": 0.1},
        {"val_check_interval": 10},
    ],
    ids=str,
)
def test_a_sound_run_stays_so_with_what_a_trainer_can_do(library, DeepLocalize, settings):
    watch = DeepLocalize()
    trainer_of(library, watch, max_epochs=3, **settings).fit(
        module_of(library), loader(), loader() if "val_check_interval" in settings else None
    )
    # Only that the evaluation is given other inputs than the training is said of it.
    expected = ["input.evaluation_scale"] if "val_check_interval" in settings else []
    assert ([one.rule for one in watch.diagnosis.findings], watch.diagnosis.notes) == (expected, [])
    assert watch.diagnosis.steps == 120 // settings.get("accumulate_grad_batches", 1)


def test_frozen_layers_do_not_confuse_it(library, DeepLocalize):
    module = module_of(library, replace(SOUND, learning_rate=1e-2))
    module.net.first.requires_grad_(False)
    watch = DeepLocalize()
    trainer_of(library, watch, max_epochs=2).fit(module, loader())
    assert watch.diagnosis.findings == []


def test_tied_weights_do_not_confuse_it(library, DeepLocalize):
    module = module_of(library, replace(SOUND, learning_rate=1e-2))
    middle = nn.Linear(64, 64)
    middle.weight = module.net.first.weight
    module.net.active = nn.Sequential(nn.ReLU(), middle, nn.ReLU())
    watch = DeepLocalize()
    trainer_of(library, watch, max_epochs=2).fit(module, loader())
    assert watch.diagnosis.findings == []


def test_the_package_pytorch_lightning_works_as_well(library, DeepLocalize):
    other = pytest.importorskip("pytorch_lightning", reason="pytorch_lightning is not installed")
    program, watch = BY_NAME["softmax before the loss's own"], DeepLocalize(on_error="stop")
    trainer_of(other, watch).fit(module_of(other, program), loader(program))
    assert verdict(watch.diagnosis) == (program.rule, program.place)
    assert watch.diagnosis.steps == 1


def adversaries(library: ModuleType) -> nn.Module:
    class Adversaries(library.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.automatic_optimization = False
            torch.manual_seed(0)
            self.generator = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64))
            self.critic = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))

        def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
            of_generator, of_critic = self.optimizers()
            made = self.generator(torch.randn(len(batch[0]), 8))
            one, zero = torch.ones(len(made), 1), torch.zeros(len(made), 1)
            judge = nn.functional.binary_cross_entropy_with_logits
            of_critic.zero_grad()
            self.manual_backward(judge(self.critic(batch[0]), one) + judge(self.critic(made.detach()), zero))
            of_critic.step()
            of_generator.zero_grad()
            self.manual_backward(judge(self.critic(made), one))
            of_generator.step()

        def configure_optimizers(self) -> list[torch.optim.Optimizer]:
            return [torch.optim.Adam(part.parameters(), 2e-4) for part in (self.generator, self.critic)]

    return Adversaries()


def test_two_optimizers_in_manual_optimization_do_not_confuse_it(library, DeepLocalize):
    watch = DeepLocalize()
    trainer_of(library, watch).fit(adversaries(library), loader())
    assert watch.diagnosis.findings == []
    assert watch.diagnosis.steps == 40


@pytest.mark.parametrize("call", [calls_itself, calls_its_layers])
def test_weights_are_the_same_bit_by_bit_with_and_without_it(library, DeepLocalize, call):
    watched, alone = module_of(library, call=call), module_of(library, call=call)
    trainer_of(library, DeepLocalize(every=3)).fit(watched, loader())
    trainer_of(library).fit(alone, loader())
    assert watched.state_dict().keys() == alone.state_dict().keys()
    assert all(torch.equal(value, alone.state_dict()[name]) for name, value in watched.state_dict().items())


def test_it_stops_the_trainer_at_an_error(library, DeepLocalize):
    program = BY_NAME["softmax before the loss's own"]
    watch = DeepLocalize(on_error="stop")
    trainer = trainer_of(library, watch)
    trainer.fit(module_of(library, program), loader(program))
    assert trainer.global_step == 1
    assert watch.diagnosis.cause.rule == "loss.double_softmax"


def test_a_fault_is_raised_and_no_hook_stays(library, DeepLocalize):
    program, before = BY_NAME["NaN in the inputs"], torch.autograd.backward
    module, watch = module_of(library, program), DeepLocalize(on_error="raise")
    trainer = trainer_of(library, watch)
    with pytest.raises(TrainingFault, match="input"):
        trainer.fit(module, loader(program))
    assert hooks_on(module) == sum(map(hooks_on_steps, trainer.optimizers)) == 0
    assert torch.autograd.backward is before


def test_no_hook_stays_after_a_fit(library, DeepLocalize):
    before, module, watch = torch.autograd.backward, module_of(library), DeepLocalize()
    trainer = trainer_of(library, watch)
    trainer.fit(module, loader())
    assert hooks_on(module) == sum(map(hooks_on_steps, trainer.optimizers)) == 0
    assert torch.autograd.backward is before


def test_no_hook_stays_after_an_error_of_the_training_step(library, DeepLocalize):
    def fails(module: nn.Module, inputs: Tensor) -> Tensor:
        raise ZeroDivisionError

    before, module = torch.autograd.backward, module_of(library, call=fails)
    with pytest.raises(ZeroDivisionError):
        trainer_of(library, DeepLocalize()).fit(module, loader())
    assert hooks_on(module) == 0
    assert torch.autograd.backward is before


def test_the_part_that_is_the_first_to_give_no_number_is_named(library, DeepLocalize):
    def takes_a_logarithm(module: nn.Module, inputs: Tensor) -> Tensor:
        return module.net.last(module.net.active(module.net.first(inputs)))

    module = module_of(library, call=takes_a_logarithm)
    module.net.active = Logarithm()
    watch = DeepLocalize()
    trainer_of(library, watch).fit(module, loader())
    assert (watch.diagnosis.cause.rule, watch.diagnosis.cause.place) == ("forward.nonfinite", "net.active")


class Logarithm(nn.Module):
    """A layer with a weight, of which the logarithm of negative numbers is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))

    def forward(self, inputs: Tensor) -> Tensor:
        return (inputs * self.factor).log()


def test_a_setting_that_does_not_exist_is_refused_before_training(DeepLocalize):
    with pytest.raises(ConfigError, match=r"on_error is 'exit'; expected warn, stop, raise"):
        DeepLocalize(on_error="exit")


def test_a_diagnosis_before_any_training_is_an_error_in_words(DeepLocalize):
    with pytest.raises(ConfigError, match="no training has begun"):
        _ = DeepLocalize().diagnosis


SCRIPT = """
import torch
from torch import nn
from lightning.pytorch import LightningModule, Trainer
from torch.utils.data import DataLoader, TensorDataset

class Classifier(LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3){behind})

    def training_step(self, batch, batch_idx):
        return nn.functional.cross_entropy(self.net(batch[0]), batch[1]{factor})

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())

torch.manual_seed(0)
data = TensorDataset(torch.randn(96, 8), torch.arange(96) % 3)
quiet = dict(accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False)
trainer = Trainer(max_epochs=1, enable_model_summary=False, **quiet)
trainer.fit(Classifier(), DataLoader(data, batch_size=8))
assert not [one for one in trainer.callbacks if "DeepLocalize" in type(one).__name__]
"""


def test_a_script_is_watched_under_the_command_once_and_only_there(library, tmp_path):
    before = library.Trainer.fit
    seen = watched(tmp_path, SCRIPT.format(behind=", nn.Softmax(1)", factor=""))
    assert seen.error is None
    assert causes(seen) == [("loss.double_softmax", "net.3")]
    assert (seen.runs[0].model, seen.runs[0].diagnosis.steps) == ("Classifier", 12)
    assert library.Trainer.fit is before


def test_an_error_stops_a_script_where_that_is_asked_for(library, tmp_path):
    seen = watched(tmp_path, SCRIPT.format(behind=", nn.Softmax(1)", factor=""), on_error="stop")
    assert seen.was_stopped
    assert (causes(seen), seen.runs[0].diagnosis.steps) == ([("loss.double_softmax", "net.3")], 1)


def test_what_ends_a_script_is_explained(library, tmp_path):
    seen = watched(tmp_path, SCRIPT.format(behind="", factor=" + 1"))
    assert isinstance(seen.error, IndexError)
    assert causes(seen) == [("labels.beyond_outputs", "labels")]
    assert "before IndexError" in seen.runs[0].diagnosis.headline
