"""RQ3 of coverage: whether it changes where a part of a suite is replaced by adversarial versions."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("rq3")
def main(params: DictConfig) -> str:
    from faultloc.methods.idc.questions.attacks import require_attacks
    from faultloc.methods.idc.questions.printed import print_sensitivity
    from faultloc.methods.idc.questions.sensitivity import measure_sensitivity, summary_of
    from faultloc.methods.idc.questions.tables import as_table
    from faultloc.subject.seeding import numpy_generator, torch_generator
    from stages.shared.question_files import save_answer
    from stages.shared.questioned import open_questioned

    settings = params.idc_questions.sensitivity
    require_attacks(list(settings.attacks))
    subject = open_questioned(params)
    found = measure_sensitivity(
        subject.network,
        subject.criteria(params.idc_questions.criteria, params.idc_questions.units),
        subject.test.answered_rightly(subject.network, batch_size=subject.batch_size),
        sizes=list(settings.sizes),
        shares=list(settings.shares),
        attacks=list(settings.attacks),
        repetitions=settings.repetitions,
        batch_size=subject.batch_size,
        rng=numpy_generator(params.seed, "rq3"),
        generator=torch_generator(params.seed, "rq3"),
    )
    tables = {"suites": found.rows, "summary": summary_of(found.rows), "attacks": found.attacks}
    save_answer(
        places.RQ3,
        {name: as_table(rows) for name, rows in tables.items()},
        print_sensitivity(found),
        found.success_rates,
    )
    rates = ", ".join(f"{name} {100 * rate:.1f} %" for name, rate in found.success_rates.items())
    nothing = "".join(f"; {name} fooled the network with no image" for name in found.fooling_nothing)
    return f"{len(found.rows)} suites; images that fool: {rates}{nothing}"


if __name__ == "__main__":
    main()
