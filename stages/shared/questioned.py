"""The subject of the pipeline and its samples, as the research questions of coverage take them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from omegaconf import DictConfig
from torch import nn

from faultloc.errors import DataError
from faultloc.io.stores.dataset_store import load_split
from faultloc.io.stores.subject_store import load_subject
from faultloc.methods.idc.criteria import Criterion
from faultloc.methods.idc.importance import Importance, read_importance
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
from faultloc.methods.idc.questions.suites import Suite
from faultloc.methods.idc.selection import layer_by_index, select_units
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator
from stages.shared import places
from stages.shared.entry import as_dict
from stages.shared.torch_runtime import start_torch


@dataclass(frozen=True)
class Questioned:
    """A classifier on its device, and its training and test samples; ``classes`` is how many the data set has."""

    network: nn.Module
    train: Suite
    test: Suite
    classes: int
    batch_size: int
    seed: int

    @cached_property
    def right(self) -> Suite:
        """The training samples that the network answers rightly."""
        return self.train.answered_rightly(self.network, batch_size=self.batch_size)

    def drawn(self, suite: Suite, count: int | None, item: str) -> Suite:
        """So many samples of a suite, or all, in an order of their own."""
        return suite.select(numpy_generator(self.seed, "questions", item).permutation(len(suite))[:count])

    def importance(self, attribution: str, samples: int | None) -> Importance:
        """The importance of all units, over so many training samples that are answered rightly."""
        of = self.drawn(self.right, samples, "importance")
        rng = numpy_generator(self.seed, "questions", attribution)
        return read_importance(self.network, of.batches(self.batch_size), attribution, rng)

    def units(self, settings: DictConfig) -> list[Unit]:
        """The units that matter, as `idc_questions.units` says."""
        importance = self.importance(settings.attributions[0], settings.samples)
        layer = None if settings.layer_index is None else layer_by_index(importance, settings.layer_index)
        return select_units(importance, settings.top, layer=layer)

    def criteria(self, settings: DictConfig, units: DictConfig) -> dict[str, Criterion]:
        """The criteria of `idc_questions.criteria`, built."""
        important = self.units(units) if "idc" in settings.names else []
        made = make_criteria(self.network, list(settings.names), important, as_dict(settings.settings))
        build_criteria(made, self.drawn(self.train, settings.build_samples, "build"), batch_size=self.batch_size)
        return made

    def new_criterion(self, settings: DictConfig, name: str, units: list[Unit]) -> Criterion:
        """One of them, not built."""
        return make_criteria(self.network, [name], units, as_dict(settings.settings))[name]


def open_questioned(params: DictConfig) -> Questioned:
    """The trained subject and its data set.

    Raises:
        DataError: the data set has no test set, or is no classification.
    """
    device = start_torch(params.runtime)
    train, test = load_split(places.TRAIN_SET), load_split(places.TEST_SET)
    if train.targets is not None:
        raise DataError("the data set is a regression; expected classes, for the research questions of coverage")
    network = load_subject(places.SUBJECT).network.to(device)
    return Questioned(
        network,
        _suite(train, device),
        _suite(test, device),
        len(train.class_names),
        params.runtime.batch_size,
        params.seed,
    )


def _suite(samples: LabeledDataset, device: torch.device) -> Suite:
    return Suite(as_tensor(np.asarray(samples.inputs), device), samples.labels)
