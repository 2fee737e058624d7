"""Inputs that are no pictures, in words."""

from collections.abc import Sequence

from faultloc.report.shared.pictures import describe_input
from faultloc.subject.dataset import LabeledDataset


def spell_input(dataset: LabeledDataset, row: int, texts: Sequence[str], vocabulary: Sequence[str]) -> str:
    """An input that is no picture, in words: its text as it was read, its tokens, or a line about its numbers."""
    if len(texts):
        return texts[row]
    if dataset.input_kind == "tokens":
        tokens = [int(token) for token in dataset.inputs[row].ravel() if token]
        return " ".join(vocabulary[token] if token < len(vocabulary) else f"#{token}" for token in tokens)
    return describe_input(dataset.inputs[row])
