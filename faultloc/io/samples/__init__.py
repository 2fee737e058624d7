"""A person's own data set, as files: which samples it has, and decoding them once."""

from faultloc.io.samples.class_order import ClassOrder, describe_absent, order_classes
from faultloc.io.samples.folder import list_folder, list_pool
from faultloc.io.samples.listing import SampleListing
from faultloc.io.samples.store import SampleForm, store_samples
from faultloc.io.samples.stray_labels import stray_labels_told
from faultloc.io.samples.table import list_table

__all__ = [
    "ClassOrder",
    "SampleForm",
    "SampleListing",
    "describe_absent",
    "list_folder",
    "list_pool",
    "list_table",
    "order_classes",
    "store_samples",
    "stray_labels_told",
]
