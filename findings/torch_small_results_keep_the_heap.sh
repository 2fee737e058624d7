#!/usr/bin/env bash
# torch 2.13.0 (CPU, Linux with glibc): a reduction over a large tensor block by block, whose small results are kept in a
# list, grows the process by the size of the whole tensor: each result lies behind the block's temporary tensor, whose
# room is not used again. Written into one tensor made beforehand the same results take nothing, and NumPy's do neither way.
# Seen on an x86-64 machine, a tensor of 154 MB in blocks of 1,000 rows (the numbers vary by a few MB):
#   torch, results in a list: 147 MB more
#   torch, results in a tensor: 6 MB more
#   numpy, results in a list: 2 MB more
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
cat > "$folder/blocks.py" <<'PROGRAM'
import sys

import numpy as np
import torch


def anonymous() -> float:
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon")) / 1024


def largest_of_each_row(how: str, values: torch.Tensor) -> torch.Tensor:
    starts = range(0, len(values), 1000)
    if how == "torch, results in a list":
        return torch.cat([values[i : i + 1000].abs().amax(dim=1) for i in starts])
    if how == "numpy, results in a list":
        numbers = values.numpy()
        return torch.from_numpy(np.concatenate([np.abs(numbers[i : i + 1000]).max(axis=1) for i in starts]))
    largest = values.new_empty(len(values))
    for i in starts:
        torch.amax(values[i : i + 1000].abs(), dim=1, out=largest[i : i + 1000])
    return largest


torch.set_num_threads(1)
values = torch.rand(200_000, 192) - 0.5
before = anonymous()
found = largest_of_each_row(sys.argv[1], values)
more = anonymous() - before
assert torch.equal(found, values.abs().amax(dim=1))
print(f"{sys.argv[1]}: {more:.0f} MB more")
assert more > 75 if sys.argv[1] == "torch, results in a list" else more < 30
PROGRAM
for how in "torch, results in a list" "torch, results in a tensor" "numpy, results in a list"; do
  "$folder/venv/bin/python" "$folder/blocks.py" "$how"
done
