"""Losses that compare what they should not: embeddings with themselves, outputs with outputs, raw ones with masks."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, network


def rules(loss_of: Callable[[nn.Module], Tensor], model: nn.Module | None = None, *, steps: int = 6) -> list[str]:
    model = model or network(outputs=8)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def views(model: nn.Module, *, hides_itself: bool) -> Tensor:
    """Two views of each sample against all of the batch, as in SimCLR."""
    inputs = blobs()[0][:16]
    both = [inputs + 0.1 * torch.randn_like(inputs) for _ in range(2)]
    z = F.normalize(torch.cat([model(one) for one in both]), dim=1)
    scores = z @ z.T / 0.2
    if hides_itself:
        scores = scores.masked_fill(torch.eye(32).bool(), -1e9)
    return F.cross_entropy(scores, torch.cat([torch.arange(16, 32), torch.arange(16)]))


@pytest.mark.parametrize("hides_itself", [True, False])
def test_an_embedding_that_stands_among_its_own_wrong_answers_is_named(hides_itself):
    found = rules(lambda model: views(model, hides_itself=hides_itself))
    assert found == ([] if hides_itself else ["loss.own_column"])


def test_embeddings_of_two_kinds_raise_no_alarm_with_all_columns():
    def towers(model: nn.Module) -> Tensor:
        inputs = blobs()[0][:16]
        one, other = (F.normalize(model(each), dim=1) for each in (inputs, inputs.flip(1)))
        return F.cross_entropy(one @ other.T / 0.2, torch.arange(16))

    assert not rules(towers)


def clipped(model: nn.Module, *, choose: Callable[[Tensor, Tensor], Tensor], sign: float, negated: bool) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    inputs, actions = blobs()[0][:24], torch.arange(24) % 8
    old = -2 + 0.3 * torch.randn(24, generator=generator)
    advantage = torch.randn(24, generator=generator) * (-1 if negated else 1)
    ratio = (torch.distributions.Categorical(logits=model(inputs)).log_prob(actions) - old).exp()
    return sign * choose(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()


@pytest.mark.parametrize(("choose", "sign"), [(torch.max, -1.0), (torch.min, 1.0)])
@pytest.mark.parametrize("negated", [False, True])
def test_a_clipped_objective_that_takes_the_better_value_is_named(choose, sign, negated):
    assert rules(lambda model: clipped(model, choose=choose, sign=sign, negated=negated)) == ["loss.policy_clip"]


@pytest.mark.parametrize(("choose", "sign"), [(torch.min, -1.0), (torch.max, 1.0)])
@pytest.mark.parametrize("negated", [False, True])
def test_a_clipped_objective_that_takes_the_worse_value_raises_no_alarm(choose, sign, negated):
    assert not rules(lambda model: clipped(model, choose=choose, sign=sign, negated=negated))


def dice(shown: Tensor) -> Tensor:
    mask = (torch.arange(shown.numel()) % 3 == 0).float().view_as(shown)
    return 1 - (2 * (shown * mask).sum() + 1) / (shown.sum() + mask.sum() + 1)


def test_an_overlap_of_raw_outputs_is_named_and_one_of_their_sigmoid_is_not():
    inputs = blobs()[0][:24]
    assert rules(lambda model: dice(model(inputs))) == ["loss.no_probability"]
    assert not rules(lambda model: dice(model(inputs).sigmoid()))
    assert not rules(lambda model: dice(model(inputs)), network(nn.Sigmoid(), outputs=8))


def test_a_loss_of_an_output_and_itself_is_named():
    inputs = blobs()[0][:24]

    def of_itself(model: nn.Module) -> Tensor:
        output = model(inputs)
        return F.mse_loss(output, output)

    assert rules(of_itself) == ["loss.nothing"]
    assert not rules(lambda model: F.mse_loss(model(inputs), inputs[:, :8]))


def test_a_loss_that_is_0_only_at_first_raises_no_alarm():
    inputs, weights = blobs()[0][:24], iter([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    assert not rules(lambda model: next(weights) * F.mse_loss(model(inputs), inputs[:, :8]))


def from_a_loader(*, anew: bool, batch: int = 20) -> list[str]:
    inputs, labels = blobs()
    loader = DataLoader(TensorDataset(inputs[:100], labels[:100]), batch_size=batch)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        batches = iter(loader)
        for _ in range(60):
            if anew:
                x, y = next(iter(loader))
            else:
                try:
                    x, y = next(batches)
                except StopIteration:
                    batches = iter(loader)
                    x, y = next(batches)
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_a_loader_of_which_only_the_first_batch_is_ever_taken_is_named():
    assert "input.same_batch" in from_a_loader(anew=True)
    assert "input.same_batch" not in from_a_loader(anew=False)


class Trainer:
    """A loop that takes its batches from a generator that it keeps."""

    def __init__(self, *, anew: bool) -> None:
        inputs, labels = blobs()
        loader = DataLoader(TensorDataset(inputs[:100], labels[:100]), batch_size=20)
        self.batches = self.first_ones(loader) if anew else self.all_of(loader)
        self.model = network()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)

    @staticmethod
    def first_ones(loader: DataLoader) -> Iterator[list[Tensor]]:
        while True:
            yield next(iter(loader))

    @staticmethod
    def all_of(loader: DataLoader) -> Iterator[list[Tensor]]:
        while True:
            yield from loader

    def train(self) -> list[str]:
        with TrainingMonitor(self.model, self.optimizer, on_finding=lambda finding: None) as monitor:
            for _ in range(60):
                x, y = next(self.batches)
                self.optimizer.zero_grad()
                F.cross_entropy(self.model(x), y).backward()
                self.optimizer.step()
        return [one.rule for one in monitor.findings]


def test_a_generator_that_gives_the_first_batch_for_ever_is_named():
    assert "input.same_batch" in Trainer(anew=True).train()
    assert "input.same_batch" not in Trainer(anew=False).train()


def test_a_loader_of_one_batch_raises_no_alarm():
    assert "input.same_batch" not in from_a_loader(anew=True, batch=100)
