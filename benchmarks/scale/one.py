"""What a process of its own does: prepare a case, or run one method on it.

    python -m benchmarks.scale.one <folder> <method>

Says `started` when all is imported, and at the end what it used and found, as JSON.
"""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

from benchmarks.scale.data import load_case
from benchmarks.scale.measured import cpu_seconds
from benchmarks.scale.methods import METHODS
from faultloc.evaluation.metrics import rauc, share_found
from faultloc.localization import most_suspicious_first

# What a method imports when it is called, so that it counts as no one's cost.
_IMPORTED_LATER = ("torch._dynamo", "faiss", "cleanlab.rank", "sklearn.ensemble", "sklearn.neighbors", "pyarrow")


def main() -> None:
    """Runs the method."""
    folder, method = Path(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(1)
    for name in _IMPORTED_LATER:
        importlib.import_module(name)
    case = load_case(folder)
    case.network(torch.zeros(2, *case.dataset.inputs.shape[1:]))
    print("started", flush=True)
    before = cpu_seconds()
    suspiciousness = METHODS[method](case, folder)
    used = cpu_seconds() - before
    order = most_suspicious_first(suspiciousness, np.random.default_rng(0))
    found = case.is_fault[order]
    answer = {"cpu_seconds": used, "rauc": round(rauc(found), 4), "pobl_5": round(share_found(found, 0.05), 4)}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
