#!/usr/bin/env bash
# torch 2.13.0: the same seed under torch.use_deterministic_algorithms(True) gives other weights with two threads than
# with one, and a ranking of the samples by their loss is another. PyTorch takes as many threads as the machine has
# cores, so that the ranking depends on the machine where nobody sets the number.
# Seen on an x86-64 processor:
#   1 thread twice: the same weights
#   1 and 2 threads: weights differ by up to 6e-05, 51 of 1437 places of the ranking by loss
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
cat > "$folder/train.py" <<'PROGRAM'
import sys

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[2]))
torch.use_deterministic_algorithms(True)
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
inputs, labels = torch.rand(1437, 64), torch.randint(0, 10, (1437,))
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for start in list(range(0, 1437, 256)) * 20:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(inputs[start : start + 256]), labels[start : start + 256]).backward()
    optimizer.step()
losses = nn.functional.cross_entropy(model(inputs), labels, reduction="none")
weights = torch.cat([weight.flatten() for weight in model.parameters()])
torch.save((weights.detach(), losses.argsort(stable=True)), sys.argv[1])
PROGRAM
cat > "$folder/compare.py" <<'PROGRAM'
import sys

import torch

first, again, two = (torch.load(path) for path in sys.argv[1:])
assert first[0].equal(again[0]) and first[1].equal(again[1])
print("1 thread twice: the same weights")
apart, places = (first[0] - two[0]).abs().max().item(), int((first[1] != two[1]).sum())
print(f"1 and 2 threads: weights differ by up to {apart:.0e}, {places} of {len(two[1])} places of the ranking by loss")
assert apart > 0 and places > 0
PROGRAM
for run in "first 1" "again 1" "two 2"; do
  "$folder/venv/bin/python" "$folder/train.py" "$folder/${run% *}" "${run#* }"
done
"$folder/venv/bin/python" "$folder/compare.py" "$folder/first" "$folder/again" "$folder/two"
