"""Keeps each sample's margin while a model is trained in a loop of one's own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError
from faultloc.io.training_record import TrainingRecord
from faultloc.own.training_record.margins import Numbers, as_numbers, check_batch, margins_of
from faultloc.own.training_record.one_pass import ask_in_order
from faultloc.settings_check import check_number


class MarginRecorder:
    """Records the margins of ``samples`` samples: the logit of the given label minus the highest other one.

        recorder = MarginRecorder(len(dataset))
        for epoch in range(epochs):
            for indices, inputs, labels in loader:          # DataLoader(WithIndex(dataset), shuffle=True)
                logits = model(inputs)
                recorder.record(indices, logits, labels)
                ...
            recorder.end_epoch()
        recorder.save("training.npz")

    Epochs may be partial, and show a sample several times or never. With ``ends_epochs`` an epoch ends by itself where
    a batch has a sample that the epoch has shown; do not use it where samples are drawn with replacement.

    It changes neither weights nor random numbers, and waits for the device once an epoch. It keeps two bits a sample
    and epoch, so that recorders of several processes can be joined exactly (``merge``).

    Raises:
        ConfigError: ``samples`` is no number of samples.
    """

    def __init__(self, samples: int, *, ends_epochs: bool = False) -> None:
        check_number("samples", samples, at_least=1, whole=True)
        self._ends_epochs = ends_epochs
        self._labels = np.full(samples, -1, dtype=np.int64)
        self._times = np.zeros(samples, dtype=np.int64)
        self._sums = np.zeros(samples)
        self._last = np.full(samples, np.nan)
        self._last_epoch = np.full(samples, -1, dtype=np.int64)
        # Of each epoch, packed: which samples were seen, and which of them were right each time.
        self._epochs: list[tuple[np.ndarray, np.ndarray]] = []
        self._open: list[tuple[Tensor, Tensor, Tensor]] = []
        self._shown = np.zeros(samples, dtype=bool)

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def epochs(self) -> int:
        """How many epochs have ended."""
        return len(self._epochs)

    def record(self, indices: Numbers, logits: Tensor, labels: Numbers) -> None:
        """Takes in a batch: the places of its samples in the data set, their logits (sample, class), their labels.

        On any device and in any precision; with or without gradients.

        Raises:
            DataError: they do not fit each other. Places and labels out of range are told at the end of the epoch.
        """
        places, given = as_numbers(indices, "indices"), as_numbers(labels, "labels")
        check_batch(places, logits, given)
        if not len(places):
            return
        if self._ends_epochs:
            # Negative or too large ones are told below.
            here = places.cpu().numpy()
            known = here[(here >= 0) & (here < len(self))]
            if self._shown[known].any():
                self.end_epoch()
            self._shown[known] = True
        with torch.no_grad():
            # Copies: what a loop fills anew for each batch, or mixes afterwards, is not what was recorded.
            on_device = given.to(logits.device, torch.int64, copy=True)
            self._open.append((places.clone(), on_device, margins_of(logits.detach(), on_device)))

    def end_epoch(self) -> None:
        """Ends the epoch; an epoch without any batch is none.

        Raises:
            DataError: a place, a label or a margin is none, or a sample has another label than before.
        """
        if not self._open:
            return
        batches, self._open = self._open, []
        self._shown[:] = False
        places = torch.cat([one.cpu() for one, _, _ in batches]).numpy().astype(np.int64)
        labels = torch.cat([one for _, one, _ in batches]).cpu().numpy()
        margins = torch.cat([one for _, _, one in batches]).double().cpu().numpy()
        self._check(places, labels, margins)
        samples = len(self)
        lowest = np.full(samples, np.inf)
        np.minimum.at(lowest, places, margins)
        seen = np.isfinite(lowest)
        self._labels[places] = labels
        self._times += np.bincount(places, minlength=samples)
        self._sums += np.bincount(places, margins, minlength=samples)
        self._last[seen] = lowest[seen]
        self._last_epoch[seen] = self.epochs
        self._epochs.append((np.packbits(seen), np.packbits(seen & (lowest > 0))))

    def forget_epoch(self) -> None:
        """Drops what was recorded since the last epoch ended, as after a batch that was not the training set's."""
        self._open.clear()
        self._shown[:] = False

    def after_epoch(self, model: nn.Module, data: object, *, batch_size: int = 256) -> None:
        """Asks ``model`` about all of ``data`` in its order, in evaluation mode, and ends the epoch.

        ``data`` is the training set (a ``Dataset`` or a ``DataLoader`` of it, whose own order is not used) or a pair of
        tensors, arrays or lists of numbers (inputs, labels). One line at the end of an epoch, which costs a forward
        pass; model, mode and random numbers are left as they were.

        Raises:
            DataError: it cannot be read in order, or gives other than as many samples as are recorded.
        """
        self.end_epoch()
        try:
            ask_in_order(model, data, len(self), self.record, batch_size)
        except BaseException:
            self.forget_epoch()
            raise
        self.end_epoch()

    def merge(self, other: object) -> None:
        """Takes in what ``other`` has recorded of the same training: its epochs are those of this one.

        Raises:
            ConfigError: it is no recorder.
            DataError: it is of another number of samples, or has other labels for them.
        """
        if not isinstance(other, MarginRecorder):
            raise ConfigError(
                f"a {type(other).__name__} is merged into a recorder; expected the MarginRecorder of another process"
            )
        if len(other) != len(self):
            raise DataError(
                f"a recorder of {len(other):,} samples is merged into one of {len(self):,}; expected recorders of the "
                "same data set: give each the number of all its samples"
            )
        self.end_epoch()
        other.end_epoch()
        both = np.flatnonzero((self._labels >= 0) & (other._labels >= 0) & (self._labels != other._labels))
        if len(both):
            raise _other_label(int(both[0]), int(self._labels[both[0]]), int(other._labels[both[0]]))
        self._labels = np.maximum(self._labels, other._labels)
        self._times += other._times
        self._sums += other._sums
        later, same = other._last_epoch > self._last_epoch, other._last_epoch == self._last_epoch
        self._last = np.where(later, other._last, np.where(same, np.minimum(self._last, other._last), self._last))
        self._last_epoch = np.maximum(self._last_epoch, other._last_epoch)
        longest = max(self.epochs, other.epochs)
        self._epochs = [_joined(self._epochs, other._epochs, epoch) for epoch in range(longest)]

    def gathered(self) -> "MarginRecorder":
        """What all processes of ``torch.distributed`` have recorded, each of which has to call it; else itself."""
        self.end_epoch()
        distributed = torch.distributed
        if not (distributed.is_available() and distributed.is_initialized()) or distributed.get_world_size() == 1:
            return self
        parts: list[MarginRecorder] = [self] * distributed.get_world_size()
        distributed.all_gather_object(parts, self)
        whole = MarginRecorder(len(self))
        for part in parts:
            whole.merge(part)
        return whole

    def training_record(self) -> TrainingRecord:
        """What was recorded so far; an epoch that is under way is ended."""
        self.end_epoch()
        samples = len(self)
        count = {name: np.zeros(samples, dtype=np.int64) for name in ("epochs_seen", "forgettings")}
        first = np.full(samples, -1, dtype=np.int64)
        was_right = np.zeros(samples, dtype=bool)
        for epoch, packed in enumerate(self._epochs):
            seen, right = (_unpacked(one, samples) for one in packed)
            count["epochs_seen"] += seen
            count["forgettings"] += was_right & seen & ~right
            first[right & (first < 0)] = epoch
            was_right = np.where(seen, right, was_right)
        return TrainingRecord(
            labels=self._labels.copy(),
            times=self._times.copy(),
            margin_sums=self._sums.copy(),
            first_learned=first,
            last_margins=self._last.copy(),
            **count,
        )

    def save(self, path: Path | str) -> Path:
        """Writes what was recorded so far as ``.npz``, numbers alone; ``TrainingRecord.load`` reads it."""
        return self.training_record().save(path)

    def _check(self, places: np.ndarray, labels: np.ndarray, margins: np.ndarray) -> None:
        if places.min() < 0 or places.max() >= len(self):
            odd = places[(places < 0) | (places >= len(self))][0]
            raise DataError(
                f"sample {odd} is recorded, and the recorder is of {len(self):,}; expected places from 0 to "
                f"{len(self) - 1}: record each sample's place in the data set, as WithIndex gives it"
            )
        if not np.isfinite(margins).all():
            odd = np.flatnonzero(~np.isfinite(margins))[0]
            raise DataError(
                f"the margin of sample {places[odd]} with label {labels[odd]} is {margins[odd]}; expected finite "
                "logits of two classes at least, and a label that is one of them: record before an error spreads"
            )
        latest = self._labels.copy()
        latest[places] = labels
        before = np.where(self._labels[places] >= 0, self._labels[places], latest[places])
        for odd in np.flatnonzero(before != labels)[:1]:
            raise _other_label(int(places[odd]), int(before[odd]), int(labels[odd]))


def _other_label(place: int, one: int, other: int) -> DataError:
    return DataError(
        f"sample {place} is recorded with label {one} and with label {other}; expected one label a sample: record its "
        "place in the whole data set, whatever the order of the batches, and its label before any mixing"
    )


def _joined(
    ours: Sequence[tuple[np.ndarray, np.ndarray]], theirs: Sequence[tuple[np.ndarray, np.ndarray]], epoch: int
) -> tuple[np.ndarray, np.ndarray]:
    parts = [epochs[epoch] for epochs in (ours, theirs) if epoch < len(epochs)]
    if len(parts) == 1:
        return parts[0]
    (seen, right), (seen_too, right_too) = parts
    # Right each time: nowhere seen and wrong.
    return seen | seen_too, (right | right_too) & ~(seen & ~right) & ~(seen_too & ~right_too)


def _unpacked(bits: np.ndarray, samples: int) -> Bool[np.ndarray, "sample"]:
    return np.unpackbits(bits, count=samples).astype(bool)
