"""Two models that take no training, to hold a network beside: a vote of neighbours and a ridge regression.

Both foretell a sample's target from those of the others, so that a matrix of weights is all of a model:
``votes @ targets`` are its answers, each to a sample that it was not shown.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

_NEIGHBOURS = 5
# Nearer than this share of the distance within which a twentieth of all lie: the same sample, with a little noise. In
# few columns, neighbours are as near by themselves.
_COPY, _PART, _FEWEST_COLUMNS = 0.3, 20, 8
# So many columns are points of pictures or of waves: where one hardly varies it is noise, and no measure of its own.
_MANY, _HARDLY = 48, 0.3


def without_copies(inputs: Tensor) -> tuple[Tensor, Tensor]:
    """The samples, all columns of like spread, and their numbers: of one that comes with a little noise, the first.

    ``inputs`` has shape (samples, columns). A column that is the same for all is left out.
    """
    spread = inputs.std(0)
    scaled = (inputs - inputs.mean(0))[:, spread > 0]
    spread = spread[spread > 0]
    scaled = scaled / (spread.clamp_min(_HARDLY * float(spread.mean())) if len(spread) >= _MANY else spread)
    if scaled.shape[1] < _FEWEST_COLUMNS:
        return scaled, torch.arange(len(scaled))
    distances = torch.cdist(scaled, scaled)
    usual = float(distances.kthvalue(2 + len(scaled) // _PART, dim=1).values.median())
    distances.fill_diagonal_(float("inf"))
    kept = (~(distances < _COPY * usual).tril().any(1)).nonzero().flatten()
    return scaled[kept], kept


def votes_of_neighbours(inputs: Tensor) -> Tensor:
    """The mean of the five nearest others; shape (samples, samples)."""
    distances = torch.cdist(inputs, inputs).fill_diagonal_(float("inf"))
    nearest = distances.topk(_NEIGHBOURS, largest=False).indices
    return torch.zeros_like(distances).scatter_(1, nearest, 1 / _NEIGHBOURS)


def votes_of_ridge(inputs: Tensor) -> Tensor:
    """What a ridge regression foretells that was fitted without the sample itself; shape (samples, samples)."""
    products = inputs @ inputs.T / max(1, inputs.shape[1])
    hat = torch.linalg.solve(products + torch.eye(len(inputs)), products)
    own = hat.diagonal().clone()
    return hat.fill_diagonal_(0) / (1 - own)[:, None]


def as_columns(targets: Tensor) -> Tensor:
    """Targets as numbers around 0: a column for each class, or the numbers themselves, shape (samples, columns)."""
    if targets.is_floating_point():
        columns = targets.reshape(len(targets), -1).float()
    else:
        columns = F.one_hot(targets.unique(return_inverse=True)[1]).float()
    return columns - columns.mean(0)


def as_ranks(columns: Tensor) -> Tensor:
    """The ranks of each column's numbers, around 0, so that no far one decides."""
    ranks = columns.argsort(0).argsort(0).float()
    return ranks - ranks.mean(0)


def mean_recall(said: Tensor, labels: Tensor) -> float:
    """The share of each class that is ``said`` rightly, averaged over the classes that occur: .5 for a coin."""
    right = (said == labels).float()
    return float(torch.stack([right[labels == one].mean() for one in labels.unique()]).mean())
