"""Losses that are added up, of which one drowns the others, and probabilities that are divided by hand."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, network


def two_tasks(deviation: float, *, weight: float = 1.0) -> list[str]:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
    kind, price = nn.Linear(32, 3), nn.Linear(32, 1)
    inputs, labels = blobs()
    prices = deviation * inputs[:, 0]
    optimizer = torch.optim.Adam([*body.parameters(), *kind.parameters(), *price.parameters()], lr=1e-3)
    parts = {"body": body, "kind": kind, "price": price}
    with TrainingMonitor(parts, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(100):
            rows = slice(32 * step % 320, 32 * step % 320 + 32)
            hidden = body(inputs[rows])
            error = F.mse_loss(price(hidden).squeeze(1), prices[rows])
            optimizer.zero_grad()
            (F.cross_entropy(kind(hidden), labels[rows]) + weight * error).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_a_regression_of_unscaled_targets_that_drowns_a_classification_is_named():
    assert two_tasks(500.0) == ["target.scale"]


@pytest.mark.parametrize(("deviation", "weight"), [(1.0, 1.0), (500.0, 1e-6), (12.0, 0.01)])
def test_losses_of_like_size_and_weights_that_make_up_for_the_scale_raise_no_alarm(deviation, weight):
    assert not two_tasks(deviation, weight=weight)


def test_likenesses_to_centres_that_are_divided_by_their_sum_are_probabilities():
    """As in deep embedded clustering, whose targets are sharpened answers."""

    def assigned(embedded: Tensor, centres: Tensor) -> Tensor:
        near = 1 / (1 + torch.cdist(embedded, centres) ** 2)
        return near / near.sum(1, keepdim=True)

    encoder, (inputs, _) = network(outputs=4), blobs()
    centres = nn.Parameter(torch.randn(3, 4, generator=torch.Generator().manual_seed(0)))
    optimizer = torch.optim.SGD([*encoder.parameters(), centres], lr=0.01)
    with TrainingMonitor(encoder, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(6):
            answers = assigned(encoder(inputs[:64]), centres)
            targets = (answers**2 / answers.sum(0)).detach()
            targets = targets / targets.sum(1, keepdim=True)
            optimizer.zero_grad()
            F.kl_div(answers.log(), targets, reduction="batchmean").backward()
            optimizer.step()
    assert not monitor.findings
