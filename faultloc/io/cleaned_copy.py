"""A cleaned copy of the data that were examined, in the form that they have, and a table of what was changed."""

from collections.abc import Sequence
from pathlib import Path

from faultloc.errors import ConfigError, DataError
from faultloc.io.cleaned_arrays import write_cleaned_arrays
from faultloc.io.cleaned_csv import write_cleaned_csv
from faultloc.io.cleaned_folder import write_cleaned_folder
from faultloc.io.datasets.file_names import shown_name
from faultloc.io.examined import ExaminedData, examined_data
from faultloc.io.file_copy import OnFiles
from faultloc.io.ranked_data import PARTS, RankedData
from faultloc.io.stores.artifacts import load_json
from faultloc.io.stores.contents_store import load_contents
from faultloc.io.stores.dataset_store import load_test
from faultloc.io.stores.tables import save_table
from faultloc.purify.changes import Change, changes_table

# The tables beside a cleaned copy: what was changed, and what waits for a person's verdict.
CHANGES, UNDECIDED = "changes.csv", "undecided.csv"


def data_to_clean(results: RankedData, output: Path, *, link: bool) -> ExaminedData:
    """The data that ``results`` are about, if a copy of them can be written into the folder ``output``.

    Raises:
        DataError: it is not known which they are, or ``output`` lies in the original or around it, or in a part of the
            results, or the samples there are not those that were ranked.
        ConfigError: files are to be linked, and the data are arrays.
    """
    data = examined_data(results.run, results.folder)
    key = results.folder / "dataset/digest.json"
    if data.digest and (load_json(key).get("digest") if key.exists() else "") != data.digest:
        raise DataError(
            f"{results.folder} holds other samples than its ranking is about, since an examination began there and did "
            "not come to its end; expected one that did: run `faultloc dfaulo` again"
        )
    if link and data.form == "arrays":
        raise ConfigError("--link is for data that are many files; expected none of it with arrays: leave it out")
    if data.form == "csv" and data.root.name.removesuffix(".gz") in (CHANGES, UNDECIDED):
        raise DataError(f"{data.root} has the name of a table of changes beside its copy; expected another: rename it")
    root, written = data.root.resolve(), output.resolve()
    if data.form == "folder" and (written.is_relative_to(root) or root.is_relative_to(written)):
        raise DataError(
            f"the output {written} and the data set {root} lie one in the other; expected them apart, since the "
            "original is never written to: give another --output"
        )
    among = [name for name in PARTS if written.is_relative_to((results.folder / name).resolve())]
    if among:
        raise DataError(
            f"the output {written} lies in {among[0]}/ of the results, which the next examination writes anew; "
            "expected a folder of its own: give another --output"
        )
    return data


def write_cleaned_copy(
    data: ExaminedData,
    results: RankedData,
    target: Path,
    changes: Sequence[Change],
    *,
    link: bool,
    on_files: OnFiles = lambda files: files,
) -> str:
    """Writes the copy and `changes.csv` into the empty folder ``target``; what was written, in words.

    Of a folder, `changes.csv` has the path of each relabelled file in the copy as well; ``on_files`` passes its files
    through and may show how many are done.

    Raises:
        DataError: the data are not there any more, or not as they were examined.
    """
    table, done = changes_table(changes), "linked" if link else "copied"
    contents = None if data.form == "arrays" else load_contents(results.folder / "dataset")
    if data.form == "folder":
        test = load_test(results.folder / "dataset")
        copy = write_cleaned_folder(
            data, target, results.dataset, test, changes, contents, link=link, on_files=on_files
        )
        table["new_path"] = [copy.moved.get(change.sample_id, "") for change in changes]
        words = f"{copy.files} files {done}"
        if copy.left_out:
            words += (
                f", {len(copy.left_out)} left out as links that lead out of the data set (such as "
                f"{shown_name(str(copy.left_out[0]))})"
            )
        if copy.unexamined:
            words += (
                f", {len(copy.unexamined)} in class folders left out that were not examined (such as "
                f"{shown_name(copy.unexamined[0])})"
            )
    elif data.form == "csv":
        table_copy = write_cleaned_csv(data, target, results.dataset, changes, contents, link=link, on_files=on_files)
        words = table_copy.path.name + (f" with {table_copy.files} files {done}" if table_copy.files else "")
        if table_copy.unexamined:
            words += f", {table_copy.unexamined} rows that were not examined stay in it"
    else:
        words = write_cleaned_arrays(data, target, results.dataset, load_test(results.folder / "dataset"), changes).name
    if data.form != "arrays" and contents is None:
        words += ", not compared with what was examined, since these results, of an earlier version, do not keep it"
    save_table(target / CHANGES, table)
    return words
