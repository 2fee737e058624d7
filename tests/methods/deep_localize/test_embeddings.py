"""Losses that compare embeddings: their scores, their sign, their pairs, and embeddings that become one point."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.hooks.gradients import gradient_norms
from faultloc.methods.deep_localize.hooks.loss_graph import loss_nodes
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.margin_labels import check_margin_labels
from faultloc.methods.deep_localize.rules.similarity_scores import check_similarity_scores
from tests.methods.deep_localize.loops import blobs
from tests.methods.deep_localize.sentences import assert_readable

COUNT = 24


def embeddings(seed: int = 0) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    return nn.Linear(6, 8)(torch.randn(COUNT, 6)), nn.Linear(6, 8)(torch.randn(COUNT, 6))


def scores_said(make: object) -> list[str]:
    one, other = embeddings()
    loss = make(one, other)
    return [symptom.rule for symptom in check_similarity_scores(loss_nodes(loss, [one, other]))]


def cosines(one: Tensor, other: Tensor) -> Tensor:
    return F.normalize(one, dim=1) @ F.normalize(other, dim=1).T


DIAGONAL, LABELS = torch.arange(COUNT), torch.arange(COUNT) % 3
PARTNERS = torch.cat([DIAGONAL + COUNT, DIAGONAL])
HIDDEN = torch.eye(2 * COUNT, dtype=torch.bool)
SCORES = {
    "multiplied by the temperature": (
        lambda a, b: F.cross_entropy(cosines(a, b) * 0.07, DIAGONAL), "loss.narrow_scores"
    ),
    "both ways, multiplied": (
        lambda a, b: F.cross_entropy(0.1 * cosines(a, b), DIAGONAL) + F.cross_entropy(0.1 * cosines(b, a), DIAGONAL),
        "loss.narrow_scores",
    ),
    "views with themselves hidden, multiplied": (
        lambda a, b: F.cross_entropy(
            (cosines(*2 * [torch.cat([a, b])]) * 0.5).masked_fill(HIDDEN, -1e9), PARTNERS
        ),
        "loss.narrow_scores",
    ),
    "class labels for columns": (lambda a, b: F.cross_entropy(cosines(a, b) / 0.1, LABELS), "labels.not_diagonal"),
    "one column for all": (lambda a, b: F.cross_entropy(a @ b.T, 0 * LABELS), "labels.not_diagonal"),
    "not normalised": (lambda a, b: F.cross_entropy(9 * a @ b.T / 0.02, DIAGONAL), "loss.not_normalised"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCORES)
def test_scores_that_the_loss_cannot_do_anything_with_are_named(name):
    make, rule = SCORES[name]
    assert scores_said(make) == [rule]


WEIGHT = torch.randn(COUNT, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
SOUND = {
    "divided by the temperature": lambda a, b: F.cross_entropy(cosines(a, b) / 0.07, DIAGONAL),
    "a scale that is learned": lambda a, b: F.cross_entropy(
        cosines(a, b) * torch.full((), 0.1, requires_grad=True), DIAGONAL
    ),
    "views with themselves hidden": lambda a, b: F.cross_entropy(
        (cosines(*2 * [torch.cat([a, b])]) / 0.5).masked_fill(HIDDEN, -1e9), PARTNERS
    ),
    "cosines as they are": lambda a, b: F.cross_entropy(cosines(a, b), DIAGONAL),
    "products as they are": lambda a, b: F.cross_entropy(a @ b.T, DIAGONAL),
    "as many classes as samples": lambda a, b: F.cross_entropy(a @ WEIGHT.T, LABELS),
    "a queue of negatives": lambda a, b: F.cross_entropy(
        torch.cat([(a * b).sum(1, keepdim=True), a @ WEIGHT.detach().T], 1) / 0.2, 0 * LABELS
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_scores_that_may_be_meant_are_no_fault(name):
    assert scores_said(SOUND[name]) == []


ZERO_ONE = (torch.arange(COUNT) % 2).float()
SIGNED = 2 * ZERO_ONE - 1
MARGINS = {
    "hinge": lambda a, b, y: (1 - y * a[:, 0]).clamp(min=0).mean(),
    "hinge, with a ReLU": lambda a, b, y: F.relu(1 - a[:, 0] * y).mean(),
    "soft margin": lambda a, b, y: F.soft_margin_loss(a[:, 0], y),
    "ranking": lambda a, b, y: F.margin_ranking_loss(a[:, 0], b[:, 0], y, margin=0.5),
    "cosine embedding": lambda a, b, y: F.cosine_embedding_loss(a, b, y),
}  # fmt: skip


@pytest.mark.parametrize("name", MARGINS)
def test_labels_of_0_and_1_in_a_margin_loss_are_named_and_signed_ones_are_not(name):
    def said(labels: Tensor) -> list[str]:
        one, other = embeddings()
        loss = MARGINS[name](one, other, labels)
        return [symptom.rule for symptom in check_margin_labels(loss_nodes(loss, [one, other]))]

    assert said(ZERO_ONE) == ["labels.not_signed"]
    assert said(SIGNED) == []


MASKED = {
    "a mask behind the margin": lambda a: (F.relu(1 + a[:, 0]) * ZERO_ONE).mean(),
    "pairs written by hand": lambda a: (ZERO_ONE * a[:, 0] ** 2 + (1 - ZERO_ONE) * F.relu(1 - a[:, 0]) ** 2).mean(),
    "a mask with nothing added": lambda a: F.relu(a[:, 0] * ZERO_ONE).mean(),
    "binary cross-entropy": lambda a: F.binary_cross_entropy_with_logits(a[:, 0], ZERO_ONE),
}


@pytest.mark.parametrize("name", MASKED)
def test_zeros_and_ones_elsewhere_in_a_loss_are_no_labels_of_a_margin(name):
    one, _ = embeddings()
    assert not list(check_margin_labels(loss_nodes(MASKED[name](one), [one])))


def trained(step_loss: object, steps: int = 70) -> list:
    """What is said of an encoder whose loss is ``step_loss`` of it, inputs of three classes and their labels."""
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 4))
    inputs, labels = blobs()
    with TrainingMonitor(encoder, optimizer := torch.optim.Adam(encoder.parameters(), 0.01)) as monitor:
        monitor._on_finding = lambda finding: None
        for step in range(steps):
            rows = torch.arange(40 * step, 40 * step + 40) % len(inputs)
            optimizer.zero_grad()
            step_loss(encoder, inputs[rows], labels[rows]).backward()
            optimizer.step()
    for finding in monitor.findings:
        assert_readable(finding)
    return [(finding.rule, finding.severity) for finding in monitor.diagnosis().findings]


def views(encoder: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor]:
    return encoder(inputs + 0.3 * torch.randn_like(inputs)), encoder(inputs + 0.3 * torch.randn_like(inputs))


def triplets(inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    same = labels[:, None] == labels
    order = torch.rand(len(labels), len(labels))
    return inputs, inputs[(order * same).argmax(1)], inputs[(order * ~same).argmax(1)]


def triplet_loss(encoder: nn.Module, inputs: Tensor, labels: Tensor, order: tuple[int, int]) -> Tensor:
    anchor, *others = (encoder(one) for one in triplets(inputs, labels))
    return F.triplet_margin_loss(anchor, others[order[0]], others[order[1]])


def test_alike_and_different_that_are_exchanged_are_named_where_the_loss_does_not_fall():
    assert trained(lambda m, x, y: triplet_loss(m, x, y, (1, 0))) == [("labels.pairs_exchanged", "warning")]
    assert trained(lambda m, x, y: triplet_loss(m, x, y, (0, 1))) == []


def test_partners_that_are_pushed_apart_are_named_by_the_sign_of_the_loss():
    assert trained(lambda m, x, y: F.cosine_similarity(*views(m, x)).mean(), 6) == [("loss.pushes_alike", "error")]
    assert trained(lambda m, x, y: 1 - F.cosine_similarity(*views(m, x)).mean(), 6) == []


def against_adversaries(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    """Half the loss of the inputs, half that of inputs moved along the sign of their gradient (FGSM)."""
    moved = inputs.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(moved), labels), moved)
    adversaries = inputs + 0.1 * gradient.sign()
    return 0.5 * F.cross_entropy(model(inputs), labels) + 0.5 * F.cross_entropy(model(adversaries), labels)


def test_an_input_and_its_adversary_are_compared_with_labels_not_with_each_other():
    assert trained(against_adversaries, 10) == []


def spread_out(encoder: nn.Module, inputs: Tensor, _: Tensor) -> Tensor:
    one, other = views(encoder, inputs)
    return F.mse_loss(one, other) + F.relu(1 - one.std(0)).mean()


def test_embeddings_that_become_one_point_are_named_where_nothing_holds_them_apart():
    rules = [rule for rule, _ in trained(lambda m, x, y: F.mse_loss(*views(m, x)), 130)]
    assert "forward.collapsed" in rules
    assert trained(spread_out, 80) == []


@pytest.mark.parametrize("is_stopped", [True, False])
def test_cosines_without_a_stopped_side_end_in_one_direction_whatever_the_lengths(is_stopped):
    torch.manual_seed(0)
    inputs = torch.randn(256, 10)
    encoder = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))
    predictor = nn.Sequential(nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 16))

    class Siamese(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.predictor = encoder, predictor

        def forward(self, one: Tensor, other: Tensor) -> tuple[Tensor, ...]:
            codes = self.encoder(one), self.encoder(other)
            return (*(self.predictor(code) for code in codes), *codes)

    model = Siamese()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(200):
            one, other = (inputs + 0.3 * torch.randn_like(inputs) for _ in range(2))
            p, q, z, w = model(one, other)
            if is_stopped:
                z, w = z.detach(), w.detach()
            optimizer.zero_grad()
            (-F.cosine_similarity(p, w).mean() - F.cosine_similarity(q, z).mean()).backward()
            optimizer.step()
    found = [(one.rule, one.phase, one.place) for one in monitor.close().findings]
    assert found == ([] if is_stopped else [("forward.collapsed", "loss", "loss")])


def test_sparse_gradients_are_gradients():
    torch.manual_seed(0)
    words, seen, beside = nn.Embedding(20, 4, sparse=True), torch.arange(16) % 20, (torch.arange(16) * 7) % 20
    optimizer = torch.optim.Adagrad(words.parameters(), lr=0.05)
    with TrainingMonitor(words, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            optimizer.zero_grad()
            one, other = words(torch.stack([seen, beside]))
            F.softplus(-(one * other).sum(1)).mean().backward()
            optimizer.step()
    assert [finding.rule for finding in monitor.findings] == []
    assert min(sample.gradient_norm for sample in monitor.history.sampled) > 0


def test_a_word_that_comes_twice_has_the_norm_of_its_dense_gradient():
    torch.manual_seed(0)
    both = [nn.Embedding(5, 3, sparse=is_sparse) for is_sparse in (True, False)]
    both[1].load_state_dict(both[0].state_dict())
    for words in both:
        words(torch.tensor([1, 1, 3])).square().sum().backward()
    sparse, dense = (gradient_norms(dict(words.named_parameters()))["weight"] for words in both)
    assert sparse == pytest.approx(dense, rel=1e-6)
