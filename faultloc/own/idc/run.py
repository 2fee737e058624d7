"""What `faultloc idc` and `faultloc coverage` do: the units that matter, one pass over each set, tables and a page."""

import functools
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from faultloc.errors import DataError, ModelError
from faultloc.io.coverage.coverage_table import coverage_line, save_coverage
from faultloc.io.coverage.importance_table import save_importance
from faultloc.io.coverage.uncovered_table import save_uncovered
from faultloc.io.models.target_function import import_target
from faultloc.io.stores.artifacts import save_json
from faultloc.io.stores.result_folder import claim_folder
from faultloc.methods.idc.attributions.explained import Target
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.greedy import Additions
from faultloc.methods.idc.selection import TOGETHER
from faultloc.methods.idc.speaking_samples import samples_of_class
from faultloc.methods.idc.uncovered import nearest_uncovered
from faultloc.own.brought import Brought, bring, require_test_set
from faultloc.own.idc.additions import choose_of_pool, describe_additions, save_additions
from faultloc.own.idc.important import Important, class_index, find_important
from faultloc.own.idc.measuring import Measured, measure
from faultloc.own.idc.options import CoverageOptions
from faultloc.own.idc.page import coverage_page
from faultloc.own.layer_names import own_name
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.output_place import require_apart
from faultloc.own.stored_samples import Say
from faultloc.report.idc.page import write_page
from faultloc.subject.dataset import LabeledDataset

# All that lies in the folder of results, which is nobody else's.
WRITTEN = (
    "dataset",
    "layer_[0-9]*",
    "coverage.*",
    "important_neurons.csv",
    "uncovered.csv",
    "additions.csv",
    "run.json",
    "report.html",
)
# So many combinations that are nearest to being reached are told of.
_NEAREST = 20


def run_coverage(
    data: DataOptions, given: ModelOptions, options: CoverageOptions, output: Path, say: Say, *, command: str
) -> None:
    """Measures how much of the model the test set covers, writes tables and the page into ``output``, and says what it
    found.

    ``output`` belongs to ``command``.

    Raises:
        DataError: the data cannot be read, there is no test set, or the model answers no training sample rightly.
        ModelError: the model cannot be read, or does not take the samples.
        ConfigError: a setting is out of its range.
    """
    require_test_set(data, "whose coverage is measured")
    target = None if options.target is None else import_target(options.target)
    require_apart(data, output)
    claim_folder(output, command, WRITTEN)
    brought = bring(data, given, output, say, answers_classes=target is None)
    train, test, pool = brought.splits.train, brought.splits.test, brought.splits.improvement
    assert test is not None
    of_class = class_index(brought, options)
    _require_same_form(train, {data.held_out_set: test, **({} if pool is None else {str(data.pool_set): pool})})
    train, test = _of_class(train, of_class, data.image_set), _of_class(test, of_class, data.held_out_set)
    important = _important(brought, options, target, say)
    measured = measure(brought, options, important.groups, train, test)
    found = measured.found
    _forget_earlier(output)
    if important.importance:
        save_importance(output / "important_neurons.csv", important.importance)
    save_coverage(output / "coverage.csv", found)
    settings = {**_settings(options), "pool": data.pool_set}
    save_json(output / "coverage.json", {**brought.record, "coverage": settings})
    for name, coverage in found.items():
        say(coverage_line(name, coverage))
    if measured.left_out:
        said = "; ".join(f"{name} ({why})" for name, why in measured.left_out.items())
        say(f"Left out: {said}")
    pages, additions = _pages(brought, options, important, measured, test, pool, output)
    tables = [output / "coverage.csv", *([output / "important_neurons.csv"] if measured.idc else [])]
    say(f"Results: {', '.join(map(str, [*pages, *tables]))}")
    for table, chosen in additions.items():
        say(f"         {table} {describe_additions(chosen, str(data.pool_set))}")


def _forget_earlier(output: Path) -> None:
    """Removes what an earlier call has left in ``output`` and this one might not write, and nothing else."""
    (output / "important_neurons.csv").unlink(missing_ok=True)
    for folder in (output, *output.glob("layer_[0-9]*")):
        for name in ("report.html", "uncovered.csv", "additions.csv"):
            (folder / name).unlink(missing_ok=True)
        if folder != output and not any(folder.iterdir()):
            folder.rmdir()


def _require_same_form(train: LabeledDataset, others: Mapping[str, LabeledDataset]) -> None:
    """Raises DataError where the samples of another set are not of the shape of the training set's."""
    expected = train.inputs.shape[1:]
    for name, part in others.items():
        if part.inputs.shape[1:] != expected:
            raise DataError(
                f"the samples of {name} have the shape {list(part.inputs.shape[1:])}, those of the training set "
                f"{list(expected)}; expected one shape: give --img_size (width,height,channels)"
            )


def _of_class(part: LabeledDataset, index: int | None, name: str) -> LabeledDataset:
    """The samples of a class, of the set called ``name``; all of them for None."""
    if index is None:
        return part
    if not (part.labels == index).any():
        raise DataError(
            f"the set {name} has no sample of the class {part.class_names[index]}; expected some for --test-image"
        )
    return part.select(samples_of_class(part.labels, index))


def _important(brought: Brought, options: CoverageOptions, target: Target | None, say: Say) -> Important:
    if ImportanceDrivenCoverage.name not in options.criteria:
        return Important({}, {})
    try:
        important = find_important(brought, options, target, say)
    except ModelError as error:
        if len(options.criteria) == 1:
            raise
        say(f"Left out: idc ({error})")
        return Important({}, {})
    for group, units in important.groups.items():
        named = ", ".join(f"{own_name(brought.network, layer)}.{number}" for layer, number in units)
        say(f"Important units{'' if group == TOGETHER else f' of {group}'}: {named}")
    return important


def _pages(
    brought: Brought,
    options: CoverageOptions,
    important: Important,
    measured: Measured,
    test: LabeledDataset,
    pool: LabeledDataset | None,
    output: Path,
) -> tuple[list[Path], dict[Path, Additions]]:
    """A page, or one for each group of important units in a folder of its own, with the tables about it, and which of
    these say what to add of the pool."""
    if not measured.idc:
        return [write_page(output, coverage_page(brought, important, measured, test, top=options.selection.top))], {}
    pages, added = [], {}
    for place, (group, criterion) in enumerate(measured.idc.items()):
        folder = output if len(measured.idc) == 1 else output / f"layer_{place}"
        uncovered = nearest_uncovered(criterion, measured.outputs[group], _NEAREST)
        name_of = functools.partial(own_name, brought.network)
        save_uncovered(folder / "uncovered.csv", uncovered.nearest, test.sample_ids, name_of)
        additions = None
        if pool is not None:
            additions = choose_of_pool(brought, options, criterion, pool), pool
            save_additions(folder / "additions.csv", *additions)
            added[folder / "additions.csv"] = additions[0]
        page = coverage_page(
            brought,
            important,
            measured,
            test,
            group=group,
            uncovered=uncovered,
            additions=additions,
            top=options.selection.top,
        )
        pages.append(write_page(folder, page))
    return pages, added


def _settings(options: CoverageOptions) -> dict[str, object]:
    said = asdict(options)
    said["csv_file"] = None if options.csv_file is None else str(options.csv_file)
    return said
