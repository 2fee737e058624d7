"""The relevance rules by name. To be named here is all that a new one needs: it is then usable and under contract."""

from collections.abc import Mapping
from types import MappingProxyType

from faultloc.errors import ConfigError
from faultloc.probes.relevance.rules.epsilon import Epsilon
from faultloc.probes.relevance.rules.gamma import Gamma
from faultloc.probes.relevance.rules.hudd import Hudd
from faultloc.probes.relevance.rules.rule import Rule
from faultloc.probes.relevance.rules.zplus import ZPlus

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "epsilon": Epsilon(),
        "gamma": Gamma(),
        "hudd": Hudd(),
        "zplus": ZPlus(),
    }
)


def find_rule(rule: str | Rule) -> Rule:
    """The rule of that name; a rule itself is returned as it is.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    if isinstance(rule, Rule):
        return rule
    if rule not in RULES:
        raise ConfigError(f"there is no relevance rule {rule!r}; expected one of: {', '.join(sorted(RULES))}")
    return RULES[rule]
