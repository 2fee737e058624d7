#!/usr/bin/env bash
# foolbox 3.3.4, L2CarliniWagnerAttack: where it finds nothing, it returns a black image, not the original, and its flag
# of success is what the network says of that black image. A rate of success counts them, a suite is filled with them.
# Seen, with ten bright images and a network to which black is another class, after one step that is far too small:
#   reported as successful: 10 of 10; entirely black: 10 of 10; original images kept: 0
# Exits with an error where that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 foolbox==3.3.4
"$folder/venv/bin/python" - <<'PYTHON'
import foolbox, torch
from torch import nn

network = nn.Sequential(nn.Flatten(), nn.Linear(16, 2)).eval()
with torch.no_grad():  # class 0 is bright: its logit is the mean brightness less a quarter
    network[1].weight.copy_(torch.stack([torch.full((16,), 1 / 16), torch.zeros(16)]))
    network[1].bias.copy_(torch.tensor([-0.25, 0.0]))
images, labels = torch.full((10, 1, 4, 4), 0.9), torch.zeros(10, dtype=torch.long)
assert (network(images).argmax(1) == labels).all()
attack = foolbox.attacks.L2CarliniWagnerAttack(binary_search_steps=1, steps=1, stepsize=1e-6)
_, found, success = attack(foolbox.PyTorchModel(network, bounds=(0, 1)), images, labels, epsilons=None)
black, kept = int((found == 0).flatten(1).all(1).sum()), int((found == images).flatten(1).all(1).sum())
print(f"reported as successful: {int(success.sum())} of 10; entirely black: {black} of 10; original images kept: {kept}")
assert success.all() and black == 10 and kept == 0
PYTHON
