"""The file of a training's record: what is written is read back, and what is no record is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from faultloc import MarginRecorder, TrainingRecord
from faultloc.errors import DataError
from faultloc.own.training_record.given import record_at_hand

Arrays = dict[str, np.ndarray]
LABELS = np.array([0, 1, 2, 0])


def recorded() -> MarginRecorder:
    """Three of four samples, in two epochs."""
    recorder = MarginRecorder(4)
    for scale in (1.0, -1.0):
        recorder.record([0, 1, 2], scale * torch.eye(3), torch.from_numpy(LABELS[:3]))
        recorder.end_epoch()
    return recorder


def test_what_is_written_is_read_back_and_holds_no_pickle(tmp_path: Path) -> None:
    written = recorded().training_record()
    read = TrainingRecord.load(recorded().save(tmp_path / "training.npz"))
    for name in vars(written):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
    with np.load(tmp_path / "training.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
    assert [path.name for path in tmp_path.iterdir()] == ["training.npz"]


def of_length(name: str, length: int) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = np.zeros(length, arrays[name].dtype)

    return change


def with_nan(arrays: Arrays) -> None:
    arrays["margin_sums"][1] = np.nan


def without_sums(arrays: Arrays) -> None:
    del arrays["margin_sums"]


def of_another_kind(arrays: Arrays) -> None:
    arrays["format"] = np.array("another record")


def with_real_labels(arrays: Arrays) -> None:
    arrays["labels"] = arrays["labels"] + 0.5


def with_negative_counts(arrays: Arrays) -> None:
    arrays["times"] -= 1


CHANGES = {
    "wrong length": (of_length("forgettings", 3), "4 labels and 3 forgettings"),
    "nan": (with_nan, "margin_sums of sample 1 in .* is nan"),
    "wrong keys": (without_sums, "is no training record"),
    "another format": (of_another_kind, "is no training record"),
    "labels that are no classes": (with_real_labels, "labels in .* is float64"),
    "counts below 0": (with_negative_counts, "counts below 0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_numbers_that_contradict_each_other_are_named(change: str, tmp_path: Path) -> None:
    alter, message = CHANGES[change]
    with np.load(recorded().save(tmp_path / "training.npz")) as file:
        arrays = {name: file[name] for name in file.files}
    alter(arrays)
    np.savez(tmp_path / "changed.npz", **arrays)
    with pytest.raises(DataError, match=message) as raised:
        TrainingRecord.load(tmp_path / "changed.npz")
    assert "\n" not in str(raised.value)


def test_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "empty.npz").write_bytes(b"")
    whole = recorded().save(tmp_path / "whole.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "pickle.npz", labels=np.array([{}], dtype=object))
    for name in ("text.npz", "empty.npz", "half.npz", "array.npy", "pickle.npz", "missing.npz"):
        with pytest.raises(DataError, match=r"expected what MarginRecorder\.save has written") as raised:
            TrainingRecord.load(tmp_path / name)
        assert "\n" not in str(raised.value)


def test_a_file_of_another_kind_is_not_called_a_pickle_that_one_could_load_unsafely(tmp_path: Path) -> None:
    path = tmp_path / "notes.py"
    path.write_text("print(1)\n")
    with pytest.raises(DataError, match=r"is no archive of arrays \(\.npz\)") as raised:
        TrainingRecord.load(path)
    assert "pickle" not in str(raised.value)


def test_a_folder_is_no_record_and_none_is_written_over_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        TrainingRecord.load(tmp_path)
    with pytest.raises(DataError, match="is a folder"):
        recorded().save(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_recorder_a_record_and_a_path_give_the_same(tmp_path: Path) -> None:
    path = recorded().save(tmp_path / "training.npz")
    for given in (recorded(), recorded().training_record(), path, str(path)):
        np.testing.assert_array_equal(record_at_hand(given, LABELS).mean_margins, [0.0, 0.0, 0.0, np.nan])


def test_a_record_of_other_samples_is_refused() -> None:
    with pytest.raises(DataError, match="of 4 samples, and the data set has 3"):
        record_at_hand(recorded(), LABELS[:3])
    with pytest.raises(DataError, match=r"2 of 3 recorded labels are not the data set's \(sample 0"):
        record_at_hand(recorded(), LABELS[[1, 0, 2, 3]])
    with pytest.raises(DataError, match="has seen no sample"):
        record_at_hand(MarginRecorder(4), LABELS)
