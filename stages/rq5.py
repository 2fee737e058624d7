"""RQ5 of coverage: what each criterion costs, in batches and one sample at a time."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("rq5")
def main(params: DictConfig) -> str:
    from functools import partial

    from faultloc.methods.idc.questions.overhead import measure_forward, measure_overhead
    from faultloc.methods.idc.questions.printed import print_overhead
    from faultloc.methods.idc.questions.tables import as_table
    from faultloc.report.shared.progress import item_bar
    from stages.shared.question_files import save_answer
    from stages.shared.questioned import open_questioned

    subject, questions = open_questioned(params), params.idc_questions
    units = subject.units(questions.units) if "idc" in questions.criteria.names else []
    train = subject.drawn(subject.train, questions.overhead.build_samples, "build")
    test = subject.drawn(subject.test, questions.overhead.samples, "overhead")
    rows = [measure_forward(subject.network, test, batch_size=subject.batch_size)]
    for name in item_bar("rq5", "criterion")(questions.criteria.names):
        make = partial(subject.new_criterion, questions.criteria, name, units)
        rows.append(measure_overhead(make, train, test, batch_size=subject.batch_size))
    save_answer(places.RQ5, {"overhead": as_table(rows)}, print_overhead(rows), {})
    forward, *others = rows
    slowest = min(others, key=lambda row: row.samples_per_second)
    return (
        f"in batches the network takes {forward.samples_per_second:.0f} samples/s, with the slowest criterion, "
        f"{slowest.criterion}, {slowest.samples_per_second:.0f}"
    )


if __name__ == "__main__":
    main()
