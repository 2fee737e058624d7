"""What the training of a model said of each sample, in a file that holds numbers alone."""

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, Integer

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import written_whole

_FORMAT = "faultloc training record 1"
_MAKE_ONE = "expected what MarginRecorder.save has written: record the training once more"


@dataclass(frozen=True)
class TrainingRecord:
    """What is left of each sample's margins: the logit of its label minus the highest other one, high where they agree.

    ``labels``: those that were trained on, -1 of a sample that was never shown. ``times``: how often it was shown;
    ``epochs_seen``: in how many epochs. ``margin_sums``: its margins, added up over the times. ``forgettings``: how
    often it was right in one of the epochs that it was seen in, and wrong in the next of them. ``first_learned``: the
    first epoch, from 0, in which it was right; -1 for never. ``last_margins``: the lowest margin of the last epoch that
    it was seen in; NaN of a sample that was never shown.

    Source: Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking", NeurIPS 2020, eq. 1-2;
    Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural Network Learning", ICLR 2019, section 3.
    Differs: a sample that is shown several times in an epoch is right in it if it is right each time.
    """

    labels: Int[np.ndarray, "sample"]
    times: Int[np.ndarray, "sample"]
    epochs_seen: Int[np.ndarray, "sample"]
    margin_sums: Float[np.ndarray, "sample"]
    forgettings: Int[np.ndarray, "sample"]
    first_learned: Int[np.ndarray, "sample"]
    last_margins: Float[np.ndarray, "sample"]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def mean_margins(self) -> Float[np.ndarray, "sample"]:
        """The area under the margin: any real number, low where the label is doubtful; NaN where never shown."""
        shown = self.times > 0
        return np.where(shown, self.margin_sums / np.maximum(self.times, 1), np.nan)

    def save(self, path: Path | str) -> Path:
        """Writes the record as ``.npz`` without any pickle, whole or not at all, and gives the path back.

        Raises:
            DataError: ``path`` is a folder.
        """
        path = Path(path)
        if path.is_dir():
            raise DataError(f"{path} is a folder; expected the file to write the record into: add a name to it")
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        with written_whole(path) as temporary, temporary.open("wb") as file:
            np.savez(file, format=np.array(_FORMAT), **arrays)
        return path

    @classmethod
    def load(cls, path: Path | str) -> "TrainingRecord":
        """The record at ``path``; nothing in the file is run.

        Raises:
            DataError: there is none, or it is none, or its numbers contradict each other.
        """
        path = Path(path)
        names = [field.name for field in fields(cls)]
        arrays = _read(path)
        if str(arrays.pop("format", "")) != _FORMAT or set(arrays) != set(names):
            found = ", ".join(sorted(arrays)) or "nothing"
            raise DataError(f"{path} is no training record, it holds {found}; {_MAKE_ONE}")
        _check(path, arrays)
        return cls(**arrays)

    def checked_for(self, labels: Integer[np.ndarray, "sample"]) -> "TrainingRecord":
        """The record itself, if it is about samples with these ``labels``, in this order.

        Raises:
            DataError: it is about more or fewer samples, about none, or about samples with other labels.
        """
        if len(self) != len(labels):
            raise DataError(
                f"the training record is of {len(self):,} samples, and the data set has {len(labels):,}; expected the "
                "data set that was trained on: record with its number of samples, and leave none out"
            )
        shown = self.times > 0
        if not shown.any():
            raise DataError(
                "the training record has seen no sample; expected one of a training: call record in its loop"
            )
        others = np.flatnonzero(shown & (self.labels != labels))
        if len(others):
            first = others[0]
            raise DataError(
                f"{len(others):,} of {int(shown.sum()):,} recorded labels are not the data set's (sample {first} was "
                f"recorded with label {self.labels[first]} and has {labels[first]}); expected the same samples in the "
                "same order, with labels as they were trained on: give the data set as it was recorded"
            )
        return self


def _read(path: Path) -> dict[str, np.ndarray]:
    if path.is_dir():
        raise DataError(f"{path} is a folder and no training record; {_MAKE_ONE}")
    if not path.is_file():
        raise DataError(f"{path} is not there; {_MAKE_ONE}")
    if not zipfile.is_zipfile(path):
        # NumPy would advise to load what may be a pickle.
        raise DataError(f"{path} is no archive of arrays (.npz) and no training record; {_MAKE_ONE}")
    try:
        loaded = np.load(path, allow_pickle=False)
        with loaded:
            return {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, zipfile.LargeZipFile, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be read as a training record ({reason}); {_MAKE_ONE}") from None


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    real = ("margin_sums", "last_margins")
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind != ("f" if name in real else "i"):
            raise DataError(
                f"{name} in {path} is {array.dtype} of shape {array.shape}; expected a "
                f"{'real' if name in real else 'whole'} number a sample: record the training once more"
            )
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        odd = next(name for name in lengths if lengths[name] != lengths["labels"])
        raise DataError(
            f"{path} has {lengths['labels']:,} labels and {lengths[odd]:,} {odd}; expected one each a sample: record "
            "the training once more"
        )
    shown = arrays["times"] > 0
    for name in real:
        if not np.isfinite(arrays[name][shown]).all():
            place = np.flatnonzero(shown & ~np.isfinite(arrays[name]))[0]
            raise DataError(
                f"{name} of sample {place} in {path} is {arrays[name][place]}; expected finite numbers of every sample "
                "that was shown: the training may have diverged, record one that did not"
            )
    if min(int(arrays[name].min(initial=0)) for name in ("times", "epochs_seen", "forgettings")) < 0:
        raise DataError(f"{path} counts below 0; {_MAKE_ONE}")
