"""Fewer samples, to try things out."""

from dataclasses import replace

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError
from faultloc.subject.splits import DatasetSplits


def take_subset(
    splits: DatasetSplits,
    *,
    subset: int | None,
    test_subset: int | None,
    stratified: bool,
    rng: np.random.Generator,
) -> DatasetSplits:
    """The first ``subset`` training and the first ``test_subset`` test samples; None keeps all.

    ``stratified`` draws the training samples so that each class keeps its share, and keeps their order.

    Raises:
        ConfigError: fewer samples than were asked for, or none asked for.
    """
    train, texts, is_fault, causes = splits.train, splits.texts, splits.is_fault, dict(splits.causes)
    if subset is not None:
        _check_count("dataset.subset", subset, len(train), "training")
        chosen = _stratified_indices(train.labels, subset, rng) if stratified else np.arange(subset)
        train = train.select(chosen)
        texts = tuple(texts[index] for index in chosen) if texts else ()
        is_fault = None if is_fault is None else is_fault[chosen]
        if "train" in causes:
            causes["train"] = causes["train"][chosen]
    test = splits.test
    if test is not None and test_subset is not None:
        _check_count("dataset.test_subset", test_subset, len(test), "test")
        test = test.select(np.arange(test_subset))
        if "test" in causes:
            causes["test"] = causes["test"][:test_subset]
    return replace(splits, train=train, test=test, texts=texts, is_fault=is_fault, causes=causes)


def _check_count(key: str, count: int, available: int, which: str) -> None:
    if not isinstance(count, int) or not 0 < count <= available:
        raise ConfigError(f"{key}={count}: expected 1 to {available}, the number of {which} samples, or null for all")


def _stratified_indices(
    labels: Int[np.ndarray, "sample"], count: int, rng: np.random.Generator
) -> Int[np.ndarray, "chosen"]:
    exact = np.bincount(labels) * (count / len(labels))
    quotas = np.floor(exact).astype(int)
    largest_remainders = np.argsort(quotas - exact, kind="stable")[: count - quotas.sum()]
    quotas[largest_remainders] += 1
    drawn = [rng.choice(np.flatnonzero(labels == index), quota, replace=False) for index, quota in enumerate(quotas)]
    return np.sort(np.concatenate(drawn))
