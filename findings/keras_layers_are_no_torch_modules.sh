#!/usr/bin/env bash
# Keras 3.15.1 on torch 2.13.0: a keras.Sequential is a torch.nn.Module whose layers are none of its modules. A walk over
# named_modules() meets no layer to put a hook on, and its state_dict holds every weight twice, under two names. Of the
# same layers as attributes of a keras.Model the walk meets both, and the state_dict holds each weight once.
# Seen:
#   Sequential: layers among the modules 0 of 2, weights 4, entries of the state_dict 8
#   subclass: layers among the modules 2 of 2, weights 4, entries of the state_dict 4
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 torch==2.13.0
cat > "$folder/see.py" <<'PROGRAM'
import keras
import torch

layers = keras.layers


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(3, activation="relu")
        self.out = layers.Dense(2)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def seen(model: torch.nn.Module, of: list) -> tuple[int, int, int]:
    model(torch.zeros(1, 4))
    modules = list(model.modules())
    known = sum(any(module is layer for module in modules) for layer in of)
    return known, len(list(model.parameters())), len(model.state_dict())


sequential = keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])
subclass = Subclass()
found = {
    "Sequential": seen(sequential, sequential.layers),
    "subclass": seen(subclass, [subclass.hidden, subclass.out]),
}
for name, (known, weights, entries) in found.items():
    print(f"{name}: layers among the modules {known} of 2, weights {weights}, entries of the state_dict {entries}")
assert found == {"Sequential": (0, 4, 8), "subclass": (2, 4, 4)}
PROGRAM
KERAS_BACKEND=torch KERAS_HOME="$folder" "$folder/venv/bin/python" "$folder/see.py"
