import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.probes.relevance.reading import INPUT, read_relevance


class OwnAttention(nn.Module):
    """Attention in single operations, as timm writes it, without biases; ``fused`` by torch's own function."""

    def __init__(self, *, fused):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.qkv, self.out, self.head = (
            nn.Linear(8, 24, bias=False),
            nn.Linear(8, 8, bias=False),
            nn.Linear(8, 3, bias=False),
        )
        self.fused = fused

    def forward(self, steps):
        batch, length, width = steps.shape
        query, key, value = self.qkv(self.norm(steps)).reshape(batch, length, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        if self.fused:
            mixed = F.scaled_dot_product_attention(query, key, value)
        else:
            mixed = ((query * 4**-0.5) @ key.transpose(-2, -1)).softmax(dim=-1) @ value
        steps = steps + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return self.head(F.gelu(steps).mean(dim=1))


def encoder(**settings):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, bias=False, **settings)
    encoded = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    return nn.Sequential(encoded, nn.Flatten(), nn.Linear(40, 3, bias=False))


STEPS = torch.randn(4, 5, 8, dtype=torch.double, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "make",
    [
        lambda: OwnAttention(fused=True),
        lambda: OwnAttention(fused=False),
        lambda: encoder(norm_first=True),
        lambda: encoder(norm_first=False, activation="gelu"),
    ],
    ids=["fused", "in single operations", "an encoder, norm first", "an encoder, norm last"],
)
def test_attention_without_biases_loses_no_relevance(make):
    torch.manual_seed(0)
    network = make().double().eval()
    with torch.no_grad():
        logits = network(STEPS).amax(1).numpy()
    found = read_relevance(network, STEPS, None, layers=[INPUT], batch_size=4)[INPUT]
    np.testing.assert_allclose(found.sum((1, 2)), logits, rtol=1e-3)


def test_attention_weights_count_as_constants():
    """With them fixed, attention is a linear map of the values, and its relevance gradient times input."""
    torch.manual_seed(0)
    fused, single = OwnAttention(fused=True).double(), OwnAttention(fused=False).double()
    single.load_state_dict(fused.state_dict())
    layers = ["norm", "qkv", "out"]
    ours = read_relevance(fused, STEPS, None, layers=layers, batch_size=4)
    others = read_relevance(single, STEPS, None, layers=layers, batch_size=2)
    for name in layers:
        np.testing.assert_allclose(ours[name], others[name], rtol=1e-8, atol=1e-12)
    queries, keys, values = np.split(ours["qkv"], 3, axis=-1)
    assert not queries.any()
    assert not keys.any()
    np.testing.assert_allclose(values.sum((1, 2)), ours["out"].sum((1, 2)), rtol=1e-3)


def test_torchs_attention_layer_computes_what_it_computes_by_itself():
    """A wrong reading of its weights would be refused: the logits are compared with the network's own."""
    torch.manual_seed(0)

    class Crossed(nn.Module):
        def __init__(self, **settings):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, **settings)
            self.head = nn.Linear(8, 3)

        def forward(self, steps):
            mixed, _ = self.attention(steps, steps * 2, steps + 1, need_weights=False)
            return self.head(mixed.mean(1))

    for settings in ({"batch_first": True}, {"batch_first": False}, {"batch_first": True, "kdim": 8, "vdim": 8}):
        found = read_relevance(Crossed(**settings).double(), STEPS, None, layers=["attention"], batch_size=4)
        assert found["attention"].shape == (4, 5, 8)
        assert np.abs(found["attention"]).max() > 0
