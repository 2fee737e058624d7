"""Settings of the data set, of its planted fault, and of the model and its training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from faultloc.errors import ConfigError
from stages.settings.callables import arguments_of, imported, plain
from stages.settings.kinds import Count, Group, Named, Share, Text
from stages.settings.suggestions import close_to, listed_with_or

# Whose data are the user's, under any name.
_OF_YOURS = ("image_folder", "npz")
_OPTIONS = Path(__file__).resolve().parents[2] / "conf" / "dataset"
# What a data set tells a network, where its class asks for it by name and nobody has set it.
_FACTS = ("input_shape", "num_classes", "vocabulary_size")

Source = Literal[
    "auto", "photographs", "digits", "mnist", "fashion_mnist", "cifar10", "image_folder", "npz", "descriptions", "texts"
]


class DatasetSettings(Group):
    """Beside these all that the reader takes which ``_target_`` names."""

    _target_: Text
    name: Text
    watch: Text
    subset: Count | None
    test_subset: Count | None
    stratified: bool

    @staticmethod
    def takes(values: Mapping[str, Any]) -> dict[str, Any]:
        """The reader's arguments."""
        reader = imported(values["_target_"], "dataset._target_")
        return arguments_of(reader, "dataset", values)

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """The name is that of what is read: setting it alone would read something else under its name."""
        module, _, reader = values["_target_"].rpartition(".")
        read, name = reader.removeprefix("read_"), values["name"]
        option = _OPTIONS / f"{name}.yaml"
        is_option_of_it = option.is_file() and f".{reader}\n" in option.read_text(encoding="utf-8")
        if module != "faultloc.io.datasets" or read in _OF_YOURS or name == read or is_option_of_it:
            return
        raise ConfigError(
            f"dataset.name is {name!r}, and what is read is {read}; the name alone chooses nothing: expected "
            f"dataset={name}, where there is such an option"
        )


class ModelSettings(Group):
    """Beside these all that the class takes which ``_target_`` names."""

    _target_: Text
    watch: Text

    @staticmethod
    def takes(values: Mapping[str, Any]) -> dict[str, Any]:
        """The network's arguments."""
        network = imported(values["_target_"], "model._target_")
        return arguments_of(network, "model", (*values, *_FACTS))


class OptimizerSettings(Group):
    """Beside the name its options in ``torch.optim``."""

    name: Text

    @staticmethod
    def takes(values: Mapping[str, Any]) -> dict[str, Any]:
        """The optimizer's options."""
        target = imported(f"torch.optim.{values['name']}", "train.optimizer.name")
        taken = plain(arguments_of(target, "train.optimizer", values, not_set=("params",)))
        _refuse_of_another(values, taken, "train.optimizer")
        return taken


class SchedulerSettings(Group):
    """Beside the name its options in ``torch.optim.lr_scheduler``."""

    name: Text

    @staticmethod
    def takes(values: Mapping[str, Any]) -> dict[str, Any]:
        """The schedule's options."""
        target = imported(f"torch.optim.lr_scheduler.{values['name']}", "train.scheduler.name")
        taken = arguments_of(target, "train.scheduler", values, not_set=("optimizer",))
        _refuse_of_another(values, taken, "train.scheduler")
        return taken


def _refuse_of_another(values: Mapping[str, Any], taken: Mapping[str, Any], key: str) -> None:
    """Where only the name was changed, the options of the one before are still there."""
    of_another = [one for one in values if one != "name" and taken.get(one) is None and not close_to(one, taken)]
    if of_another:
        away = " ".join(f"~{key}.{one}" for one in of_another)
        raise ConfigError(
            f"{values['name']} takes no {listed_with_or(of_another)}; it takes {', '.join(taken)}: what conf/ sets for "
            f"another one is taken away with {away}"
        )


class TrainSettings(Group):
    """How the subject is trained."""

    optimizer: OptimizerSettings
    scheduler: SchedulerSettings | None
    epochs: Count
    batch_size: Count

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """The optimizer and its schedule, of one number: what they do not take they say."""
        import torch

        from faultloc.subject.recipe import TrainingRecipe
        from stages.shared.no_compiler import leave_compiler_out

        leave_compiler_out()
        recipe = TrainingRecipe.from_settings(values)
        recipe.build_scheduler(recipe.build_optimizer([torch.nn.Parameter(torch.zeros(1))]))


class MonitorSettings(Group):
    """Whether the subject's training is watched."""

    enabled: bool
    every: Count
    on_error: Literal["warn", "raise"]


class FaultSettings(Group):
    """The fault that is planted in the data."""

    kind: Annotated[str, Named("faultloc.faults.samples.settings:FAULT_KINDS")]
    ratio: Share | None
    pair: list | None
    class_name: Text | int | None
    source: Source
    source_root: Text | None

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage gendata makes them."""
        from faultloc.faults.samples.settings import FaultSettings as Planted

        Planted(**values)
