"""A data set whose items come with their place."""

from typing import cast

from torch.utils.data import Dataset


class WithIndex(Dataset):
    """``dataset`` with each item's place: (place, input, label) for (input, label), or ``index`` in a dictionary.

    Shuffling, samplers and workers keep the places, since they are the data set's own.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)  # type: ignore[arg-type]

    def __getitem__(self, index: int) -> object:
        item = self.dataset[index]
        if isinstance(item, dict):
            return {**item, "index": index}
        return (index, *cast(tuple, item)) if isinstance(item, tuple | list) else (index, item)
