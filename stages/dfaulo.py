"""How suspicious every sample is: the offline ranking, its ablations, and the ranking after rounds of verdicts."""

from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("dfaulo")
def main(params: DictConfig) -> str:
    import numpy as np
    import pandas as pd

    from faultloc.errors import ConfigError
    from faultloc.io.artifacts import load_array
    from faultloc.io.dataset_store import load_train
    from faultloc.io.subject_store import load_mutant, load_subject
    from faultloc.io.tables import save_table
    from faultloc.io.truth_store import load_truth
    from faultloc.localization import Localization
    from faultloc.methods.dfaulo.deletion import LAYERS
    from faultloc.methods.dfaulo.features import MutantEvidence
    from faultloc.methods.dfaulo.paper_online import rank_with_verdicts
    from faultloc.methods.dfaulo.paper_scorer import most_suspicious_first, score_ablations, score_offline
    from faultloc.methods.dfaulo.seed_set import draw_noise_input, make_seed_set
    from faultloc.probes.predictions import predict_logits, softmax
    from faultloc.subject.alignment import rows_of
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import numpy_generator
    from stages.torch_runtime import start_torch

    device, settings = start_torch(params.runtime), params.dfaulo
    if settings.scorer != "paper":
        raise ConfigError(f"dfaulo.scorer is {settings.scorer!r}; expected paper")
    train, subject = load_train(Path("data/dataset")), load_subject(Path("models/subject"))
    evidence = MutantEvidence(
        labels=train.labels,
        subject=load_array(Path("data/preloss/probabilities.npy"), mmap=True),
        mutants=load_array(Path("data/mutation/probabilities.npy"), mmap=True),
        deleted=load_array(Path("data/mutation/deleted.npy")),
    )
    noise = as_tensor(draw_noise_input(train.inputs, numpy_generator(params.seed, "dfaulo", "noise")), device)
    networks = [subject.network, *(load_mutant(Path("models/mutants"), layer, subject) for layer in LAYERS)]
    opinions = [softmax(predict_logits(network.to(device), noise, batch_size=1)) for network in networks]
    presumed_clean = numpy_generator(params.seed, "dfaulo", "presumed clean")
    seed_set = make_seed_set(evidence, np.concatenate(opinions), settings.presumed_clean_per_class, presumed_clean)
    regularisation = settings.inverse_regularisation

    offline = score_offline(evidence, seed_set, inverse_regularisation=regularisation)
    labels = {
        "given_label": train.names_of(train.labels),
        "predicted_label": train.names_of(evidence.subject.argmax(axis=1)),
    }
    order = most_suspicious_first(offline, numpy_generator(params.seed, "dfaulo", "ties"))
    ranking = Localization("sample", train.sample_ids, offline, labels).ranked(order)
    save_table(Path("results/dfaulo/ranking.csv"), ranking)
    ablations = score_ablations(evidence, seed_set, inverse_regularisation=regularisation)
    save_table(Path("results/dfaulo/ablations.csv"), pd.DataFrame({"sample_id": train.sample_ids, **ablations}))

    truth = load_truth(Path("data/truth"))
    if truth is None:
        return f"{len(train)} samples ranked; no ground truth, so nobody to play the reviewer"
    is_fault = truth.is_fault[rows_of(train.sample_ids, truth.sample_ids, "the ground truth")]
    online = rank_with_verdicts(
        evidence,
        offline,
        seed_set,
        review=lambda judged: is_fault[judged],
        rounds=settings.online.rounds,
        per_round=settings.online.per_round,
        inverse_regularisation=regularisation,
        generator=numpy_generator(params.seed, "dfaulo", "online ties"),
    )
    table = Localization("sample", train.sample_ids, online.suspiciousness, labels).ranked(online.order)
    verdicts = np.where(online.round_of == 0, "", np.where(online.verdicts, "faulty", "fine"))
    save_table(
        Path("results/dfaulo/online.csv"),
        table.assign(round=online.round_of[online.order], verdict=verdicts[online.order]),
    )
    reviewed, found = int((online.round_of > 0).sum()), int(online.verdicts.sum())
    return f"{len(train)} samples ranked; {reviewed} verdicts in {settings.online.rounds} rounds found {found} faults"


if __name__ == "__main__":
    main()
