"""Attention that is hidden from the samples' own steps and shown their padding, and attention that knows no order."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import with_columns
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.rerun import LayerRecord, plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.sequence_axis import as_written

_FEWEST_STEPS, _FEWEST_HIDDEN, _SAME = 4, 4, 1e-3


def check_attention(model: nn.Module, call: ForwardCall) -> tuple[list[Symptom], list[Symptom]]:
    """A mask that is the wrong way round, and as a doubt an answer that is the same whatever the order of the words.

    Of models with attention of torch that are given words; three calls.
    """
    module = plain_module(call.module)
    words = next((one.detach() for one in tensors_in(list(call.given)) if _are_words(one)), None)
    if module is None or words is None or not any(isinstance(one, nn.MultiheadAttention) for one in module.modules()):
        return [], []
    seen = run_again(model, module, call.given, with_layers=True)
    if seen is None:
        return [], []
    layers = [one for one in seen.records if isinstance(one.layer, nn.MultiheadAttention)]
    found = [symptom for one in layers for symptom in _inverted(model, one, words)][:1]
    if found or not layers:
        return found, []
    return [], list(_order_blind(model, module, call, words, layers[0]))


def _are_words(values: Tensor) -> bool:
    return values.dim() == 2 and not values.is_floating_point() and values.shape[1] >= _FEWEST_STEPS


def _inverted(model: nn.Module, record: LayerRecord, words: Tensor) -> Iterator[Symptom]:
    """All that is shown is one word, which stands nowhere in what is hidden."""
    mask = record.named.get("key_padding_mask")
    if not isinstance(mask, Tensor) or mask.shape != words.shape:
        return
    is_hidden = mask if mask.dtype == torch.bool else mask == float("-inf")
    shown, hidden = words[~is_hidden].unique(), words[is_hidden].unique()
    if len(shown) != 1 or len(hidden) < 2 or int(is_hidden.sum()) < _FEWEST_HIDDEN or bool((hidden == shown).any()):
        return
    kind, place = as_written(model, record.name, record.layer)
    yield Symptom(
        "model.mask_inverted", place, int(shown[0]), 0,
        f"the mask hides all words of the samples from {kind} but number {int(shown[0])}, which is their padding: it "
        "is the wrong way round",
    )  # fmt: skip


def _order_blind(
    model: nn.Module, module: nn.Module, call: ForwardCall, words: Tensor, record: LayerRecord
) -> Iterator[Symptom]:
    """The answers for the words in their order, and in another that begins and ends with the same word."""
    steps = words.shape[1]
    order = [0, *range(2, steps - 1), 1, steps - 1]
    before, after = run_again(model, module, call.given), run_again(model, module, with_columns(call.given, order))
    if before is None or after is None or torch.equal(words, words[:, order]):
        return
    pairs = [
        (one.float(), other.float())
        for one, other in zip(before.outputs, after.outputs, strict=False)
        if one.shape == other.shape and one.is_floating_point() and steps not in one.shape[1:]
    ]
    if not pairs or len(pairs) < len(before.outputs):
        return
    if all(float((one - other).abs().max()) <= _SAME * float(one.std()) for one, other in pairs):
        kind, place = as_written(model, record.name, record.layer)
        yield Symptom(
            "model.order_blind", place, 0, _SAME,
            f"the model says the same whatever the order of the words: attention ({kind}) knows none by itself, and "
            "no positions are given to it",
        )  # fmt: skip
