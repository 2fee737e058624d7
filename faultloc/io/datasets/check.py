"""What every data set must be before anything examines it, checked once."""

import numpy as np

from faultloc.errors import DataError
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

# k-means makes two clusters of each class.
_FEWEST_SAMPLES_OF_A_CLASS = 2


def check_splits(splits: DatasetSplits) -> None:
    """Nothing, where the data set can be examined.

    Raises:
        DataError: no samples, one class only, a class with fewer than two training samples, numbers that are not
            finite, or test inputs unlike the training inputs. The targets of a regression take the place of classes.
    """
    if len(splits.train) == 0:
        raise DataError("the data set has no training samples: check its path and dataset.subset")
    if splits.train.targets is None:
        _check_classes(splits.train)
        check_labels(splits.train)
    else:
        _check_targets(splits.train)
        _check_finite(splits.train)
    if splits.test is not None:
        if len(splits.test) == 0:
            raise DataError("the test set has no samples: add some, or leave the test set out")
        _check_alike(splits.train, splits.test)
        _check_targets(splits.test)
        _check_finite(splits.test)


def check_labels(dataset: LabeledDataset) -> None:
    """Nothing, where a model and labels can be compared.

    Raises:
        DataError: no samples, labels of one class only, or numbers that are not finite.
    """
    if len(dataset) == 0:
        raise DataError("the data set has no samples; expected some of two classes or more")
    present = np.flatnonzero(np.bincount(dataset.labels))
    if len(present) == 1:
        only = dataset.class_names[int(present[0])]
        raise DataError(f"all {len(dataset)} samples have the label {only!r}, expected two classes or more")
    _check_finite(dataset)


def _check_classes(train: LabeledDataset) -> None:
    counts = np.bincount(train.labels, minlength=len(train.class_names))
    if np.count_nonzero(counts) == 1:
        only = train.class_names[int(counts.argmax())]
        raise DataError(
            f"all {len(train)} training samples have the label {only!r}, expected two classes or more: check the "
            "labels, or set dataset.stratified=true where dataset.subset cuts off the others"
        )
    scarcest = int(counts.argmin())
    if counts[scarcest] < _FEWEST_SAMPLES_OF_A_CLASS:
        raise DataError(
            f"the class {train.class_names[scarcest]!r} has {counts[scarcest]} training samples, expected "
            f"{_FEWEST_SAMPLES_OF_A_CLASS} or more of each class: add some, take the class out, or raise dataset.subset"
        )


def _check_targets(part: LabeledDataset) -> None:
    if part.targets is None:
        return
    is_finite = np.isfinite(part.targets.values).all(axis=1)
    if not is_finite.all():
        raise DataError(
            f"the sample {part.sample_ids[int(np.argmin(is_finite))]} has a target that is not a finite number: mend "
            "or remove it and its like"
        )


def _check_finite(part: LabeledDataset) -> None:
    if part.input_kind != "real":
        return
    for sample_id, sample in zip(part.sample_ids, part.inputs, strict=True):
        if not np.isfinite(sample).all():
            raise DataError(
                f"the sample {sample_id} has a value that is not a finite number: mend or remove it and its like"
            )


def _check_alike(train: LabeledDataset, test: LabeledDataset) -> None:
    if train.input_kind != test.input_kind or train.inputs.shape[1:] != test.inputs.shape[1:]:
        raise DataError(
            f"test inputs are {test.input_kind} of shape {test.inputs.shape[1:]} and training inputs are "
            f"{train.input_kind} of shape {train.inputs.shape[1:]}: bring both to one form"
        )
    if train.given.shape[1:] != test.given.shape[1:]:
        raise DataError(
            f"training samples have {_targets(train)} and test samples {_targets(test)}: bring both to one form"
        )


def _targets(part: LabeledDataset) -> str:
    return "labels" if part.targets is None else f"{part.given.shape[1]} targets"
