"""What `faultloc purify` does: decides what to change, writes the cleaned copy, and trains the model on with it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.cleaned_copy import data_to_clean, write_cleaned_copy
from faultloc.io.ranked_data import RankedData, load_ranked_data
from faultloc.io.stores.whole_folder import folder_written_whole, require_free
from faultloc.own.purify.options import Retraining
from faultloc.purify.changes import apply_changes
from faultloc.purify.plan import PurifySettings, plan_changes
from faultloc.report.shared.progress import item_bar
from faultloc.review.fingerprint import fingerprint
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict


def run_purify(
    folder: Path,
    settings: PurifySettings,
    output: Path,
    say: Callable[[str], object],
    *,
    with_verdicts: bool,
    link: bool,
    retraining: Retraining | None,
) -> None:
    """Writes a cleaned copy of the data that the results in ``folder`` are about into the new folder ``output``.

    ``with_verdicts`` follows what the reviewer said, before the ranking; ``link`` makes hard links of copies; the model
    is trained on where there is a ``retraining``. Nothing is written where anything is amiss.

    Raises:
        DataError: there is nothing to change, no verdict, or the data are not as they were examined.
        ModelError: the model is not as it was examined.
        ConfigError: a setting is out of its range.
        TrainingError: the loss is no longer a number.
    """
    examined = load_ranked_data(folder)
    judged = _verdicts(examined) if with_verdicts else {}
    changes = plan_changes(examined.ranking, examined.dataset.class_names, settings, judged)
    if not changes:
        raise DataError(
            "there is nothing to change: no sample is suspicious enough, or was judged so; nothing is written"
        )
    apply_changes(examined.dataset, changes)  # raises before anything is written
    data = data_to_clean(examined, output, link=link)
    require_free(output)
    training = None
    if retraining is not None:
        from faultloc.own.purify.retraining import load_trainee, retrain_examined  # PyTorch, which nothing else needs

        training = partial(retrain_examined, examined, load_trainee(examined, retraining), changes)
    with folder_written_whole(output) as target:
        bar = item_bar("linking" if link else "copying", "file")
        written = write_cleaned_copy(data, examined, target, changes, link=link, on_files=bar)
        trained = None if training is None else training(target)
    removed = sum(change.action == "remove" for change in changes)
    say(
        f"removed {removed}, relabelled {len(changes) - removed} of {len(examined.dataset)} samples: {output} "
        f"({written}); changes.csv there says which and why"
    )
    if trained is not None:
        say(trained)


def _verdicts(examined: RankedData) -> Mapping[str, Verdict]:
    path, given = examined.folder / FILE_NAME, dict[str, Verdict]()
    if path.exists():
        store = VerdictStore(path)
        store.check_about(fingerprint(examined.dataset))
        given = store.current()
    if not given:
        raise DataError(
            f"there are no verdicts in {examined.folder}; expected some: give them with `faultloc review "
            f"{examined.folder}`"
        )
    return given
