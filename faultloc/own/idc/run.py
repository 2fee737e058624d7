"""What `faultloc idc` and `faultloc coverage` do: the units that matter, one pass over both sets, one table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int
from torch import Tensor

from faultloc.coverage import Coverage
from faultloc.errors import DataError
from faultloc.io.importance_table import load_importance, save_importance
from faultloc.io.stores.artifacts import save_json
from faultloc.io.stores.tables import save_table
from faultloc.methods.idc.criteria import CRITERIA, Criterion
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.importance import Importance, read_importance
from faultloc.methods.idc.one_pass import build_together, update_together
from faultloc.methods.idc.selection import layer_by_index, select_units
from faultloc.methods.idc.units import Unit, UnitReader
from faultloc.own.brought import Brought, bring, require_test_set
from faultloc.own.idc.options import CoverageOptions
from faultloc.own.layer_names import full_name, own_name
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.stored_samples import Say
from faultloc.probes.predictions import predict
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset

Batches = Iterator[tuple[Tensor, Int[np.ndarray, "sample"]]]


def run_coverage(data: DataOptions, given: ModelOptions, options: CoverageOptions, output: Path, say: Say) -> None:
    """Measures how much of the model the test set covers, writes the tables into ``output``, and says what it found.

    Raises:
        DataError: the data cannot be read, there is no test set, or the model answers no training sample rightly.
        ModelError: the model cannot be read, or does not take the samples.
        ConfigError: a setting is out of its range.
    """
    require_test_set(data, "whose coverage is measured")
    brought = bring(data, given, output, say)
    train, test = brought.splits.train, brought.splits.test
    assert test is not None
    units: Sequence[Unit] = ()
    if "idc" in options.criteria:
        units = _important_units(brought, options, output)
        named = ", ".join(f"{own_name(brought.network, layer)}.{number}" for layer, number in units)
        say(f"Important units: {named}")
    criteria = [_criterion(name, brought, options, units) for name in options.criteria]
    build_together(criteria, _batches(brought, train, options.batch_size))
    for batch in _batches(brought, test, options.batch_size):
        update_together(criteria, batch)
    found = [criterion.compute() for criterion in criteria]
    save_table(output / "coverage.csv", _table(found))
    settings = {"criteria": list(options.criteria), "attribution": options.attribution, "top": options.top}
    settings |= {"clusters": options.clusters, "layer_index": options.layer_index}
    save_json(output / "coverage.json", {**brought.record, "coverage": settings})
    for coverage in found:
        say(_line(coverage))
    say(f"Results: {output}/coverage.csv" + (f", {output}/important_neurons.csv" if units else ""))


def _batches(brought: Brought, samples: LabeledDataset, size: int) -> Batches:
    inputs = as_tensor(samples.inputs, brought.device)
    for start in range(0, len(samples), size):
        yield inputs[start : start + size], samples.labels[start : start + size]


def _important_units(brought: Brought, options: CoverageOptions, output: Path) -> list[Unit]:
    importance = _importance(brought, options)
    own = {own_name(brought.network, name): scores for name, scores in importance.items()}
    save_importance(output / "important_neurons.csv", own)
    layer = None if options.layer_index is None else layer_by_index(own, options.layer_index)
    return [(full_name(brought.network, name), number) for name, number in select_units(own, options.top, layer=layer)]


def _importance(brought: Brought, options: CoverageOptions) -> Importance:
    network, train = brought.network, brought.splits.train
    if options.csv_file is not None:
        read = UnitReader(network).read(next(_batches(brought, train, 2)))
        widths = dict(zip(read.layers, read.widths, strict=True))
        scores = load_importance(options.csv_file, {own_name(network, name): width for name, width in widths.items()})
        return {full_name(network, name): values for name, values in scores.items()}
    said = predict(network, train, brought.device, batch_size=options.batch_size).outputs.argmax(1)
    right = np.flatnonzero(said == train.labels)
    if not len(right):
        raise DataError(
            "the model answers none of the training samples rightly, so nothing says which units matter for right "
            "answers; expected some: check the order of the classes (--classes) and the scaling (--mean, --std)"
        )
    inputs = as_tensor(train.inputs, brought.device)
    size = options.batch_size
    batches = (
        (inputs[as_tensor(part, brought.device)], train.labels[part])
        for part in np.array_split(right, -(-len(right) // size))
    )
    return read_importance(network, batches, options.attribution, np.random.default_rng(0))


def _criterion(name: str, brought: Brought, options: CoverageOptions, units: Sequence[Unit]) -> Criterion:
    if name != "idc":
        return CRITERIA[name](brought.network)
    return ImportanceDrivenCoverage(
        brought.network, units=units, clusters=options.clusters, candidates=options.candidates
    )


def _table(found: Sequence[Coverage]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "criterion": [coverage.criterion for coverage in found],
            "value": [coverage.value for coverage in found],
            "covered": [coverage.covered for coverage in found],
            "total": [str(coverage.total) for coverage in found],  # of any size
            "attainable": [str(coverage.attainable) for coverage in found],
            "share_of_attainable": [coverage.share_of_attainable for coverage in found],
            "notes": ["; ".join(coverage.notes) for coverage in found],
        }
    )


def _line(coverage: Coverage) -> str:
    covered = f"{coverage.covered:,.6g}" if isinstance(coverage.covered, float) else f"{coverage.covered:,}"
    total = f"{coverage.total:,.6g}" if isinstance(coverage.total, float) else f"{coverage.total:,}"
    if len(total) > 20:
        total = f"{float(coverage.total):.3g}"
    notes = f" ({'; '.join(coverage.notes)})" if coverage.notes else ""
    of = f"{covered} of {total}, {100 * coverage.share_of_attainable:.1f} % of what so many samples can"
    return f"{coverage.criterion:5} {100 * coverage.value:6.2f} %  {of}{notes}"
