"""What criteria of coverage cost, each figure beside what it is compared with, in turns in one run; one thread.

    OMP_NUM_THREADS=1 python -m benchmarks.coverage.criteria --root data/raw [--rounds 7] [--parts 1234]

1. all criteria on 3,000 training and 1,000 test images of a LeNet (236 units) whose units have been read, beside the
   passes that read them (bar: 1.5 s);
2. one pass over the 1,000 test images, beside the bare network: reading the units, with all criteria that keep no
   samples, with all; of that LeNet and of a ResNet-20 without training (bar: 1.15);
3. surprise by distance with 60,000 training and 10,000 test images, in a process of its own (bars: 300 s, 1 GB);
4. memory of a pass of 1,000 and of 10,000 test images, each in a process of its own (bar: the same).

Seconds are of the processor; ratios are medians of pairs measured one after the other.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.coverage.subjects import Data, Subject, in_batches, load_subject
from faultloc.methods.idc.criteria import CRITERIA
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.one_pass import build_together, update_together
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs
from faultloc.methods.idc.units import UnitReader
from faultloc.subject.architectures import ResNet20
from faultloc.subject.batches import as_model_input

SEED = 123
BATCH = 256
# Those of the specification: patterns of ten units, ten important units.
_SETTINGS: dict[str, dict[str, object]] = {"tknp": {"k": 10}}
# They keep training or test samples, and compare each with all.
KEEPING = ("cc", "lsc", "dsc")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="the folder of mnist/")
    parser.add_argument("--kept", type=Path, default=Path("data/benchmarks/coverage"), help="the trained network")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--parts", default="1234")
    parser.add_argument("--alone", nargs=2, metavar=("CRITERIA", "IMAGES"), help="A pass in this process; for 4.")
    parser.add_argument("--distances", action="store_true", help="3 in this process.")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    subject = load_subject(arguments.root, arguments.kept, SEED)
    if arguments.alone:
        _pass_alone(subject, arguments.alone[0].split(","), int(arguments.alone[1]))
    elif arguments.distances:
        _distances_alone(subject)
    else:
        folders = ("--root", str(arguments.root), "--kept", str(arguments.kept))
        _print_parts(arguments.parts, subject, arguments.rounds, folders)


def _print_parts(parts: str, subject: Subject, rounds: int, folders: Sequence[str]) -> None:
    build, test = _drawn(subject)
    if "1" in parts:
        _compare_criteria(subject.network, build, test, rounds)
    if "2" in parts:
        _compare_passes("LeNet", subject.network, build, test, rounds)
        wider = [(F.pad(inputs, (2, 2, 2, 2)), labels) for inputs, labels in (build, test)]
        _compare_passes("ResNet-20", _untrained_resnet(wider[1][0][:BATCH]), *wider, rounds=min(rounds, 3))
    if "3" in parts:
        print(f"3. {_in_a_process(*folders, '--distances')}")
    if "4" in parts:
        for names in (",".join(name for name in CRITERIA if name != "cc"), "cc"):
            for images in (1000, 10_000):
                print(f"4. {names}: {_in_a_process(*folders, '--alone', names, str(images))}", flush=True)


def _untrained_resnet(inputs: Tensor) -> nn.Module:
    """Its answers are moved so that it does not take all ``inputs`` for one class: some criteria compare classes."""
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        network = ResNet20([1, 32, 32], 10).eval()
    with torch.no_grad():
        network.fc.bias -= network(as_model_input(inputs)).mean(0)
    return network


def _drawn(subject: Subject) -> tuple[Data, Data]:
    """3,000 training images, drawn as in the specification, and the first 1,000 test images."""
    rows = torch.randperm(len(subject.train[0]), generator=torch.Generator().manual_seed(SEED))[:3000]
    return (subject.train[0][rows], subject.train[1][rows.numpy()]), _first(subject.test, 1000)


def _first(data: Data, count: int) -> Data:
    return data[0][:count], data[1][:count]


def _make(network: nn.Module, names: Sequence[str], units: Sequence[Unit]) -> list[Criterion]:
    return [CRITERIA[name](network, **_settings(name, units)) for name in names]  # type: ignore[arg-type]


def _settings(name: str, units: Sequence[Unit]) -> dict[str, object]:
    return {"units": units} if name == "idc" else _SETTINGS.get(name, {})


def _some_units(units: UnitOutputs) -> list[Unit]:
    """The first ten; which they are matters little to what it costs."""
    widths = dict(zip(units.layers, units.widths, strict=True))
    return [(layer, number) for layer, width in widths.items() for number in range(width)][:10]


def _compare_criteria(network: nn.Module, build: Data, test: Data, rounds: int) -> None:
    reader = UnitReader(network)

    def read() -> tuple[list[UnitOutputs], list[UnitOutputs]]:
        return [reader.read(batch) for batch in in_batches(build, BATCH)], [
            reader.read(batch) for batch in in_batches(test, BATCH)
        ]

    seconds: dict[str, list[float]] = {name: [] for name in CRITERIA}
    reading = []
    for _ in range(rounds):
        started = time.process_time()
        trained, tested = read()  # anew, since what criteria share of a batch is kept with it
        reading.append(time.process_time() - started)
        for criterion in _make(network, list(CRITERIA), _some_units(trained[0])):
            seconds[criterion.name].append(_seconds(lambda: _run(criterion, trained, tested)))  # noqa: B023
    totals = [sum(of_round) for of_round in zip(*seconds.values(), strict=True)]
    print("1. seconds: " + ", ".join(f"{name} {median(of_name):.3f}" for name, of_name in seconds.items()))
    ratio = median(total / read for total, read in zip(totals, reading, strict=True))
    print(f"1. all {median(totals):.2f} s, at most {max(totals):.2f}; {ratio:.2f} of reading the units", flush=True)


def _run(criterion: Criterion, trained: Sequence[UnitOutputs], tested: Sequence[UnitOutputs]) -> None:
    if criterion.needs_build:
        for units in trained:
            criterion.learn(units)
        criterion.finish_build()
    for units in tested:
        criterion.observe(units)
    criterion.compute()


def _compare_passes(title: str, network: nn.Module, build: Data, test: Data, rounds: int) -> None:
    units = _some_units(UnitReader(network).read(_first(build, 2)))
    criteria = _make(network, list(CRITERIA), units)
    build_together(criteria, in_batches(build, BATCH))
    reader = criteria[0].reader

    def bare() -> None:
        with torch.inference_mode():
            for inputs, _ in in_batches(test, BATCH):
                network(as_model_input(inputs))

    def observe(names: Sequence[str]) -> None:
        fresh = [criterion.fresh() for criterion in criteria if criterion.name in names]
        for batch in in_batches(test, BATCH):
            update_together(fresh, batch)

    sides: dict[str, Callable[[], object]] = {
        "reading the units": lambda: [reader.read(batch) for batch in in_batches(test, BATCH)],
        "with NC alone": lambda: observe(["nc"]),
        "with all that keep no samples": lambda: observe([name for name in CRITERIA if name not in KEEPING]),
        "with all": lambda: observe(list(CRITERIA)),
    }
    ratios: dict[str, list[float]] = {name: [] for name in sides}
    bare()
    for _ in range(rounds):
        for name, side in sides.items():
            # In both orders, since what else the machine does falls on both.
            before, taken, after = _seconds(bare), _seconds(side), _seconds(bare)
            ratios[name].append(2 * taken / (before + after))
    listed = ", ".join(f"{name} {median(of_side):.2f}" for name, of_side in ratios.items())
    print(f"2. {title}, one pass / the bare network: {listed}", flush=True)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _distances_alone(subject: Subject) -> None:
    reader = UnitReader(subject.network)
    trained = [reader.read(batch) for batch in in_batches(subject.train, BATCH)]
    tested = [reader.read(batch) for batch in in_batches(subject.test, BATCH)]
    before = _start_measuring_memory()
    seconds = _seconds(lambda: _run(CRITERIA["dsc"](subject.network), trained, tested))
    print(f"dsc, 60,000 and 10,000 images: {seconds:.1f} s, {_peak() - before:.0f} MB above what it started with")


def _pass_alone(subject: Subject, names: Sequence[str], images: int) -> None:
    build, _ = _drawn(subject)
    units = _some_units(UnitReader(subject.network).read(_first(build, 2)))
    criteria = _make(subject.network, names, units)
    build_together(criteria, in_batches(build, BATCH))
    # One batch first: what PyTorch sets aside for any pass is not ours.
    update_together([criterion.fresh() for criterion in criteria], _first(build, BATCH))
    before = _start_measuring_memory()
    for batch in in_batches(_first(subject.test, images), BATCH):
        update_together(criteria, batch)
    for criterion in criteria:
        criterion.compute()
    print(f"{images} images, {_peak() - before:.1f} MB above what it started with")


def _in_a_process(*options: str) -> str:
    command = [sys.executable, "-m", "benchmarks.coverage.criteria", *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _start_measuring_memory() -> float:
    # Linux forgets the peak so far.
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main()
