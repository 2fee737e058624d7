"""What `faultloc dfaulo` does, step by step; a step whose inputs have not changed is taken up from the last run."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from faultloc import __version__
from faultloc.errors import DataError
from faultloc.io.artifacts import load_json
from faultloc.io.dataset_store import load_test, load_texts, load_train, load_vocabulary
from faultloc.io.datasets.check import check_labels
from faultloc.io.samples import ClassOrder, SampleForm, SampleListing, order_classes, store_samples
from faultloc.io.scratch import scratch_arrays
from faultloc.own.class_order_check import check_class_order
from faultloc.own.dfaulo.evidence_cache import Answers, EvidenceCache
from faultloc.own.dfaulo.found import DataFaults
from faultloc.own.dfaulo.ranking import ask_mutants, rank_by_default, rank_by_paper
from faultloc.own.dfaulo.results import save_found
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.own.model import ModelOptions, OwnModel, read_own_model
from faultloc.own.samples import FileOptions, example_input, list_own_samples, sample_form
from faultloc.probes.predictions import accuracy, predict_logits
from faultloc.report.dfaulo.summary_sentence import describe_findings
from faultloc.report.shared.progress import count_bar
from faultloc.runtime import choose_device, use_deterministic_kernels, worker_count
from faultloc.subject.architecture import check_outputs
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination, Execution

Say = Callable[[str], object]
_CLASSES_SHOWN = 12
_SKIPPED_SHOWN = 3


@dataclass(frozen=True)
class RunOptions:
    """How to examine: ``scorer`` is `default` or `paper`, whose mutants are trained for ``paper_epochs`` in batches of
    ``paper_batch_size``; ``top_ratio`` of the list is written as pictures."""

    scorer: str
    settings: LocateSettings
    paper_epochs: int
    paper_batch_size: int
    top_ratio: float


def run_dfaulo(files: FileOptions, given: ModelOptions, options: RunOptions, output: Path, say: Say) -> None:
    """Reads, examines, ranks, writes into ``output``, and says what was found."""
    device = choose_device(given.device, "--device")
    torch.set_num_threads(1)  # the cores train mutants side by side, and one thread gives the same bits everywhere
    use_deterministic_kernels(device, 1)
    output.mkdir(parents=True, exist_ok=True)
    (output / ".writable").touch()  # a folder that cannot be written is found out before the work, not after it
    (output / ".writable").unlink()
    listing, test = list_own_samples(files)
    say(f"Data: {_described(files, listing)}")
    form = sample_form(files)
    example = torch.from_numpy(example_input(listing, form)[None])
    model = read_own_model(
        given,
        num_classes=len(listing.class_names),
        input_shape=tuple(example.shape[1:]),
        vocabulary_size=len(form.vocabulary),
    )
    say(f"Model: {given.model}, {model.loaded.form}")
    outputs = check_outputs(model.network, example, 1)
    order = order_classes(listing, outputs)
    say(f"Classes, by {order.origin}: {_classes(order)}")
    dataset, digest = _stored(output, listing, test, order, form, say)
    check_labels(dataset)
    found, answers = _examined(dataset, digest, model, options, output, device, say)
    run = _record(files, given, model, options, digest)
    about = {
        "Data": _described(files, listing),
        "Model": f"{given.model}, {model.loaded.form}",
        "Classes": f"{_classes(order)} (by {order.origin})",
        "Seed": str(options.settings.seed),
    }
    save_found(
        output,
        found,
        top_ratio=options.top_ratio,
        run=run,
        about=about,
        accuracies=(answers.agreement, answers.test_accuracy),
        is_stored=True,
    )
    say(describe_findings(found.summary))
    say(f"Results: {output}/report.html to look at, ranking.csv for programs, located/ the pictures of the top")
    if found.evidence is not None:
        say(f"Next:    faultloc review {output}")


def _stored(
    output: Path, listing: SampleListing, test: SampleListing | None, order: ClassOrder, form: SampleForm, say: Say
) -> tuple[LabeledDataset, str]:
    folder = output / "dataset"
    before = load_json(folder / "digest.json")["digest"] if (folder / "digest.json").exists() else None
    samples = len(listing) + (0 if test is None else len(test))
    with count_bar("reading", samples, 0) as read, count_bar("decoding", samples, 1) as decoded:
        digest = store_samples(
            folder,
            listing,
            order,
            form,
            test=test,
            on_read=read,
            on_decoded=decoded,
            on_change=lambda: _refuse_to_mix(output),
        )
    if digest == before:
        say("The data are as in the last run: nothing is decoded again.")
    skipped = load_json(folder / "skipped.json")["skipped"]
    if skipped:
        names = ", ".join(entry["sample_id"] for entry in skipped[:_SKIPPED_SHOWN])
        say(
            f"{len(skipped)} files are skipped ({names}{', ...' if len(skipped) > _SKIPPED_SHOWN else ''}): see "
            f"{folder}/skipped.json"
        )
    return load_train(folder), digest


def _refuse_to_mix(output: Path) -> None:
    if (output / "verdicts.sqlite").exists():
        raise DataError(
            f"{output} holds verdicts on other data, or on these before they changed; expected a folder for these "
            "alone: give another --output"
        )


def _examined(
    dataset: LabeledDataset,
    digest: str,
    model: OwnModel,
    options: RunOptions,
    output: Path,
    device: torch.device,
    say: Say,
) -> tuple[DataFaults, Answers]:
    settings, folder = options.settings, output / "dataset"
    network = model.network.to(device)
    answers: list[Answers] = []

    def hear(logits: Float[np.ndarray, "sample class"]) -> None:
        agreement = accuracy(logits, dataset.labels)
        say(f"The model agrees with {agreement:.1%} of the labels as they are given.")
        warning = check_class_order(logits, dataset.labels, dataset.class_names)
        if warning:
            say(f"Warning: {warning}")
        test = load_test(folder)
        test_accuracy = None
        if test is not None:
            inputs = as_tensor(test.inputs, device)
            test_accuracy = accuracy(predict_logits(network, inputs, batch_size=settings.batch_size), test.labels)
        answers.append(Answers(agreement, test_accuracy, logits.argmax(axis=1)))

    texts, words = load_texts(folder), load_vocabulary(folder)
    scratch = scratch_arrays(output)
    execution = Execution(workers=worker_count(device), allocate=scratch, bar=count_bar)
    examination = Examination(
        network, dataset, settings.seed, device, settings.batch_size, settings.hook_layer, execution
    )
    if options.scorer == "paper":
        recipe, sentence = model.recipe(epochs=options.paper_epochs, batch_size=options.paper_batch_size)
        say(sentence)
        ranking, mutants = rank_by_paper(examination, recipe, settings, on_logits=hear)
        return DataFaults(ranking, {"samples": len(dataset)}, dataset, texts, words, mutants=mutants), answers[0]
    key = "/".join(
        (
            digest,
            model.digest,
            repr((settings.suffix, settings.neighbours, settings.hook_layer, settings.seed)),
            __version__,
        )
    )
    cache = EvidenceCache(output / "evidence", hashlib.sha256(key.encode()).hexdigest())
    kept = cache.load(dataset)
    if kept is not None:
        evidence, known = kept
        say("Model, data and mutants are as in the last run: no mutant is trained again.")
        ranking, summary = rank_by_default(dataset, evidence, known.predicted, settings, allocate=scratch)
        return DataFaults(ranking, summary, dataset, texts, words, evidence), known
    cache.clear()
    examined = ask_mutants(examination, settings, on_logits=hear)
    cache.save(examined.evidence, answers[0])
    say(f"Trained {examined.about}.")
    ranking, summary = rank_by_default(dataset, examined.evidence, examined.predicted, settings, allocate=scratch)
    return DataFaults(ranking, summary, dataset, texts, words, examined.evidence, examined.mutants), answers[0]


def _record(
    files: FileOptions, given: ModelOptions, model: OwnModel, options: RunOptions, digest: str
) -> dict[str, object]:
    settings = options.settings
    return {
        "dataset": {
            "form": "csv" if files.is_table else "folder",
            "root": str(files.dataset.resolve()),
            "image_set": files.image_set,
            "test_set": files.test_set,
            "input_column": files.input_column,
            "label_column": files.label_column,
            "digest": digest,
        },
        "model": {
            "model": str(Path(given.model).resolve()) if Path(given.model).exists() else given.model,
            "arch": given.arch,
            "weights": None if given.weights is None else str(given.weights.resolve()),
            "mean": None if given.mean is None else list(given.mean),
            "std": None if given.std is None else list(given.std),
            "digest": model.loaded.digest,
        },
        "scorer": asdict(settings.scorer) if options.scorer == "default" else options.scorer,
        "mutants": {**asdict(settings.suffix), "hook_layer": settings.hook_layer},
        "seed": settings.seed,
    }


def _described(files: FileOptions, listing: SampleListing) -> str:
    where = files.dataset if files.is_table else files.dataset / files.image_set
    return f"{where}, {len(listing):,} {listing.kind} in {len(listing.class_names)} classes"


def _classes(order: ClassOrder) -> str:
    shown = [f"{number}={name}" for number, name in enumerate(order.class_names[:_CLASSES_SHOWN])]
    more = len(order.class_names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
