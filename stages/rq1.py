"""RQ1 of coverage: the accuracy lost without the units that an attribution ranks first, beside drawn ones."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("rq1")
def main(params: DictConfig) -> str:
    from faultloc.methods.idc.questions.printed import print_pruning
    from faultloc.methods.idc.questions.pruning import measure_pruning
    from faultloc.methods.idc.questions.selections import selections
    from faultloc.methods.idc.questions.tables import as_table
    from faultloc.report.shared.progress import item_bar
    from faultloc.subject.seeding import numpy_generator
    from stages.shared.question_files import save_answer
    from stages.shared.questioned import open_questioned

    subject, chosen, settings = open_questioned(params), params.idc_questions.units, params.idc_questions.pruning
    rankings = {name: subject.importance(name, chosen.samples) for name in chosen.attributions}
    wanted = selections(next(iter(rankings.values())), settings.counts, settings.layer_counts)
    rows = measure_pruning(
        subject.network,
        subject.test,
        rankings,
        item_bar("rq1", "selection")(wanted),
        repetitions=settings.repetitions,
        batch_size=subject.batch_size,
        rng=numpy_generator(params.seed, "rq1"),
    )
    above = sum(row.is_above_matched for row in rows)
    metrics = {"drops": len(rows), "above_matched": above}
    save_answer(places.RQ1, {"pruning": as_table(rows)}, print_pruning(rows), metrics)
    first = rows[0]
    return (
        f"without the {first.count} units first by {first.ranking} accuracy falls by {100 * first.drop:.2f} points, "
        f"without random ones by {100 * first.random.mean:.2f}, of the same layers by {100 * first.matched.mean:.2f}; "
        f"{above} of {len(rows)} drops lie above those of the same layers"
    )


if __name__ == "__main__":
    main()
