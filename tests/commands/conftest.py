"""A small data set in each of its forms, and the folder of results that an examination of it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from faultloc.io.datasets import read_image_folder
from faultloc.io.evidence_store import save_evidence
from faultloc.io.results_store import save_result_tables
from faultloc.io.stores.contents_store import content_of_file, save_contents
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

CLASSES = ("cat", "dog", "owl")
PER_CLASS = 6


@dataclass(frozen=True)
class Examined:
    """The original data and the folder of results about them."""

    root: Path
    results: Path


def write_images(root: Path) -> Path:
    """Six images of each class to examine, two to test on, all of different content; ``owl`` is the brightest."""
    number = 0
    for split, count in (("train", PER_CLASS), ("test", 2)):
        for label, name in enumerate(CLASSES):
            (root / split / name).mkdir(parents=True)
            for index in range(count):
                number += 1
                Image.new("L", (16, 16), 80 * label + number).save(root / split / name / f"{index}.png")
    return root


def write_results(folder: Path, splits: DatasetSplits, run: dict[str, object]) -> Path:
    """Results in which the first sample is a sure wrong label, the second a foreign input; the rest is sound."""
    train = splits.train
    count, classes = len(train), len(train.class_names)
    save_dataset(folder / "dataset", splits)
    flat = np.full((count, classes), 1 / classes, np.float32)
    evidence = DefaultEvidence(
        labels=train.labels, seen=flat, unseen=flat, energy=np.zeros(count, np.float32),
        model_energy=np.zeros(count, np.float32), neighbours=flat, alignment=np.zeros((3, count), np.float32),
        nearest=np.zeros((count, 1), np.int64), nearest_distance=np.ones(count, np.float32),
    )  # fmt: skip
    save_evidence(folder / "evidence", evidence)
    ranking = pd.DataFrame(
        {
            "rank": np.arange(1, count + 1),
            "sample_id": train.sample_ids,
            "given_label": train.names_of(train.labels),
            "predicted_label": train.names_of(train.labels),
            "suspiciousness": [0.9, 0.8] + [0.01] * (count - 2),
            "kind": ["wrong label", "foreign input"] + [""] * (count - 2),
            "suggested_label": train.names_of((train.labels + 1) % classes),
        }
    )
    save_result_tables(folder, ranking, {"samples": count}, run)
    return folder


def keep_contents(results: Path, contents: dict[str, bytes]) -> None:
    """Keeps what the samples were, as an examination does."""
    save_contents(results / "dataset", list(contents), contents)


@pytest.fixture
def folder_data(tmp_path) -> Examined:
    root = write_images(tmp_path / "pets")
    run = {"dataset": {"form": "folder", "root": str(root), "image_set": "train"}, "seed": 0}
    splits = read_image_folder(root=str(root))
    results = write_results(tmp_path / "results", splits, run)
    keep_contents(results, {name: content_of_file(root / name) for name in splits.train.sample_ids.tolist()})
    return Examined(root, results)


@pytest.fixture
def examined_rows(tmp_path) -> Callable[..., Examined]:
    """Gives the results of an examination of rows of a file, of which there are nine with labels 0, 1, 2, 0, ..."""

    def make(form: str, root: Path, ids: list[str], *, with_test: bool = False) -> Examined:
        labels = np.arange(len(ids)) % 3
        inputs = np.arange(len(ids) * 4, dtype=np.float32).reshape(-1, 4)
        train = LabeledDataset(inputs, labels, np.array(ids), CLASSES)
        test = LabeledDataset(inputs + 0.5, labels, np.array([f"test/{name}" for name in ids]), CLASSES)
        run = {"dataset": {"form": form, "root": str(root)}}
        splits = DatasetSplits(train, test if with_test else None)
        return Examined(root, write_results(tmp_path / "results", splits, run))

    return make
