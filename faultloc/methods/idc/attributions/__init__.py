"""The attributions by name, those of WISDOM, one file each or one for what shares all code: an open table.

An attribution of your own is one line more: ``ATTRIBUTIONS["mine"] = my_attribution``, of the type ``Attribution``.
"""

from faultloc.errors import ConfigError
from faultloc.methods.idc.attributions.activation import activation
from faultloc.methods.idc.attributions.by_captum import feature_ablation, integrated_gradients
from faultloc.methods.idc.attributions.deep_lift import deep_lift
from faultloc.methods.idc.attributions.explained import Attribution
from faultloc.methods.idc.attributions.gradient_activation import grad_cam, gradient_times_activation
from faultloc.methods.idc.attributions.gradient_shap import gradient_shap
from faultloc.methods.idc.attributions.path import conductance, internal_influence
from faultloc.methods.idc.attributions.relevance import relevance

ATTRIBUTIONS: dict[str, Attribution] = {
    "lrp": relevance,
    "lgxa": gradient_times_activation,
    "lgc": grad_cam,
    "la": activation,
    "lc": conductance,
    "ii": internal_influence,
    "lig": integrated_gradients,
    "ldl": deep_lift,
    "ldls": deep_lift,  # its mean over references, of which zeros are the only one
    "lgs": gradient_shap,
    "lfa": feature_ablation,
}


def attribution_named(name: str) -> Attribution:
    """The attribution called ``name``.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    if name not in ATTRIBUTIONS:
        raise ConfigError(f"there is no attribution {name!r}; expected one of: {', '.join(ATTRIBUTIONS)}")
    return ATTRIBUTIONS[name]
