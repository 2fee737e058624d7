"""The progress bars for Python users, at the place that the documentation names."""

from faultloc.report.shared.progress import count_bar

__all__ = ["count_bar"]
