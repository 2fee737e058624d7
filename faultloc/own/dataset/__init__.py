"""A data set as people have it in Python, as the library knows it: a file for each thing that it may be."""

from faultloc.own.dataset.adopting import OwnSamples, adopt_dataset
from faultloc.own.dataset.class_names import OutputsOf
from faultloc.own.dataset.items import Transform

__all__ = ["OutputsOf", "OwnSamples", "Transform", "adopt_dataset"]
