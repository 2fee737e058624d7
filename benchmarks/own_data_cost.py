"""What `faultloc dfaulo` costs on a folder of image files beside the same work through the pipeline: time and memory.

    python -m benchmarks.own_data_cost --root data/raw [--samples 60000] [--folder elsewhere]

MNIST as PNG files, 5 % of them in the folder of another class; LeNet-5, trained by the pipeline for two epochs. The
pipeline's work is that of its stages gendata, preloss, suffix and dfaulo; the command writes its report, too. Memory is
the proportional set size of the command and all its processes, above that of its imports.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from PIL import Image

from faultloc.io.datasets import read_mnist

REPOSITORY = Path(__file__).resolve().parents[1]
STAGES = ("gendata", "preloss", "suffix", "dfaulo")
IMPORTS = (
    "import faultloc.own.dfaulo.run, faultloc.own.dfaulo.paper, faultloc.io.models, sklearn.isotonic, pyarrow, "
    "pandas, matplotlib.figure, torch._dynamo, psutil; print(psutil.Process().memory_full_info().pss)"
)


def write_folder(root: Path, folder: Path, samples: int) -> None:
    """The first ``samples`` of MNIST as files, 5 % of them under a wrong class."""
    train = read_mnist(root=str(root)).train
    rng = np.random.default_rng(0)
    labels = train.labels[:samples].copy()
    wrong = rng.choice(samples, samples // 20, replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    for label in range(10):
        (folder / "train" / str(label)).mkdir(parents=True, exist_ok=True)
    for index, label in enumerate(labels):
        Image.fromarray(train.inputs[index][0]).save(folder / f"train/{label}/{index:05d}.png")


def run_measured(command: list[str], cwd: Path) -> tuple[float, float]:
    """Runs ``command``; its wall seconds and the peak of its processes' memory in MB."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    started, peak, done = time.perf_counter(), [0.0], threading.Event()
    with subprocess.Popen(command, cwd=cwd, env=environment) as process:

        def watch() -> None:
            while not done.wait(0.1):
                peak[0] = max(peak[0], _memory(psutil.Process(process.pid)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        done.set()
        watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - started, peak[0] / 2**20


def _memory(process: psutil.Process) -> float:
    total = 0.0
    try:
        for part in (process, *process.children(recursive=True)):
            total += part.memory_full_info().pss
    except psutil.NoSuchProcess:
        pass
    return total


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder unless given")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="faultloc-cost-"))
    try:
        _measure(options.root.resolve() / "mnist", folder.resolve(), options.samples)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(root: Path, folder: Path, samples: int) -> None:
    images, work = folder / "images", folder / "pipeline"
    if not images.exists():
        write_folder(root, images, samples)
    work.mkdir(exist_ok=True)
    for name in ("stages", "conf", "faultloc"):
        shutil.copytree(REPOSITORY / name, work / name, dirs_exist_ok=True)
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(REPOSITORY / name, work / name)
    python = sys.executable
    overrides = ["dataset=image_folder", f"dataset.root={images}", "dataset.channels=1", "fault=none", "model=lenet5"]
    run_measured([python, "-m", "stages.compose", *overrides, "train.epochs=2"], work)
    seconds = {name: run_measured([python, "-m", f"stages.{name}"], work)[0] for name in ("gendata", "train")}
    seconds |= {name: run_measured([python, "-m", f"stages.{name}"], work)[0] for name in STAGES[1:]}
    pipeline = sum(seconds[name] for name in STAGES)
    command = [
        *(python, "-m", "faultloc", "dfaulo", "--dataset", str(images), "--output", str(folder / "results")),
        *("--model", str(work / "models/subject/weights.safetensors")),
        *("--arch", "faultloc.subject.architectures:LeNet5", "--img_size", "(28,28,1)"),
    ]
    shutil.rmtree(folder / "results", ignore_errors=True)
    first, peak = run_measured(command, folder)
    again, _ = run_measured(command, folder)
    imports = (
        float(subprocess.run([python, "-c", IMPORTS], cwd=REPOSITORY, capture_output=True, text=True).stdout) / 2**20
    )
    mine, theirs = (
        pd.read_csv(path, dtype={"sample_id": str})["sample_id"].tolist()
        for path in (folder / "results/ranking.csv", work / "results/dfaulo/ranking.csv")
    )
    print(
        f"samples {samples}; wall seconds: pipeline {pipeline:.1f} ({seconds}), command {first:.1f}, again {again:.1f}"
    )
    print(f"ratio command to pipeline {first / pipeline:.2f}; called again {again / pipeline:.2f}")
    print(f"peak memory {peak:.0f} MB, {peak - imports:.0f} MB above the imports' {imports:.0f} MB")
    print(f"the two rankings are {'the same' if mine == theirs else 'different'}")


if __name__ == "__main__":
    main()
