"""scikit-learn's handwritten digits, which need no download."""

import numpy as np

from faultloc.io.datasets.resize import to_array, to_image
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

# LeNet's input, so that the models of MNIST fit.
_SIZE = (28, 28)
# Not the seed of the configuration: every seed examines the same training samples.
_SPLIT_SEED = 0


def read_digits() -> DatasetSplits:
    """1,437 training and 360 test images of the digits 0 to 9, 1 channel, 28x28.

    Ids carry the index in scikit-learn's set. The split keeps the share of each class.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998; its 8x8 images of
    values 0 to 16 are spread to 0 to 255 and resized with bicubic.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    small = np.round(digits.images * (255 / 16)).astype(np.uint8)[:, None]
    inputs = np.stack([to_array(to_image(image), channels=1, size=_SIZE) for image in small])
    labels = digits.target.astype(np.int64)
    names = tuple(str(name) for name in digits.target_names)
    parts = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=_SPLIT_SEED)
    train, test = (
        LabeledDataset(inputs[part], labels[part], numbered_ids(split, part, len(labels)), names)
        for split, part in zip(("train", "test"), map(np.sort, parts), strict=True)
    )
    return DatasetSplits(train, test)
