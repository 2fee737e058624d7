#!/usr/bin/env bash
# Keras 3.15.1 on torch 2.13.0: cross-entropy on the output of a softmax layer clips probabilities at 1e-7. A sample whose
# label the model gives less than that has the loss 16.118, whatever the model says, and no gradient at all; those are
# the mislabelled ones. With from_logits=True, as in torch itself, the loss grows on and the gradient is 1.
# Seen:
#   logits for the label's class 17 lower: probabilities 16.118 with gradient 0, logits 17.000 with gradient 1
#   logits for the label's class 30 lower: probabilities 16.118 with gradient 0, logits 30.000 with gradient 1
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 torch==2.13.0
cat > "$folder/see.py" <<'PROGRAM'
import keras
import torch


def loss_and_gradient(behind: float, *, from_logits: bool) -> tuple[float, float]:
    logits = torch.tensor([[0.0, behind]], requires_grad=True)
    outputs = logits if from_logits else keras.ops.softmax(logits)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)(torch.tensor([0]), outputs)
    loss.backward()
    return round(loss.item(), 3), round(logits.grad.abs().max().item(), 3)


for behind in (17.0, 30.0):
    clipped, whole = loss_and_gradient(behind, from_logits=False), loss_and_gradient(behind, from_logits=True)
    print(f"logits for the label's class {behind:.0f} lower: probabilities {clipped[0]:.3f} with gradient ", end="")
    print(f"{clipped[1]:.0f}, logits {whole[0]:.3f} with gradient {whole[1]:.0f}")
    assert clipped == (16.118, 0.0)
    assert whole == (behind, 1.0)
PROGRAM
KERAS_BACKEND=torch KERAS_HOME="$folder" "$folder/venv/bin/python" "$folder/see.py"
