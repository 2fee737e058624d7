"""How cost grows with the number of samples: the exponent of the power that fits it."""

import numpy as np
import pandas as pd

# Below, what does not depend on the number of samples hides the growth.
_LEAST_SAMPLES = 10_000


def growth_exponents(table: pd.DataFrame) -> pd.DataFrame:
    """The slope of log CPU seconds, and of log anonymous memory, over log samples: 1 is linear, 0 is constant.

    One row a data set and method that was measured at two numbers of samples or more, from 10,000 on.
    """
    rows = []
    for (data, method), group in table[table["samples"] >= _LEAST_SAMPLES].groupby(["data", "method"], sort=False):
        if len(group) > 1:
            slopes = {name: _slope(group["samples"], group[name]) for name in ("cpu_seconds", "anonymous", "mapped")}
            rows.append(
                {"data": data, "method": method, "from": group["samples"].min(), "to": group["samples"].max()} | slopes
            )
    return pd.DataFrame(rows)


def _slope(samples: pd.Series, values: pd.Series) -> float:
    if values.isna().any() or (values <= 0).any():
        return float("nan")
    return round(float(np.polyfit(np.log(samples), np.log(values), 1)[0]), 2)
