"""The data sets of the benchmark with their planted faults."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.quality import likely_labels
from benchmarks.quality.cases import Case
from faultloc.faults.samples.foreign import ForeignBatch, ForeignInputs
from faultloc.faults.samples.plant import FaultyDataset, plant_fault
from faultloc.faults.samples.settings import FaultSettings
from faultloc.io.datasets import open_foreign_inputs, read_ag_news, read_fashion_mnist, read_mnist
from faultloc.io.datasets.foreign_images import ForeignImages
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator
from faultloc.subject.splits import DatasetSplits

# Where the images come from that do not belong: half of them from each.
_FOREIGN = {
    "mnist": ("fashion_mnist", "cifar10"),
    "two_digits": ("fashion_mnist", "cifar10"),
    "usps": ("fashion_mnist", "cifar10"),
    "cifar10": ("mnist", "fashion_mnist"),
    "fashion_mnist": ("mnist", "cifar10"),
}


@dataclass(frozen=True)
class Mixture:
    """Foreign inputs from several sources in equal parts."""

    sources: tuple[ForeignInputs, ...]

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` of them."""
        shares = [len(part) for part in np.array_split(np.arange(count), len(self.sources))]
        drawn = [source.draw(share, rng).inputs for source, share in zip(self.sources, shares, strict=True)]
        return ForeignBatch(rng.permutation(np.concatenate(drawn)))


def faulty_dataset(case: Case, root: Path) -> tuple[FaultyDataset, tuple[str, ...]]:
    """The data of ``case`` with its faults, and the vocabulary; the files lie under ``root``."""
    splits = _narrowed(read_splits(case.data, root), case)
    if case.fault == likely_labels.KIND:
        made = likely_labels.with_likely_labels(splits.train, splits.texts, case.ratio, case.seed)
        return made, splits.vocabulary
    classes = len(splits.train.class_names)
    # A swap hits two classes: of them the share that makes `ratio` of all.
    of_pair = np.isin(splits.train.labels, case.pair).mean()
    settings = FaultSettings(
        kind=case.fault,
        ratio=None if case.fault == "none" else case.ratio / of_pair if case.fault == "specific_label" else case.ratio,
        pair=case.pair if classes > max(case.pair) else None,
    )
    foreign = None
    if settings.needs_foreign_inputs:
        foreign = _foreign(case.data, splits, root)
    rng = numpy_generator(case.seed, "fault", case.name)
    return plant_fault(splits.train, splits.texts, None, settings, foreign, rng), splits.vocabulary


def read_splits(name: str, root: Path) -> DatasetSplits:
    """A data set by name."""
    if name == "mnist":
        return read_mnist(root=str(root / "mnist"))
    if name == "fashion_mnist":
        return read_fashion_mnist(root=str(root / "fashion-mnist"))
    if name == "ag_news":
        return read_ag_news(root=str(root / "ag_news"), vocabulary_size=10_000, max_tokens=50)
    if name == "two_digits":
        return _two_digits(read_mnist(root=str(root / "mnist")))
    path, largest = {"usps": ("usps/usps.npz", 2000), "cifar10": ("cifar10/cifar10-exact-5000.npz", 255)}[name]
    arrays = np.load(root / path)
    images = (arrays["train_image"] * (255 / largest)).round().astype(np.uint8)
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    labels = arrays["train_label"].astype(np.int64)
    names = tuple(str(label) for label in range(10))
    return DatasetSplits(LabeledDataset(np.ascontiguousarray(images), labels, np.arange(len(labels)), names))


def _two_digits(digits: DatasetSplits) -> DatasetSplits:
    """100 classes: two digits beside one another, the first of them from the second 10,000 images."""
    images, labels = digits.train.inputs, digits.train.labels
    pairs = np.concatenate([images[10_000:20_000], images[:10_000]], axis=3)
    numbers = 10 * labels[10_000:20_000] + labels[:10_000]
    names = tuple(f"{number:02d}" for number in range(100))
    return DatasetSplits(LabeledDataset(pairs, numbers, np.arange(len(pairs)), names))


def _narrowed(splits: DatasetSplits, case: Case) -> DatasetSplits:
    labels = splits.train.labels
    kept = np.arange(len(labels))
    if case.classes is not None:
        kept = kept[labels[kept] < case.classes]
    if case.per_class is not None:
        members = [kept[labels[kept] == label][: case.per_class] for label in np.unique(labels[kept])]
        kept = np.sort(np.concatenate(members))
    kept = kept[: case.samples]
    names = splits.train.class_names[: case.classes]
    train = replace(splits.train.select(kept), class_names=names)
    return replace(splits, train=train, test=None, texts=tuple(splits.texts[i] for i in kept) if splits.texts else ())


def _foreign(name: str, splits: DatasetSplits, root: Path) -> ForeignInputs:
    if name == "ag_news":
        return open_foreign_inputs(splits, "descriptions", None)
    shape = splits.train.inputs.shape[1:]
    # The last 5,000 images, which are in no data set of the benchmark; the sample of CIFAR-10 has only 4,000.
    return Mixture(
        tuple(ForeignImages(read_splits(source, root).train.inputs[-5000:], shape) for source in _FOREIGN[name])
    )
