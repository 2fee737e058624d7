"""Quality, CPU seconds and memory of the default scorer beside its peers, at growing numbers of samples.

    python -m benchmarks.scale --root data/raw/mnist [--samples 1000,10000,60000] [--generated 10000,60000,1000000]
        [--methods "default scorer,loss"] [--output scale.csv] [--figure scale.png] [--page scale.md]

`--samples` are of MNIST, `--generated` made-up digits. Every method runs on the same arrays in a process of its own,
its pass through the network included. Rows already in the CSV file are kept, unless they are measured again; with
`--samples '' --generated ''` nothing is measured, and the figure is drawn and the page's tables are written of them.
"""

import argparse
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from benchmarks.scale.figure import draw_scale
from benchmarks.scale.growth import growth_exponents
from benchmarks.scale.measured import Measured, run_measured
from benchmarks.scale.methods import METHODS, MOST_SAMPLES
from benchmarks.scale.page import write_figures
from benchmarks.scale.prepare import TRAINING_COST, prepare_case

_TRAINING = "the model's own training"


def main() -> None:
    """Measures, writes the table and the figure, prints both the table and the exponents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, help="where MNIST's four files lie")
    parser.add_argument("--samples", type=_numbers, default=[1_000, 10_000, 60_000])
    parser.add_argument("--generated", type=_numbers, default=[10_000, 60_000])
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--output", type=Path, default=Path("scale.csv"))
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--page", type=Path, help="whose tables of figures are replaced")
    parser.add_argument("--folder", type=Path, help="where the data lie meanwhile; a temporary folder unless given")
    options = parser.parse_args()
    methods = options.methods.split(",")
    unknown = set(methods) - set(METHODS)
    if unknown:
        parser.error(f"no method {', '.join(sorted(unknown))}; there are: {', '.join(METHODS)}")
    if options.samples and options.root is None:
        parser.error("--samples are of MNIST: give --root, or --samples ''")
    cases = [("MNIST", samples) for samples in options.samples]
    cases += [("generated", samples) for samples in options.generated]
    table = pd.read_csv(options.output) if options.output.exists() else pd.DataFrame()
    for data, samples in cases:
        folder = Path(tempfile.mkdtemp(prefix="faultloc-scale-", dir=options.folder))
        try:
            _apart(prepare_case, folder, data, samples, options.root)
            rows = [_training_row(folder, data, samples)]
            for method in methods:
                if samples <= MOST_SAMPLES.get(method, samples):
                    rows.append(run_measured(folder, data, samples, method))
                    print(rows[-1], flush=True)
        finally:
            shutil.rmtree(folder)
        table = _with(table, rows)
        table.to_csv(options.output, index=False)
    print(table.to_string(index=False))
    growth = growth_exponents(table)
    print(growth.to_string(index=False))
    if options.figure is not None:
        options.figure.parent.mkdir(parents=True, exist_ok=True)
        draw_scale(table).savefig(options.figure, dpi=80)
    if options.page is not None:
        write_figures(options.page, table, growth)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _apart(work: Callable[..., None], *arguments: object) -> None:
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"preparing the data ended with {process.exitcode}")


def _training_row(folder: Path, data: str, samples: int) -> Measured:
    seconds, epochs = (folder / TRAINING_COST).read_text().split()
    nothing = float("nan")
    name = f"{_TRAINING}, an epoch"
    return Measured(data, samples, name, round(float(seconds) / int(epochs), 2), nothing, nothing, nothing, nothing)


def _with(table: pd.DataFrame, rows: list[Measured]) -> pd.DataFrame:
    keys = ["data", "samples", "method"]
    joined = pd.concat([table, pd.DataFrame([asdict(row) for row in rows])], ignore_index=True)
    return joined.drop_duplicates(keys, keep="last").sort_values(keys[:2], kind="stable").reset_index(drop=True)


if __name__ == "__main__":
    main()
