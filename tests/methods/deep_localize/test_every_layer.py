"""The monitor follows models of every kind of layer, loss and optimizer that PyTorch has, and never gives up on one."""

import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs

ACTIVATIONS = [
    *(nn.ReLU, nn.ReLU6, nn.RReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.LeakyReLU, nn.PReLU),
    *(nn.Sigmoid, nn.Tanh, nn.LogSigmoid, nn.Softplus, nn.Softsign, nn.Tanhshrink, nn.Hardshrink, nn.Softshrink),
    *(nn.Hardtanh, nn.Hardsigmoid, nn.Hardswish, nn.Softmin, nn.Softmax2d, nn.AlphaDropout, nn.FeatureAlphaDropout),
    *(nn.GLU, nn.Identity, nn.Dropout, nn.Dropout1d, nn.Threshold, nn.Flatten, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm),
    *(nn.BatchNorm1d, nn.InstanceNorm1d, nn.LocalResponseNorm, nn.Bilinear, nn.MaxPool1d, nn.LPPool1d, nn.Conv1d),
    *(nn.ConvTranspose1d, nn.Upsample, nn.PixelShuffle, nn.Fold, nn.AdaptiveLogSoftmaxWithLoss, nn.EmbeddingBag),
]


def made(kind: type[nn.Module]) -> nn.Module | None:
    """A layer of the kind for 16 features, with what it has to be told; None where it takes no rows of numbers."""
    told = {
        nn.Threshold: (0.1, 0.0), nn.LayerNorm: (16,), nn.RMSNorm: (16,), nn.GroupNorm: (4, 16), nn.BatchNorm1d: (16,),
        nn.Softmin: (1,), nn.LocalResponseNorm: (2,), nn.MaxPool1d: (2,), nn.LPPool1d: (2, 2),
    }  # fmt: skip
    try:
        layer = kind(*told.get(kind, ()))
        layer(torch.randn(4, 16))
    except (TypeError, ValueError, RuntimeError):
        return None
    return layer


FOLLOWED = [kind for kind in ACTIVATIONS if made(kind) is not None]


def watched(model: nn.Module, loss_of, optimizer: optim.Optimizer, inputs: Tensor, targets: Tensor) -> list[str]:
    """What the monitor notes of a loop of fourteen steps and an evaluation."""
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    for step in range(14):

        def closure(rows=slice(20 * step, 20 * step + 20)) -> Tensor:
            optimizer.zero_grad()
            loss = loss_of(model(inputs[rows]), targets[rows])
            loss.backward()
            return loss

        if isinstance(optimizer, optim.LBFGS):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        model(inputs)
    diagnosis = monitor.close()
    assert diagnosis.steps == 14
    return [note for note in diagnosis.notes if "could not follow" in note]


@pytest.mark.parametrize("kind", FOLLOWED, ids=lambda kind: kind.__name__)
def test_a_model_with_any_layer_is_followed_to_the_end(kind):
    torch.manual_seed(0)
    layer = made(kind)
    width = layer(torch.randn(4, 16)).flatten(1).shape[1]
    model = nn.Sequential(nn.Linear(10, 16), layer, nn.Flatten(), nn.Linear(width, 3))
    assert not watched(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.01), *blobs())


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("first", [True, False])
def test_a_recurrent_model_is_followed_to_the_end(kind, first):
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.head = kind(2, 8, batch_first=first), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            steps = x.view(-1, 5, 2) if first else x.view(-1, 5, 2).transpose(0, 1)
            return self.head(self.layer(steps)[0].select(1 if first else 0, -1))

    torch.manual_seed(0)
    model = Last()
    assert not watched(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.01), *blobs())


LOSSES = {
    "L1": (F.l1_loss, "numbers"), "MSE": (F.mse_loss, "numbers"), "huber": (F.huber_loss, "numbers"),
    "smooth_l1": (F.smooth_l1_loss, "numbers"),
    "gaussian": (lambda out, y: F.gaussian_nll_loss(out, y, torch.ones_like(y)), "numbers"),
    "poisson": (lambda out, y: F.poisson_nll_loss(out, y.abs()), "numbers"),
    "soft_margin": (lambda out, y: F.soft_margin_loss(out, y.sign()), "numbers"),
    "bce": (lambda out, y: F.binary_cross_entropy(out.sigmoid(), (y > 0).float()), "numbers"),
    "bce_logits": (lambda out, y: F.binary_cross_entropy_with_logits(out, (y > 0).float()), "numbers"),
    "multilabel": (lambda out, y: F.multilabel_soft_margin_loss(out, (y > 0).float()), "numbers"),
    "hinge": (lambda out, y: F.hinge_embedding_loss(out.abs(), y.sign()), "numbers"),
    "cosine": (lambda out, y: F.cosine_embedding_loss(out, y, torch.ones(len(y))), "numbers"),
    "ranking": (lambda out, y: F.margin_ranking_loss(out[:, 0], out[:, 1], y[:, 0].sign()), "numbers"),
    "triplet": (lambda out, y: F.triplet_margin_loss(out, y, y.roll(1, 0)), "numbers"),
    "kl": (lambda out, y: F.kl_div(out.log_softmax(1), y.softmax(1), reduction="batchmean"), "numbers"),
    "cross_entropy": (F.cross_entropy, "classes"), "nll": (lambda out, y: F.nll_loss(out.log_softmax(1), y), "classes"),
    "multi_margin": (F.multi_margin_loss, "classes"),
    "soft": (lambda out, y: F.cross_entropy(out, F.one_hot(y, 3).float(), label_smoothing=0.1), "classes"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_a_model_under_any_loss_is_followed_to_the_end(name):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 3))
    inputs, labels = blobs()
    loss, kind = LOSSES[name]
    targets = labels if kind == "classes" else inputs[:, :3]
    assert not watched(model, loss, optim.SGD(model.parameters(), lr=0.01), inputs, targets)


OPTIMIZERS = [
    *(optim.SGD, optim.Adam, optim.AdamW, optim.Adamax, optim.NAdam, optim.RAdam, optim.Adadelta, optim.Adagrad),
    *(optim.ASGD, optim.RMSprop, optim.Rprop, optim.Adafactor, optim.LBFGS),
]


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_a_model_under_any_optimizer_is_followed_to_the_end(kind):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 3))
    assert not watched(model, F.cross_entropy, kind(model.parameters(), lr=0.01), *blobs())


def test_most_layers_are_among_those_that_are_tried():
    assert len(FOLLOWED) >= 30 and nn.PReLU in FOLLOWED
