#!/usr/bin/env bash
# torch 2.13.0: to read a DataLoader that shuffles nothing moves the global random numbers by one draw, in the process
# itself and with no workers. A look at a held-out set after an epoch, in evaluation mode and under no_grad, so changes
# the dropout and the shuffling of all epochs that follow: the same seed trains another model. With a generator of its
# own the loader leaves the global one alone.
# Seen:
#   not read: the same weights twice
#   read once, unshuffled: other weights
#   read once, with a generator of its own: the same weights
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
cat > "$folder/train.py" <<'PROGRAM'
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

HELD_OUT = TensorDataset(torch.zeros(8, 4))


def weights_after(look):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        model.train()
        optimizer.zero_grad()
        model(torch.ones(8, 4)).square().mean().backward()
        optimizer.step()
        model.eval()
        look(model)
    return torch.cat([weight.flatten() for weight in model.parameters()]).detach()


@torch.no_grad()
def read(model, generator=None):
    for (inputs,) in DataLoader(HELD_OUT, batch_size=4, shuffle=False, num_workers=0, generator=generator):
        model(inputs)


def no_look(model):
    pass


first = weights_after(no_look)
assert first.equal(weights_after(no_look))
print("not read: the same weights twice")
assert not first.equal(weights_after(read))
print("read once, unshuffled: other weights")
assert first.equal(weights_after(lambda model: read(model, torch.Generator())))
print("read once, with a generator of its own: the same weights")
PROGRAM
"$folder/venv/bin/python" "$folder/train.py"
