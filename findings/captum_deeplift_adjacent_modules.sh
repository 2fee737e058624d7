#!/usr/bin/env bash
# captum 0.9.0, DeepLift: where two modules that have a rule follow one another at once (ReLU, then Tanh), the first one's rule
# multiplies a gradient that the second one's has not replaced yet. Contributions then no longer add up to the change of
# the output, which is what DeepLIFT promises; with a multiplication by one between both they do. Nothing is said.
# Seen, the largest difference between the sum of contributions and the change of the output:
#   ReLU then Tanh: 0.19; with a multiplication by 1 between them: 6.9e-17
# Exits with an error where that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 captum==0.9.0
"$folder/venv/bin/python" - <<'PYTHON'
import torch, warnings
from captum.attr import DeepLift
from torch import nn

warnings.simplefilter("ignore")


class Times(nn.Module):
    def forward(self, x):
        return x * 1.0


def missed(*between):
    torch.manual_seed(0)
    first, last = nn.Linear(6, 8), nn.Linear(8, 1)
    network = nn.Sequential(first, nn.ReLU(), *between, nn.Tanh(), last).double().eval()
    inputs, zeros = torch.randn(20, 6, dtype=torch.double), torch.zeros(20, 6, dtype=torch.double)
    change = (network(inputs) - network(zeros))[:, 0]
    contributions = DeepLift(network).attribute(inputs, zeros).sum(1)
    return float((contributions - change).abs().max())


at_once, apart = missed(), missed(Times())
print(f"ReLU then Tanh: {at_once:.2f}; with a multiplication by 1 between them: {apart:.1e}")
assert at_once > 0.01 and apart < 1e-6
PYTHON
