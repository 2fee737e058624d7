"""What `faultloc dfaulo` does, step by step; a step whose inputs have not changed is taken up from the last run."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from faultloc import __version__
from faultloc.io.evidence_store import save_margins
from faultloc.io.stores.result_folder import claim_folder
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.own.brought import Brought, bring
from faultloc.own.class_order_check import settle_class_order
from faultloc.own.dfaulo.evidence_cache import Answers, EvidenceCache
from faultloc.own.dfaulo.found import DataFaults
from faultloc.own.dfaulo.options import RunOptions
from faultloc.own.dfaulo.ranking import ask_mutants, rank_by_default, rank_by_paper
from faultloc.own.dfaulo.results import COMMAND, WRITTEN, save_found
from faultloc.own.layer_names import layer_of
from faultloc.own.model import OwnModel
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.output_place import require_apart
from faultloc.own.stored_samples import Say
from faultloc.own.training_record.given import record_at_hand
from faultloc.probes.predictions import accuracy, predict
from faultloc.report.dfaulo.summary_sentence import describe_summary
from faultloc.report.shared.progress import count_bar
from faultloc.runtime import worker_count
from faultloc.subject.examination import Examination, Execution
from faultloc.subject.recipe import TrainingRecipe

# What gathers the evidence, in words: where it gathers something else than in the last run, nothing is taken up.
_GATHERING = "mutants and inputs alone"


def run_dfaulo(data: DataOptions, given: ModelOptions, options: RunOptions, output: Path, say: Say) -> None:
    """Reads, examines, ranks, writes into ``output``, and says what was found."""
    require_apart(data, output)
    claim_folder(output, COMMAND, WRITTEN)
    brought = bring(data, given, output, say)
    found, answers = _examined(brought, options, output, say)
    save_found(
        output,
        found,
        top_ratio=options.top_ratio,
        run={**brought.record, **_record(options)},
        about={**brought.about, "Seed": str(options.settings.seed)},
        accuracies=(answers.agreement, answers.test_accuracy),
        is_stored=True,
    )
    say(describe_summary(found.summary))
    pictures = ", located/ the pictures of the top" if (output / "located").exists() else ""
    say(f"Results: {output}/report.html to look at, ranking.csv for programs{pictures}")
    if found.evidence is not None:
        say(f"Next:    faultloc review {output}")


def _examined(brought: Brought, options: RunOptions, output: Path, say: Say) -> tuple[DataFaults, Answers]:
    settings, splits, device = options.settings, brought.splits, brought.device
    dataset = splits.train
    answers: list[Answers] = []
    margins = None
    if options.training_record is not None:
        # Before anything that takes long.
        margins = record_at_hand(options.training_record, dataset.labels).mean_margins

    def hear(logits: Float[np.ndarray, "sample class"]) -> None:
        agreement = accuracy(logits, dataset.labels)
        say(f"The model agrees with {agreement:.1%} of the labels as they are given.")
        settle_class_order(logits, dataset.labels, dataset.class_names, output, say, trusted=brought.trusts_classes)
        on_test = None
        if splits.test is not None:
            on_test = predict(brought.network, splits.test, device, batch_size=settings.batch_size).measure
        answers.append(Answers(agreement, on_test, logits.argmax(axis=1)))

    scratch = scratch_arrays(output)
    examination = Examination(
        brought.network,
        dataset,
        settings.seed,
        device,
        settings.batch_size,
        None if settings.hook_layer is None else layer_of(brought.network, settings.hook_layer),
        Execution(workers=worker_count(device), allocate=scratch, bar=count_bar),
    )
    texts, words = splits.texts, splits.vocabulary
    if options.scorer == "paper":
        recipe = brought.model.recipe(epochs=options.paper_epochs, batch_size=options.paper_batch_size)
        say(_trained_by(brought.model, recipe))
        ranking, mutants = rank_by_paper(examination, recipe, settings, on_logits=hear)
        return DataFaults(ranking, {"samples": len(dataset)}, dataset, texts, words, mutants=mutants), answers[0]
    key = "/".join(
        (
            brought.digest,
            brought.model.digest,
            repr((settings.suffix, settings.neighbours, settings.hook_layer, settings.seed)),
            __version__,
            _GATHERING,
        )
    )
    cache = EvidenceCache(output / "evidence", hashlib.sha256(key.encode()).hexdigest())
    kept = cache.load(dataset)
    if kept is not None:
        evidence, known = kept
        # The mutants do not depend on what was recorded, and the folder says what this run knew.
        evidence = replace(evidence, margins=margins)
        save_margins(output / "evidence", evidence)
        say("Model, data and mutants are as in the last run: no mutant is trained again.")
        ranking, summary = rank_by_default(dataset, evidence, known.predicted, settings, allocate=scratch)
        return DataFaults(ranking, summary, dataset, texts, words, evidence), known
    cache.clear()
    examined = ask_mutants(examination, settings, on_logits=hear)
    evidence = replace(examined.evidence, margins=margins)
    cache.save(evidence, answers[0])
    say(f"Trained {examined.about}.")
    ranking, summary = rank_by_default(dataset, evidence, examined.predicted, settings, allocate=scratch)
    return DataFaults(ranking, summary, dataset, texts, words, evidence, examined.mutants), answers[0]


def _trained_by(model: OwnModel, recipe: TrainingRecipe) -> str:
    if not model.names_optimizer:
        return "The model's file names no optimizer: the mutants are trained by Adam at a learning rate of .001."
    rate = recipe.optimizer_options.get("lr")
    schedule = f", {recipe.scheduler}" if recipe.scheduler else ""
    return f"The mutants are trained as the model was: {recipe.optimizer}, lr {rate}{schedule}."


def _record(options: RunOptions) -> dict[str, object]:
    settings = options.settings
    return {
        "scorer": asdict(settings.scorer) if options.scorer == "default" else options.scorer,
        "mutants": {**asdict(settings.suffix), "hook_layer": settings.hook_layer},
        "seed": settings.seed,
        "training_record": None if options.training_record is None else str(options.training_record),
    }
