"""What `faultloc purify` does: decides what to change, writes the cleaned copy, and trains the model on with it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.cleaned_copy import UNDECIDED, data_to_clean, write_cleaned_copy
from faultloc.io.ranked_data import RankedData, load_ranked_data
from faultloc.io.stores.tables import save_table
from faultloc.io.stores.whole_folder import folder_written_whole, require_free
from faultloc.own.purify.options import Retraining
from faultloc.purify.changes import apply_changes, changes_table
from faultloc.purify.plan import PurifyPlan, PurifySettings, plan_changes
from faultloc.report.shared.progress import item_bar
from faultloc.review.fingerprint import fingerprint
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict

# Of the samples that wait for a verdict, where nothing is written that could list them.
_MOST_NAMED = 10


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
    is trained on where there is a ``retraining``. What would be removed on a guess alone stays and is listed in
    `undecided.csv`. Nothing is written where anything is amiss.

    Raises:
        DataError: there is nothing to change, no verdict, or the data are not as they were examined.
        ModelError: the model is not as it was examined.
        ConfigError: a setting is out of its range.
        TrainingError: the loss is no longer a number.
    """
    examined = load_ranked_data(folder)
    judged = _verdicts(examined) if with_verdicts else {}
    plan = plan_changes(examined.ranking, examined.dataset.class_names, settings, judged)
    changes = plan.changes
    if not changes:
        raise DataError(_nothing_to_change(plan, folder))
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
        if plan.undecided:
            save_table(target / UNDECIDED, changes_table(plan.undecided))
        trained = None if training is None else training(target)
    removed = sum(change.action == "remove" for change in changes)
    say(
        f"removed {removed}, relabelled {len(changes) - removed} of {len(examined.dataset)} samples: {output} "
        f"({written}); changes.csv there says which and why"
    )
    if plan.undecided:
        say(_asked_for(plan, folder, f"{UNDECIDED} there lists {'it' if len(plan.undecided) == 1 else 'them'}"))
    if trained is not None:
        say(trained)


def _nothing_to_change(plan: PurifyPlan, folder: Path) -> str:
    if plan.undecided:
        named = ", ".join(change.sample_id for change in plan.undecided[:_MOST_NAMED])
        more = len(plan.undecided) - _MOST_NAMED
        listed = named + (f" and {more:,} more" if more > 0 else "")
        return f"there is nothing to relabel. {_asked_for(plan, folder, listed)}; nothing is written"
    return "there is nothing to change: no sample is suspicious enough, or was judged so; nothing is written"


def _asked_for(plan: PurifyPlan, folder: Path, listed: str) -> str:
    count = len(plan.undecided)
    what = "1 suspected sample stays as it is" if count == 1 else f"{count:,} suspected samples stay as they are"
    return (
        f"{what}, since no label seems to fit and only a person can say so ({listed}): judge with `faultloc review "
        f"{folder}` and add --verdicts, or drop them on the guess with --drop-guessed"
    )


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
