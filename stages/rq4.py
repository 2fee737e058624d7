"""RQ4 of coverage: whether it goes with the evenness of what the network answers, or against it."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("rq4")
def main(params: DictConfig) -> str:
    from faultloc.methods.idc.questions.attacks import require_attacks
    from faultloc.methods.idc.questions.impartiality import correlations_of, measure_impartiality
    from faultloc.methods.idc.questions.printed import print_correlations
    from faultloc.methods.idc.questions.tables import as_table
    from faultloc.subject.seeding import numpy_generator, torch_generator
    from stages.shared.question_files import save_answer
    from stages.shared.questioned import open_questioned

    settings = params.idc_questions.impartiality
    if settings.attack is not None:
        require_attacks([settings.attack])
    subject = open_questioned(params)
    found = measure_impartiality(
        subject.network,
        subject.criteria(params.idc_questions.criteria, params.idc_questions.units),
        subject.test,
        classes=subject.classes,
        sizes=list(settings.sizes),
        biased=settings.biased,
        even=settings.even,
        attack=settings.attack,
        batch_size=subject.batch_size,
        rng=numpy_generator(params.seed, "rq4"),
        generator=torch_generator(params.seed, "rq4"),
    )
    correlations = correlations_of(
        found.rows, resamples=settings.resamples, rng=numpy_generator(params.seed, "rq4", "bootstrap")
    )
    tables = {"suites": as_table(found.rows), "correlations": as_table(correlations)}
    if found.attacks:
        tables["attacks"] = as_table(found.attacks)
    of_biased = [row for row in correlations if row.suites == "biased"]
    above = sum(row.found.is_shown and (row.found.pearson or 0) > 0 for row in of_biased)
    below = sum(row.found.is_shown and (row.found.pearson or 0) < 0 for row in of_biased)
    unknown = sum(row.found.pearson is None for row in of_biased)
    metrics = {"with": above, "against": below, "constant": unknown, "correlations": len(of_biased)}
    save_answer(places.RQ4, tables, print_correlations(correlations), metrics)
    fooled = f"; {found.obtained} of {found.requested} attacked images fool" if found.attacks else ""
    return (
        f"over biased suites coverage goes with evenness in {above} and against it in {below} of {len(of_biased)} "
        f"cases of a criterion and a size, is the same for all suites in {unknown}{fooled}"
    )


if __name__ == "__main__":
    main()
