#!/usr/bin/env bash
# Hugging Face datasets 5.2.0: in the numpy format (and torch's) one missing value turns the other integers of its
# batch into 32-bit floats, and ids above 2**24 into other ids. Which ids are wrong depends on the batch that is asked.
# Seen:
#   one by one    [16777217, 16777218, 16777219]
#   first three   [16777217, 16777218, 16777219]
#   all four      [16777216.0, 16777218.0, 16777220.0, nan]
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0 numpy==2.4.6
cat > "$folder/see.py" <<'PROGRAM'
from datasets import Dataset

rows = Dataset.from_dict({"id": [16777217, 16777218, 16777219, None]}).with_format("numpy")
one_by_one = [rows[index]["id"].item() for index in range(3)]
three, four = rows[:3]["id"].tolist(), rows[:4]["id"].tolist()
for title, ids in (("one by one", one_by_one), ("first three", three), ("all four", four)):
    print(f"{title:<13} {ids}")
assert one_by_one == three == [16777217, 16777218, 16777219]
assert four[:3] == [16777216.0, 16777218.0, 16777220.0]
PROGRAM
"$folder/venv/bin/python" "$folder/see.py"
