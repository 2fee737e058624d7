#!/usr/bin/env bash
# torchvision 0.28.0, transforms.ToTensor: of Pillow images with 16 bits, pixels above 32,767 become negative (mode I;16 is taken
# for int16, so that white is -1), and of those in the other byte order (I;16B, as TIFF files have them) the lower byte alone is
# read, divided by 255. Neither is scaled to [0, 1], and nothing is said. v2.ToImage with ToDtype(scale=True) is right for I;16.
# Seen: I;16 [0, 1000, 40000, 65535] -> [0, 1000, -25536, -1] int16; I;16B [255, 256, 1000, 40000] -> [1.0, 0.0, 0.91, 0.25]
# Exits with an error where that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchvision==0.28.0 pillow==13.0.0 numpy
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import torch
from PIL import Image

try:
    import torchvision
except RuntimeError:  # a build for CUDA beside a torch for CPUs: two operators, which nothing here uses, are undeclared
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torchvision.transforms import ToTensor, v2

wide = Image.fromarray(np.array([[0, 1000, 40000, 65535]], dtype=np.uint16))
swapped = Image.frombytes("I;16B", (4, 1), np.array([[255, 256, 1000, 40000]], dtype=">u2").tobytes())
read, other = ToTensor()(wide), ToTensor()(swapped)
right = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])(wide)
print("I;16: ", wide.mode, read.dtype, read.flatten().tolist())
print("I;16B:", swapped.mode, other.dtype, [round(float(value), 2) for value in other.flatten()])
print("v2:   ", right.dtype, [round(float(value), 4) for value in right.flatten()])
assert read.flatten().tolist() == [0, 1000, -25536, -1]
assert [round(float(value), 2) for value in other.flatten()] == [1.0, 0.0, 0.91, 0.25]
assert [round(float(value), 4) for value in right.flatten()] == [0.0, 0.0153, 0.6104, 1.0]
PYTHON
