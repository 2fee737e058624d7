"""Two views of each sample in one table of likenesses, and which of its columns the loss takes for a row's partner."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_SURE, _HARDLY, _FEWEST = 0.95, 0.1, 4


def check_partners(terms: Sequence[LossTerm], embeddings: Sequence[Tensor]) -> Iterator[Symptom]:
    """A symptom where the targets name other columns than those in which the samples' other views stand.

    Views may be put one block after the other, or each beside its partner; the likenesses themselves tell which.
    """
    term = terms[0] if len(terms) == 1 else None
    if term is None or len(embeddings) != 2 or term.prediction is None or term.target is None:
        return
    first, second = (one.detach().float() for one in embeddings)
    count = 2 * len(first)
    if term.prediction.shape != (count, count) or term.target.shape != (count,) or len(first) < _FEWEST:
        return
    if term.target.is_floating_point():
        return
    rows = torch.arange(count, device=first.device)
    block, beside = torch.cat([first, second]), torch.stack([first, second], 1).flatten(0, 1)
    # Where each arrangement has the other view, and how the targets would name it in the other arrangement.
    arrangements = {
        "one block after the other": (block, (rows + count // 2) % count),
        "each beside its partner": (beside, rows ^ 1),
    }
    fits = {name: _fit(term.prediction.detach().float(), made) for name, (made, _) in arrangements.items()}
    stands = [name for name, fit in fits.items() if fit > _SURE]
    if len(stands) != 1:
        return
    share = float((term.target == arrangements[stands[0]][1]).float().mean())
    if share < _HARDLY:
        yield Symptom(
            "labels.wrong_partner", LABELS, share, 1,
            f"of the {count} rows of likenesses, in which views stand {stands[0]}, {share:.0%} have their own other "
            "view as the target: the loss draws different samples together, and pushes views of one apart",
        )  # fmt: skip


def _fit(said: Tensor, rows: Tensor) -> float:
    """How far a table of scores goes with the likenesses of ``rows``, up to a factor and what each row adds."""
    unit = F.normalize(rows, dim=1)
    known = said.isfinite() & ~torch.eye(len(said), dtype=torch.bool, device=said.device)
    if not bool(known.any(1).all()):
        return 0.0
    fits = []
    for likeness in (unit @ unit.T, rows @ rows.T):
        ours, theirs = (_centred(one, known) for one in (said, likeness))
        scale = float(ours.norm() * theirs.norm())
        fits.append(float((ours * theirs).sum()) / scale if scale > 0 else 0.0)
    return max(fits)


def _centred(table: Tensor, known: Tensor) -> Tensor:
    inside = table.masked_fill(~known, 0)
    return (inside - inside.sum(1, keepdim=True) / known.sum(1, keepdim=True)).masked_fill(~known, 0)
