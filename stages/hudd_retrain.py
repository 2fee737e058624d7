"""The subject trained on with the unsafe images, beside baselines with as many labels and steps."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("hudd_retrain")
def main(params: DictConfig) -> str:
    import numpy as np
    import pandas as pd

    from faultloc.errors import ConfigError
    from faultloc.evaluation.effect_size import claim_improvement
    from faultloc.io.root_causes.unsafe_store import load_unsafe_set
    from faultloc.io.stores.artifacts import load_array, save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.io.stores.tables import save_table
    from faultloc.methods.hudd.bagging import MODES, entropies
    from faultloc.methods.hudd.retraining_sets import ImprovementImages, join_sets, plan_runs, steps_of_all
    from faultloc.probes.predictions import softmax
    from faultloc.report.shared.progress import item_bar
    from faultloc.retraining.runs import retrain_runs
    from faultloc.retraining.trained_copy import HeldOut
    from faultloc.settings_check import check_number
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.recipe import TrainingRecipe
    from stages.shared.torch_runtime import start_torch

    device, settings = start_torch(params.runtime), params.hudd.retrain
    check_number("hudd.retrain.runs", settings.runs, at_least=1, whole=True)
    if unknown := [mode for mode in settings.modes if mode not in MODES]:
        raise ConfigError(f"hudd.retrain.modes has {unknown[0]!r}; expected some of: {', '.join(MODES)}")
    train, test = load_split(places.TRAIN_SET), load_split(places.TEST_SET)
    improvement, unsafe = load_split(places.DATASET / "improvement"), load_unsafe_set(places.UNSAFE_SET)
    logits = load_array(places.PREDICTIONS / "improvement" / "logits.npy")
    images = ImprovementImages(
        unsafe, entropies(softmax(logits)), logits.argmax(1) != improvement.labels, improvement.sample_ids
    )
    network = load_subject(places.SUBJECT).network.to(device)
    pool = join_sets(
        as_tensor(train.inputs, device), train.labels, as_tensor(improvement.inputs, device), improvement.labels
    )
    recipe = TrainingRecipe(
        "SGD",
        settings.epochs,
        settings.batch_size,
        {"lr": settings.learning_rate, "momentum": settings.momentum, "weight_decay": settings.weight_decay},
    )
    plans = list(plan_runs(pool, images, list(settings.modes), runs=settings.runs, seed=params.seed))
    held_out = HeldOut(as_tensor(test.inputs, device), test.labels)
    done = retrain_runs(
        network,
        item_bar("hudd_retrain", "model")(plans),
        recipe,
        held_out,
        steps=steps_of_all(pool, unsafe, recipe),
        batch_size=params.runtime.batch_size,
    )
    runs = pd.DataFrame([{"mode": run.name, "run": run.run, "accuracy": run.measure} for run in done])
    save_table(places.HUDD_RETRAIN / "runs.csv", runs)
    before = float((load_array(places.PREDICTIONS / "test" / "logits.npy").argmax(1) == test.labels).mean())
    by_mode = {str(mode): rows["accuracy"].to_numpy() for mode, rows in runs.groupby("mode", sort=False)}
    means = {mode: round(float(np.mean(values)), 6) for mode, values in by_mode.items()}
    claims = {
        mode: claim_improvement(mode, values, {name: by_mode[name] for name in ("bl1", "bl2") if name in by_mode})
        for mode, values in by_mode.items()
        if mode not in ("bl1", "bl2") and {"bl1", "bl2"} & set(by_mode)
    }
    said = {mode: claim.sentence for mode, claim in claims.items()}
    save_json(places.HUDD_RETRAIN / "metrics.json", {"before": round(before, 6), "accuracy": means, "claims": said})
    return f"test accuracy {before:.4f}; " + ", ".join(f"{mode} {mean:.4f}" for mode, mean in means.items())


if __name__ == "__main__":
    main()
