"""Whether the ground truth of the whole scripts in ``holdout3`` to ``holdout21`` holds.

    OMP_NUM_THREADS=1 python -m benchmarks.deep_localize.script_validity holdout3 [name ...] [--seeds 0 1 2]

Runs every script under each seed. A pair holds where the fixed twin's METRIC beats the faulty one's by the margin in
``truth.json``: ``difference`` (higher by at least ``by``), ``half`` (an error at most half the faulty one's, which a
value that is not finite always is), ``finite`` (finite against not finite). A healthy script holds where its METRIC
reaches its bar. Seconds are those of the processor, so that others' work on the machine does not count. They include
the import of PyTorch, which is done once and shared by forks; over MOST_SECONDS, or the ``seconds`` that ``truth.json``
allows, a script is too slow. Ends with status 1 if anything does not hold.
"""

import argparse
import json
import math
import os
import runpy
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

MOST_SECONDS = 8.0
HERE = Path(__file__).parent


def import_what_scripts_share() -> float:
    """Seconds that the common imports take."""
    started = time.process_time()
    import torch

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.ones(1))
    torch.optim.Adam([weight]).step()  # imports the compiler
    return time.process_time() - started


def run_script(path: Path, seed: int) -> tuple[dict[str, float], float, str]:
    """The metrics that a script prints, its seconds, and what it printed last; no metrics if it failed."""
    with tempfile.TemporaryFile("w+") as output:
        child = os.fork()
        if child == 0:
            os.environ["SEED"] = str(seed)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            sys.argv = [str(path)]
            warnings.simplefilter("ignore")
            try:
                runpy.run_path(str(path), run_name="__main__")
            except BaseException:
                traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
            os._exit(0)
        _, _, used = os.wait4(child, 0)
        seconds = used.ru_utime + used.ru_stime
        output.seek(0)
        lines = output.read().strip().splitlines()
    metrics = {}
    if lines and lines[-1].startswith("METRIC "):
        words = lines[-1].split()
        metrics[words[1]] = float(words[2])
    return metrics, seconds, lines[-1] if lines else ""


def pair_holds(truth: dict, faulty: float, fixed: float) -> bool:
    """Whether the fixed twin is better by the margin."""
    if not math.isfinite(fixed):
        return False
    match truth["margin"]:
        case "difference":
            return not math.isfinite(faulty) or fixed - faulty >= truth["by"]
        case "half":
            return not math.isfinite(faulty) or fixed <= faulty / 2
        case "finite":
            return not math.isfinite(faulty)
    raise ValueError(truth["margin"])


def reaches_bar(truth: dict, value: float) -> bool:
    """Whether a healthy script has learned; a bar is the least where higher is better, else the most."""
    return value >= truth["bar"] if truth["better"] == "higher" else value <= truth["bar"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    asked = parser.parse_args()
    root = HERE / asked.folder
    truth = json.loads((root / "truth.json").read_text())
    imports, most_seconds = import_what_scripts_share(), truth.get("seconds", MOST_SECONDS)
    wrong, slowest = 0, 0.0
    for kind, names in (("pairs", truth["pairs"]), ("healthy", truth["healthy"])):
        for name, entry in names.items():
            if asked.names and name not in asked.names:
                continue
            files = [root / name / "faulty.py", root / name / "fixed.py"]
            if kind == "healthy":
                files = [root / "healthy" / f"{name}.py"]
            values, seconds, holds, said = [], 0.0, True, ""
            for seed in asked.seeds:
                runs = [run_script(file, seed) for file in files]
                seconds = max(seconds, imports + max(run[1] for run in runs))
                found = [run[0].get(entry["metric"]) for run in runs]
                values.append("/".join("-" if value is None else f"{value:.3g}" for value in found))
                if None in found:
                    holds = False
                    said = next(run[2] for run, value in zip(runs, found, strict=True) if value is None)
                elif kind == "pairs":
                    holds &= pair_holds(entry, *found)
                else:
                    holds &= reaches_bar(entry, found[0])
            holds &= seconds <= most_seconds
            wrong += not holds
            slowest = max(slowest, seconds)
            mark = "holds" if holds else "FAILS"
            figures = "  ".join(values)
            print(f"{mark} {kind:8}{name:34}{entry['metric']:>22} {figures}  {seconds:.1f} s {said}", flush=True)
    print(f"{wrong} do not hold; the slowest takes {slowest:.1f} s, {imports:.1f} s of them imports")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
