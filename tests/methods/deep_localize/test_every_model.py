"""The monitor follows models of unusual make: scalar and complex weights, odd layers, types and outputs."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, blobs


def pictures() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (320,), generator=generator)
    return torch.randn(320, 2, 8, 8, generator=generator) + labels[:, None, None, None], labels


def words() -> tuple[Tensor, Tensor]:
    inputs = torch.randint(0, 20, (320, 6), generator=torch.Generator().manual_seed(0))
    return inputs, inputs[:, 0] % 3


def scalar() -> nn.Module:
    model = Made(lambda made, x: made.layer(x) * made.scale.exp(), layer=nn.Linear(10, 3))
    model.scale = nn.Parameter(torch.tensor(0.0))
    return model


def complex_weights() -> nn.Module:
    model = Made(lambda made, x: made.head((x.to(torch.cfloat) @ made.turn).abs()), head=nn.Linear(8, 3))
    model.turn = nn.Parameter(torch.randn(10, 8, dtype=torch.cfloat))
    return model


def lists() -> nn.Module:
    model = Made(lambda made, x: sum(x @ one for one in made.all) + made.named["shift"], head=nn.Identity())
    model.all = nn.ParameterList([torch.randn(10, 3) for _ in range(3)])
    model.named = nn.ParameterDict({"shift": nn.Parameter(torch.zeros(3))})
    return model


def dictionary() -> nn.Module:
    return Made(lambda made, x: {"logits": made.layer(x), "none": None, "size": len(x)}, layer=nn.Linear(10, 3))


def attention() -> nn.Module:
    def compute(made: nn.Module, x: Tensor) -> Tensor:
        hidden = made.table(x)
        return made.head(made.attend(hidden, hidden, hidden)[0].mean(1))

    parts = {"table": nn.Embedding(20, 8), "attend": nn.MultiheadAttention(8, 2, batch_first=True)}
    return Made(compute, head=nn.Linear(8, 3), **parts)


MODELS: dict[str, tuple[Callable[[], nn.Module], Callable[[], tuple[Tensor, Tensor]]]] = {
    "a scalar parameter": (scalar, blobs),
    "complex weights": (complex_weights, blobs),
    "lists of parameters": (lists, blobs),
    "a dictionary for an output": (dictionary, blobs),
    "weights divided by their norm": (lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(10, 3))), blobs),
    "spectral norm": (lambda: nn.Sequential(parametrizations.spectral_norm(nn.Linear(10, 3))), blobs),
    "a lazy layer": (lambda: nn.Sequential(nn.LazyLinear(8), nn.PReLU(), nn.LazyLinear(3)), blobs),
    "a slope for each channel": (
        lambda: nn.Sequential(nn.Conv2d(2, 4, 3), nn.PReLU(4), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 3)),
        pictures,
    ),
    "pictures made larger": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 8, 3), nn.PixelShuffle(2), nn.ConvTranspose2d(2, 3, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        ),
        pictures,
    ),
    "attention over words": (attention, words),
    "a bag of words": (lambda: nn.Sequential(nn.EmbeddingBag(20, 8), nn.Linear(8, 3)), words),
    "a spectrum": (
        lambda: Made(
            lambda made, x: made.head(torch.fft.rfft(made.first(x)).abs()), first=nn.Linear(10, 8), head=nn.Linear(5, 3)
        ),
        blobs,
    ),
    "one layer twice": (
        lambda: Made(lambda made, x: made.head(made.mix(made.mix(x))), mix=nn.Linear(10, 10), head=nn.Linear(10, 3)),
        blobs,
    ),
    "one weight": (
        lambda: Made(lambda made, x: torch.stack([made.w(x[:, :1]).squeeze(1)] * 3, 1), w=nn.Linear(1, 1)),
        blobs,
    ),
}


SINGLE_ONLY = ("complex weights", "spectral norm", "a spectrum", "a lazy layer")
OTHERS = [(name, dtype) for name in MODELS if name not in SINGLE_ONLY for dtype in (torch.float64, torch.bfloat16)]


@pytest.mark.parametrize(("name", "dtype"), [*((name, torch.float32) for name in MODELS), *OTHERS], ids=str)
def test_a_model_of_unusual_make_is_followed_to_the_end(name, dtype):
    torch.manual_seed(0)
    build, data = MODELS[name]
    inputs, labels = data()
    if inputs.is_floating_point():
        inputs = inputs.to(dtype)
    model = build()
    if name == "a lazy layer":
        model(inputs[:2])
    if dtype is not torch.float32:
        model = model.to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    for step in range(14):
        rows = slice(20 * step, 20 * step + 20)
        output = model(inputs[rows])
        output = output["logits"] if isinstance(output, dict) else output
        optimizer.zero_grad()
        F.cross_entropy(output.float(), labels[rows]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        model(inputs)
    diagnosis = monitor.close()
    assert not [note for note in diagnosis.notes if "could not follow" in note]
    assert diagnosis.steps == 14


def test_a_model_that_is_called_inside_vmap_and_grad_is_followed_by_its_loss_and_its_weights():
    """Learning to learn: gradients of gradients, over many tasks at once, as torch.func takes them."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def error(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return (functional_call(model, weights, (x,)) - y).square().mean()

    def adapted_error(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        slope = grad(error)(weights, x[:5], y[:5])
        return error({name: one - 0.1 * slope[name] for name, one in weights.items()}, x[5:], y[5:])

    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(80):
            x, shift = 6 * torch.rand(8, 10, 1) - 3, torch.rand(8, 1, 1)
            weights = dict(model.named_parameters())
            losses = vmap(lambda x, y, weights=weights: adapted_error(weights, x, y))(x, torch.sin(x + shift))
            optimizer.zero_grad()
            losses.mean().backward()
            optimizer.step()
    diagnosis = monitor.close()
    assert (diagnosis.findings, diagnosis.steps) == ([], 80)
    assert not [note for note in diagnosis.notes if "could not follow" in note]
    assert monitor.history.sampled[0].updates["0.weight"] > 0
