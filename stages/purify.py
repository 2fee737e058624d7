"""The head of the ranking removed or repaired, and what that does to the subject's accuracy on the test samples."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("purify")
def main(params: DictConfig) -> str:
    from faultloc.errors import ConfigError
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_test, load_train
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.io.stores.tables import load_table, save_table
    from faultloc.io.stores.truth_store import load_truth
    from faultloc.purify.changes import apply_changes, changes_table
    from faultloc.purify.extent import Extent
    from faultloc.purify.plan import PurifySettings, plan_changes
    from faultloc.purify.retraining import retrain
    from faultloc.purify.truth_check import share_right
    from faultloc.report.shared.progress import epoch_bar
    from faultloc.retraining.trained_copy import HeldOut
    from faultloc.settings_check import check_number
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import torch_generator
    from faultloc.subject.task import task_of
    from stages.shared.torch_runtime import start_torch

    device, settings = start_torch(params.runtime), params.purify
    if settings.action not in ("remove", "relabel"):
        raise ConfigError(f"purify.action is {settings.action!r}; expected remove or relabel")
    if settings.share is not None:
        check_number("purify.share", settings.share, above=0, below=1)
    extent = None if settings.share is None else Extent("purify.share", share=settings.share)
    purify = PurifySettings(settings.action, extent)
    train, subject = load_train(places.DATASET), load_subject(places.SUBJECT)
    recipe = subject.recipe.for_fine_tuning(
        learning_rate=settings.learning_rate, epochs=settings.epochs, batch_size=settings.batch_size
    )

    ranking = load_table(places.RANKING)
    plan = plan_changes(ranking, train.class_names, purify, {})
    changes = plan.changes
    cleaned = apply_changes(train, changes)
    test = load_test(places.DATASET)
    with epoch_bar("purify", settings.epochs) as on_epoch:
        retrained = retrain(
            subject.network.to(device),
            as_tensor(train.inputs, device),
            train.given,
            cleaned,
            recipe,
            torch_generator(params.seed, "purify", "epochs"),
            held_out=None if test is None else HeldOut(as_tensor(test.inputs, device), test.given),
            batch_size=params.runtime.batch_size,
            on_epoch=on_epoch,
        )

    removed = sum(change.action == "remove" for change in changes)
    metrics: dict[str, float | int] = {"removed": removed, "relabelled": len(changes) - removed}
    truth = load_truth(places.TRUTH)
    right = None if truth is None else share_right(changes, truth, train.class_names)
    if right is not None:
        metrics["share_right"] = round(right, 6)
    accuracy, measure = retrained.accuracy, task_of(train.given).measure_name
    if accuracy is not None:
        metrics[f"test_{measure}_before"] = round(accuracy.before, 6)
        metrics[f"test_{measure}_cleaned"] = round(accuracy.cleaned, 6)
        metrics[f"test_{measure}_uncleaned"] = round(accuracy.uncleaned, 6)
    save_table(places.PURIFY / "changes.csv", changes_table(changes))
    if plan.undecided:
        metrics["undecided"] = len(plan.undecided)
    save_json(places.PURIFY / "metrics.json", metrics)
    what = f"removed {removed}, relabelled {len(changes) - removed} of {len(train)} samples"
    if plan.undecided:
        what += f", {len(plan.undecided)} that no label fits left to a person"
    said = measure.replace("_", " ")
    if accuracy is None:
        return f"{what}; no test set, so no {said}"
    return (
        f"{what}; test {said} {accuracy.before:.4f}, trained on with the cleaned set {accuracy.cleaned:.4f}, as long "
        f"with the uncleaned one {accuracy.uncleaned:.4f}"
    )


if __name__ == "__main__":
    main()
