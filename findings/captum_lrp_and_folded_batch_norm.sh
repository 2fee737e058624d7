#!/usr/bin/env bash
# captum 0.9.0, LRP: a network and the same network with its batch normalisation folded into the convolution before it, as
# torch.nn.utils.fuse_conv_bn_eval does it, give the same outputs and get other relevances: captum passes through the
# normalisation as through a layer of its own, so that neurons may change their order, and their sign. Which of them speak most
# for a class hangs on how the network is written down.
# Seen, of eight channels of the first convolution, summed over maps and 16 inputs: outputs differ by 3.5e-16; one channel has
# a relevance of -0.24 and, folded, of 3.38, another one changes its sign too, and the most relevant channel is 1 and, folded, 3.
# Exits with an error where that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 captum==0.9.0
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import torch
from captum.attr import LayerLRP
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

warnings.simplefilter("ignore")
torch.manual_seed(0)
convolution, normalisation = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
second, last = nn.Conv2d(8, 8, 3), nn.Linear(8 * 16, 4)


class Network(nn.Module):
    def __init__(self, first, then):
        super().__init__()
        self.first, self.then, self.second, self.last = first, then, second, last
        self.one, self.other = nn.ReLU(), nn.ReLU()

    def forward(self, inputs):
        return self.last(self.other(self.second(self.one(self.then(self.first(inputs))))).flatten(1))


written = Network(convolution, normalisation).double()
normalisation.running_mean.normal_()
normalisation.running_var.uniform_(0.5, 2)
nn.init.normal_(normalisation.bias)
written.eval()
folded = Network(fuse_conv_bn_eval(convolution, normalisation), nn.Dropout()).eval()
inputs = torch.randn(16, 3, 8, 8, dtype=torch.double)
classes = written(inputs).argmax(1)


def relevance(network, layer):
    return LayerLRP(network, layer).attribute(inputs, target=classes).sum((0, 2, 3)).detach()


outputs = float((written(inputs) - folded(inputs)).abs().max())
# Of the folded network the first layer gives what the normalisation gives in the other.
apart, together = relevance(written, written.first), relevance(folded, folded.first)
print(f"outputs differ by {outputs:.1e}; relevance of the channels {[round(float(x), 2) for x in apart]}")
print(f"of the folded network {[round(float(x), 2) for x in together]}; most relevant {apart.argmax()} and {together.argmax()}")
print(f"signs that differ: {int((apart.sign() != together.sign()).sum())}")
assert outputs < 1e-12 and apart.argmax() != together.argmax()
assert float((apart - together).abs().max()) > 0.1 * float(together.abs().max())
PYTHON
