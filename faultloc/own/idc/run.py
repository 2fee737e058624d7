"""What `faultloc idc` and `faultloc coverage` do: the units that matter, one pass over each set, tables and a page."""

from dataclasses import asdict, replace
from pathlib import Path

from faultloc.io.coverage.coverage_table import coverage_line, save_coverage
from faultloc.io.coverage.importance_table import save_importance
from faultloc.io.coverage.uncovered_table import save_uncovered
from faultloc.io.stores.artifacts import save_json
from faultloc.methods.idc.attributions.explained import Target
from faultloc.methods.idc.selection import TOGETHER
from faultloc.methods.idc.speaking_samples import samples_of_class
from faultloc.methods.idc.uncovered import Uncovered, nearest_uncovered
from faultloc.own.brought import Brought, bring, require_test_set
from faultloc.own.class_order_check import check_class_order
from faultloc.own.idc.additions import choose_of_pool, save_additions
from faultloc.own.idc.important import Important, class_index, find_important
from faultloc.own.idc.measuring import Measured, measure
from faultloc.own.idc.options import CoverageOptions
from faultloc.own.idc.page import coverage_page
from faultloc.own.idc.target import find_target
from faultloc.own.layer_names import own_name
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.stored_samples import Say
from faultloc.report.idc.page import write_page
from faultloc.subject.dataset import LabeledDataset

# So many combinations that are nearest to being reached are told of.
_NEAREST = 20


def run_coverage(data: DataOptions, given: ModelOptions, options: CoverageOptions, output: Path, say: Say) -> None:
    """Measures how much of the model the test set covers, writes tables and the page into ``output``, and says what it
    found.

    Raises:
        DataError: the data cannot be read, there is no test set, or the model answers no training sample rightly.
        ModelError: the model cannot be read, or does not take the samples.
        ConfigError: a setting is out of its range.
    """
    require_test_set(data, "whose coverage is measured")
    target = None if options.target is None else find_target(options.target)
    brought = bring(data, given, output, say, answers_classes=target is None)
    train, test, pool = brought.splits.train, brought.splits.test, brought.splits.improvement
    assert test is not None
    of_class = class_index(brought, options)
    train, test = (part.select(samples_of_class(part.labels, of_class)) for part in (train, test))
    important = _important(brought, options, target, output, say)
    measured = measure(brought, options, important.groups, train, test)
    found = measured.found
    save_coverage(output / "coverage.csv", found)
    save_json(output / "coverage.json", {**brought.record, "coverage": _settings(options)})
    for name, coverage in found.items():
        say(coverage_line(name, coverage))
    if measured.left_out:
        say(f"Left out, since the model does not answer with classes: {', '.join(measured.left_out)}")
    pages = _pages(brought, options, important, measured, test, pool, output)
    say(f"Results: {pages[0]}, {output}/coverage.csv" + (f", {output}/important_neurons.csv" if measured.idc else ""))
