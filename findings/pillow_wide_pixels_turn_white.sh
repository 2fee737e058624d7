#!/usr/bin/env bash
# Pillow 13.0.0: convert("L") and convert("RGB"), which data pipelines call on every picture, do not scale 16-bit pixels
# (X-rays, microscopes, depth) to 8 bits but cut them off at 255: nearly all of such a picture turns white. Of floating
# point pixels in [0, 1] all turn black. No warning is given.
# Seen:
#   16-bit PNG, mode I;16   [0, 100, 255, 256, 1000, 40000, 65535] -> L [0, 100, 255, 255, 255, 255, 255]
#   floats, mode F          [0.0, 0.25, 0.5, 1.0] -> L [0, 0, 0, 1]
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0 numpy==2.4.6
cat > "$folder/see.py" <<'PROGRAM'
import sys

import numpy
from PIL import Image

path = sys.argv[1]
stored = [0, 100, 255, 256, 1000, 40000, 65535]
Image.fromarray(numpy.array([stored], dtype=numpy.uint16)).save(path)
wide = Image.open(path)
grey, colour = (numpy.asarray(wide.convert(mode)).reshape(len(stored), -1)[:, 0].tolist() for mode in ("L", "RGB"))
print(f"16-bit PNG, mode {wide.mode}   {stored} -> L {grey}")
shares = [0.0, 0.25, 0.5, 1.0]
floats = Image.fromarray(numpy.array([shares], dtype=numpy.float32))
black = numpy.asarray(floats.convert("L"))[0].tolist()
print(f"floats, mode {floats.mode}          {shares} -> L {black}")
assert grey == colour == [0, 100, 255, 255, 255, 255, 255]
assert black == [0, 0, 0, 1]
PROGRAM
"$folder/venv/bin/python" -W error "$folder/see.py" "$folder/wide.png"
