"""The result for people: one HTML page, its figures, and a table for the terminal."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("report")
def main(params: DictConfig) -> str:
    from faultloc.fault_estimate import FaultEstimate
    from faultloc.io.stores.artifacts import load_json
    from faultloc.io.stores.dataset_store import load_split, load_texts, load_vocabulary
    from faultloc.io.stores.tables import load_table
    from faultloc.io.stores.truth_store import load_truth
    from faultloc.report.dfaulo.content import ReportContent, Training, count_faults_found
    from faultloc.report.dfaulo.suspects import most_suspicious
    from faultloc.report.dfaulo.writing import write_report
    from faultloc.subject.task import task_of

    folder, online = places.DATASET, places.DFAULO / "online.csv"
    summary = places.DFAULO / "summary.json"  # of the default scorer
    dataset = load_split(places.TRAIN_SET)
    truth = load_truth(places.TRUTH)
    ranking = load_table(places.RANKING)
    reached = load_json(places.TRAIN_RESULTS / "metrics.json")
    loss_name = task_of(dataset.given).loss_name  # what people call the baseline of that name
    metrics = load_json(places.EVALUATION / "metrics.json")
    suspects = most_suspicious(
        dataset,
        ranking,
        truth,
        count=params.report.samples,
        texts=load_texts(folder),
        vocabulary=load_vocabulary(folder),
    )
    content = ReportContent(
        sample_count=len(dataset),
        class_names=dataset.class_names,
        suspects=suspects,
        faults=None if truth is None else count_faults_found(ranking, truth, params.report.headline),
        reviewed=int((load_table(online)["round"] > 0).sum()) if online.exists() else 0,
        metrics={loss_name if name == "loss" else name: values for name, values in metrics.items()},
        curves=load_table(places.EVALUATION / "curves.csv").rename(columns={"loss": loss_name}),
        training=Training(
            reached.get("train_accuracy"),
            reached.get("test_accuracy"),
            load_table(places.TRAIN_RESULTS / "curve.csv"),
            reached.get("train_mean_squared_error"),
            reached.get("test_mean_squared_error"),
        ),
        estimate=FaultEstimate.from_summary(load_json(summary)) if summary.exists() else None,
    )
    write_report(places.REPORT, content)
    return f"{len(suspects)} samples shown, open results/report/index.html"


if __name__ == "__main__":
    main()
