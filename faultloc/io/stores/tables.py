"""Tables as CSV. Apart from the other artifacts, so that a stage without tables does not wait for pandas."""

from pathlib import Path

import pandas as pd

from faultloc.io.stores.artifacts import existing, written_whole

FLOAT_FORMAT = "%.8g"


def save_table(path: Path, table: pd.DataFrame) -> None:
    """Writes ``table`` as CSV, numbers with eight significant digits."""
    with written_whole(path) as temporary:
        table.to_csv(temporary, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")


def load_table(path: Path) -> pd.DataFrame:
    """The CSV at ``path``; ids and class names stay text, also where they look like numbers."""
    text_columns = (
        *(
            "sample_id",
            "layer_id",
            "cluster_id",
            "neuron_id",
            "given_label",
            "predicted_label",
            "true_label",
            "fault_kind",
        ),
        *("kind", "suggested_label", "nearest_sample_id", "causes"),
    )
    return pd.read_csv(existing(path), dtype=dict.fromkeys(text_columns, str), keep_default_na=False)
