"""All rules, in the order of causes."""

from faultloc.methods.deep_localize.catalogue import data, gradients, loss, model, optimizer
from faultloc.methods.deep_localize.catalogue.order import ORDER
from faultloc.methods.deep_localize.catalogue.rule import Rule

_BY_KIND = data.RULES | loss.RULES | model.RULES | gradients.RULES | optimizer.RULES
RULES: dict[str, Rule] = {rule: _BY_KIND[rule] for rule in ORDER}
