#!/usr/bin/env bash
# safetensors 0.8.0: with more than one metadata key the same content gives different bytes from one run to the next,
# since the keys are written in a random order. A cache that goes by content, as DVC's, then sees a new model each time
# and runs all that depends on it again.
# Seen, in 30 runs: 6 different files with three keys, 1 with one key.
# Exits with an error where that has changed (all six orders are not needed: two do).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
cat > "$folder/save.py" <<'PROGRAM'
import sys

import numpy
from safetensors.numpy import save_file

keys = sys.argv[2:]
save_file({"weight": numpy.zeros(4, dtype="float32")}, sys.argv[1], metadata={key: key for key in keys})
PROGRAM
for run in $(seq 30); do
  "$folder/venv/bin/python" "$folder/save.py" "$folder/three_$run" epoch format seed
  "$folder/venv/bin/python" "$folder/save.py" "$folder/one_$run" format
done
three=$(sha256sum "$folder"/three_* | cut -d' ' -f1 | sort -u | wc -l)
one=$(sha256sum "$folder"/one_* | cut -d' ' -f1 | sort -u | wc -l)
echo "in 30 runs: $three different files with three keys, $one with one key"
[ "$three" -gt 1 ] && [ "$one" = 1 ]
