"""Every rule of the monitor: its phase, how grave it is, what the paper calls it, what to do, and its rank as a cause.

A new rule is a row in the file of its kind (the word before the dot tells which) and a line in ``order``.
"""

from faultloc.methods.deep_localize.catalogue.findings import as_finding, cause_first
from faultloc.methods.deep_localize.catalogue.rule import Rule, Symptom
from faultloc.methods.deep_localize.catalogue.rules import RULES

__all__ = ["RULES", "Rule", "Symptom", "as_finding", "cause_first"]
