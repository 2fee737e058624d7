"""RQ2 of coverage: whether it grows more by noise on what matters in an input than by noise elsewhere."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("rq2")
def main(params: DictConfig) -> str:
    from faultloc.methods.idc.questions.diversity import measure_diversity, orders_of
    from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
    from faultloc.methods.idc.questions.perturbation import important_elements, noise_scale
    from faultloc.methods.idc.questions.printed import print_diversity
    from faultloc.methods.idc.questions.selections import selections
    from faultloc.methods.idc.questions.tables import as_table
    from faultloc.methods.idc.selection import select_units
    from faultloc.subject.seeding import numpy_generator
    from stages.shared.entry import as_dict
    from stages.shared.question_files import save_answer
    from stages.shared.questioned import open_questioned

    subject, chosen, settings = open_questioned(params), params.idc_questions.units, params.idc_questions.diversity
    importance = subject.importance(chosen.attributions[0], chosen.samples)
    criteria = {}
    for layer, count in selections(importance, settings.counts, settings.counts):
        units, own = select_units(importance, count, layer=layer), {"idc": as_dict(settings.clusters)}
        named = f"{count} units of {layer or 'all layers'}"
        criteria[named] = make_criteria(subject.network, ["idc"], units, own)["idc"]
    build_criteria(criteria, subject.train, batch_size=subject.batch_size)
    important = important_elements(subject.network, subject.test, share=settings.share, batch_size=subject.batch_size)
    rows = list(
        measure_diversity(
            criteria,
            subject.test,
            important,
            settings.std * noise_scale(subject.network, subject.train),
            repetitions=settings.repetitions,
            batch_size=subject.batch_size,
            rng=numpy_generator(params.seed, "rq2"),
        )
    )
    orders = orders_of(rows)
    claimed = sum(order.gain.is_above_zero for order in orders)
    reversed_ = sum(order.gain.is_below_zero for order in orders)
    metrics = {"selections": len(orders), "claimed": claimed, "reversed": reversed_}
    save_answer(
        places.RQ2, {"repetitions": as_table(rows), "orders": as_table(orders)}, print_diversity(orders), metrics
    )
    return (
        f"U_IO > U_RO may be claimed for {claimed} of {len(orders)} selections, the reverse for {reversed_}, nothing "
        f"for the others, whose intervals hold 0; {orders[0].sentence}"
    )


if __name__ == "__main__":
    main()
