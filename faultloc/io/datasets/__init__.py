"""Readers, one a format: each returns `DatasetSplits` and is named by `_target_` in `conf/dataset/`."""

from faultloc.io.datasets.ag_news import read_ag_news
from faultloc.io.datasets.check import check_splits
from faultloc.io.datasets.cifar10 import read_cifar10
from faultloc.io.datasets.digits import read_digits
from faultloc.io.datasets.foreign_sources import open_foreign_inputs
from faultloc.io.datasets.image_folder import read_image_folder
from faultloc.io.datasets.mnist import read_fashion_mnist, read_mnist
from faultloc.io.datasets.mtfl import read_mtfl
from faultloc.io.datasets.npz import read_npz
from faultloc.io.datasets.rendered import read_rendered
from faultloc.io.datasets.subset import take_subset

__all__ = [
    "check_splits",
    "open_foreign_inputs",
    "read_ag_news",
    "read_cifar10",
    "read_digits",
    "read_fashion_mnist",
    "read_image_folder",
    "read_mnist",
    "read_mtfl",
    "read_npz",
    "read_rendered",
    "take_subset",
]
