#!/usr/bin/env bash
# Hugging Face datasets 5.2.0: class_encode_column makes classes of a column of integers, and numbers them anew in the
# order of their texts: with more than ten classes 10 comes before 2, and nearly every label stands for another class
# than the output of a model that was trained on the integers.
# Seen:
#   labels before  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
#   labels after   [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3]
#   class names    ['0', '1', '10', '11', '2', '3', '4', '5', '6', '7', '8', '9']
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0
cat > "$folder/see.py" <<'PROGRAM'
from datasets import Dataset, disable_progress_bars

disable_progress_bars()
before = list(range(12))
rows = Dataset.from_dict({"label": before}).class_encode_column("label")
after, names = list(rows["label"]), rows.features["label"].names
print("labels before ", before)
print("labels after  ", after)
print("class names   ", names)
assert after == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3]
PROGRAM
"$folder/venv/bin/python" "$folder/see.py"
