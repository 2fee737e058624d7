"""Samples out of sequences with a label at each position: what stands there, beside all that the sequence holds."""

import torch
from torch import Tensor

_ROWS, _CODES, _WIDEST = 64, 512, 128


def of_positions(inputs: Tensor, target: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor] | None:
    """Inputs and labels of one position in each of 64 sequences; None where labels are of another shape.

    One alone: labels of a sequence that is given another's may still go together.

    ``inputs``: codes, shape (sequences, steps), or numbers, shape (sequences, steps, columns). ``target``: a class for
    each step, in that order. ``weight``: how much each counts in the loss, None if alike; what counts nothing is left
    out. The inputs of a position are its own code or numbers and the counts, or the mean, of the whole sequence.
    """
    is_numbers = inputs.is_floating_point()
    if inputs.dim() != (3 if is_numbers else 2) or target.is_floating_point():
        return None
    sequences, steps = inputs.shape[:2]
    if steps < 2 or target.numel() != sequences * steps:
        return None
    labels = target.detach().reshape(sequences, steps)[:_ROWS].cpu()
    counts = torch.ones(labels.shape, dtype=torch.bool)
    if weight is not None and weight.numel() == target.numel():
        counts = (weight.detach().reshape(sequences, steps)[:_ROWS] > 0).cpu()
    rows = inputs.detach()[:_ROWS].cpu()
    # Another place in each sequence, of those that count.
    sequence = counts.any(1).nonzero().flatten()
    wanted = torch.arange(len(rows)) % counts.sum(1).clamp_min(1) + 1
    step = (counts & (counts.cumsum(1) == wanted[:, None])).int().argmax(1)[sequence]
    if is_numbers:
        flat = rows.float()[:, :, :_WIDEST]
        return torch.cat([flat[sequence, step], flat.mean(1)[sequence]], 1), labels[sequence, step]
    codes = rows.long() % _CODES
    all_codes = torch.zeros(len(rows), _CODES).scatter_add_(1, codes, torch.ones(codes.shape))
    own = torch.nn.functional.one_hot(codes[sequence, step], _CODES).float()
    return torch.cat([own, all_codes[sequence]], 1), labels[sequence, step]
