"""Where the default scorer's CPU seconds go: its parts, by cProfile, in one process with one thread.

    python -m benchmarks.scale.profiled --root data/raw/mnist [--samples 60000]

MNIST, or made-up digits without --root. Seconds are of the processor, not of the clock.
"""

import argparse
import cProfile
import os
import pstats
import shutil
import tempfile
import time
from pathlib import Path

# What counts as a part: a function's name and a piece of its file's path. Its own parts within are not taken off.
_PARTS = {
    "all": ("default_scorer", "scale/methods"),
    "the model's answers and features (forward)": ("read_model", "probes/prefix"),
    "mutants: training and asking": ("train_suffixes", "suffix/mutants"),
    "  of it forward passes": ("_forward", "suffix/tail_training"),
    "  of it backward passes": ("_backward", "suffix/tail_training"),
    "  of it steps of Adam": ("_update", "suffix/tail_training"),
    "  of it asking (forward, probabilities)": ("_ask", "suffix/mutants"),
    "  of it adding up the opinions": ("_add", "suffix/mutants"),
    "neighbours: search": ("nearest_in_embedding", "suffix/neighbours"),
    "neighbours: their labels": ("add_neighbour_labels", "suffix/neighbours"),
    "alignment with the classes": ("class_alignment", "suffix/class_alignment"),
    "posterior": ("score_default", "scoring/posterior"),
    "kinds, suggestions, counts": ("explain", "scoring/answer"),
    "order and table": ("ranked", "faultloc/localization"),
}


def main() -> None:
    """Profiles and prints the parts, then the functions that take most themselves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--samples", type=int, default=60_000)
    options = parser.parse_args()
    os.environ["FAULTLOC_WORKERS"] = "1"
    folder = Path(tempfile.mkdtemp(prefix="faultloc-scale-"))
    try:
        _profile(folder, options.root, options.samples)
    finally:
        shutil.rmtree(folder)


def _profile(folder: Path, root: Path | None, samples: int) -> None:
    import faiss  # noqa: F401  # the import is nobody's cost

    from benchmarks.scale.data import load_case
    from benchmarks.scale.methods import default_scorer
    from benchmarks.scale.prepare import prepare_case

    prepare_case(folder, "MNIST" if root is not None else "generated", samples, root)
    case, profile = load_case(folder), cProfile.Profile(time.process_time)
    profile.runcall(default_scorer, case, folder)
    found = pstats.Stats(profile)
    for part, (name, file) in _PARTS.items():
        seconds = sum(
            entry[3]
            for (path, _, function), entry in found.stats.items()  # type: ignore[attr-defined]
            if function == name and file in path
        )
        print(f"{seconds:8.2f}  {part}")
    found.sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    main()
