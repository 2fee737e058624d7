"""Wrong labels as people give them: of samples that are hard to tell, and for the class that they resemble.

A second reader, another network (images) or a regression on pairs and triples of letters (texts), learns the right
labels of four fifths and reads the last. How likely it holds each other class says whose label is wrong, and which one.
"""

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from benchmarks.quality.networks import architecture
from faultloc.faults.planted import PlantedFault
from faultloc.faults.samples.plant import FaultyDataset
from faultloc.peers.cross_validation import assign_folds, cross_validated_probabilities
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import numpy_generator, torch_generator

KIND = "likely_label"
_FOLDS = 5
_READER = "convnet"
_RECIPE = TrainingRecipe("Adam", 10, 64, {"lr": 1e-3})


def with_likely_labels(dataset: LabeledDataset, texts: tuple[str, ...], ratio: float, seed: int) -> FaultyDataset:
    """``ratio`` of all labels exchanged for one that a second reader holds for likely; same seed, same labels."""
    labels, rng = dataset.labels, numpy_generator(seed, "likely labels")
    likely = _read_texts(texts, labels) if texts else _read_images(dataset, seed)
    likely[np.arange(len(labels)), labels] = 0
    # What is told from all others without a doubt is mistaken as well, now and then.
    likely += 1e-6
    doubt = likely.sum(axis=1)
    chosen = rng.choice(len(labels), round(ratio * len(labels)), replace=False, p=doubt / doubt.sum())
    given, kinds = labels.copy(), np.full(len(labels), "", dtype="U16")
    for index in chosen:
        shares = np.where(np.arange(likely.shape[1]) == labels[index], 0, likely[index])
        given[index] = rng.choice(likely.shape[1], p=shares / shares.sum())
    kinds[chosen] = KIND
    truth = PlantedFault(KIND, dataset.sample_ids, kinds, labels)
    return FaultyDataset(LabeledDataset(dataset.inputs, given, dataset.sample_ids, dataset.class_names), texts, truth)


def _read_texts(texts: tuple[str, ...], labels: np.ndarray) -> np.ndarray:
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), min_df=3, sublinear_tf=True).fit_transform(texts)
    return cross_val_predict(LogisticRegression(C=10), letters, labels, cv=_FOLDS, method="predict_proba")


def _read_images(dataset: LabeledDataset, seed: int) -> np.ndarray:
    images = torch.from_numpy(np.ascontiguousarray(dataset.inputs))
    made = architecture(_READER, input_shape=images.shape[1:], num_classes=len(dataset.class_names), vocabulary_size=0)
    return cross_validated_probabilities(
        lambda fold: made.build(torch_generator(seed, "reader", str(fold))),
        images,
        dataset.labels,
        assign_folds(dataset.labels, _FOLDS, numpy_generator(seed, "reader's folds")),
        _RECIPE,
        [torch_generator(seed, "reading", str(fold)) for fold in range(_FOLDS)],
        batch_size=512,
    ).astype(np.float64)
