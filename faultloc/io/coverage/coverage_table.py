"""`coverage.csv`: a row a criterion, or a criterion and a group of units or a class."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from faultloc.coverage import Coverage
from faultloc.io.stores.tables import save_table


def save_coverage(path: Path, found: Mapping[str, Coverage]) -> None:
    """Writes a row for each of ``found``, under the name that it has there."""
    table = pd.DataFrame(
        {
            "criterion": list(found),
            "value": [coverage.value for coverage in found.values()],
            "covered": [coverage.covered for coverage in found.values()],
            "total": [str(coverage.total) for coverage in found.values()],  # of any size
            "attainable": [str(coverage.attainable) for coverage in found.values()],
            "share_of_attainable": [coverage.share_of_attainable for coverage in found.values()],
            "notes": ["; ".join(coverage.notes) for coverage in found.values()],
        }
    )
    save_table(path, table)


def coverage_line(name: str, coverage: Coverage) -> str:
    """One line for people."""
    covered, total = _number(coverage.covered), _number(coverage.total)
    notes = f" ({'; '.join(coverage.notes)})" if coverage.notes else ""
    of = f"{covered} of {total}, {100 * coverage.share_of_attainable:.1f} % of the most that as many samples can cover"
    return f"{name:5} {100 * coverage.value:6.2f} %  {of}{notes}"


def _number(value: int | float) -> str:
    text = f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"
    # A decimal: there may be more than a float can count.
    return text if len(text) <= 20 else f"{Decimal(value):.3g}"
