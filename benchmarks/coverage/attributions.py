"""What attributions cost, beside one forward and backward pass and beside captum layer by layer, in turns in one run.

    python -m benchmarks.coverage.attributions [--inputs 1000] [--batch 256] [--rounds 9] [--all]

1. relevance (`lrp`) of all layers with units of LeNet-5 / a forward and a backward pass of the same batches;
2. captum's LayerLRP, called for one layer after the other as the published code does / the same;
3. gradient times activation (`lgxa`) likewise, which on this network says the same: how far all three are apart;
4. with --all, each other attribution beside captum's class for it.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Mapping

import captum.attr
import numpy as np
import torch
from torch import Tensor, nn

from faultloc.methods.idc.importance import Importance, read_importance

# captum's class for each, what it starts at, and its settings; those of ablation take a mask for each layer.
OTHERS = {
    "la": ("LayerActivation", False),
    "lgc": ("LayerGradCam", False),
    "ii": ("InternalInfluence", True),
    "lc": ("LayerConductance", True),
    "lig": ("LayerIntegratedGradients", True),
    "ldl": ("LayerDeepLift", True),
    "lgs": ("LayerGradientShap", True),
}


class LeNet(nn.Module):
    """LeNet-5 for one channel of 32 by 32, each module called once: captum's rules see modules only."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.relu1, self.pool1 = nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)
        self.conv2, self.relu2, self.pool2 = nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)
        self.fc1, self.relu3 = nn.Linear(400, 120), nn.ReLU()
        self.fc2, self.relu4, self.fc3 = nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        """The logits."""
        maps = self.pool1(self.relu1(self.conv1(inputs)))
        maps = self.pool2(self.relu2(self.conv2(maps)))
        return self.fc3(self.relu4(self.fc2(self.relu3(self.fc1(maps.flatten(1))))))


LAYERS = ["conv1", "conv2", "fc1", "fc2", "fc3"]


class Case:
    """The network, its inputs and the classes, in batches."""

    def __init__(self, inputs: int, batch: int) -> None:
        torch.manual_seed(0)
        self.network = LeNet().eval()
        self.inputs = torch.randn(inputs, 1, 32, 32)
        self.classes = np.arange(inputs) % 10
        self.batch = batch

    def batches(self, limit: int | None = None) -> list[tuple[Tensor, np.ndarray]]:
        """So many samples, or all."""
        end = len(self.inputs) if limit is None else limit
        return [
            (self.inputs[start : min(start + self.batch, end)], self.classes[start : min(start + self.batch, end)])
            for start in range(0, end, self.batch)
        ]

    def passes(self) -> None:
        """A forward and a backward pass."""
        for inputs, classes in self.batches():
            given = inputs.clone().requires_grad_()
            self.network(given).gather(1, torch.from_numpy(classes)[:, None]).sum().backward()
        self.network.zero_grad()

    def ours(self, name: str, limit: int | None = None) -> Importance:
        """As users get it."""
        return read_importance(self.network, self.batches(limit), name, np.random.default_rng(0))

    def captums(self, kind: str, *, from_zeros: bool, limit: int | None = None) -> Importance:
        """Layer by layer, summed over samples and maps."""
        found: Importance = {}
        for inputs, classes in self.batches(limit):
            for name in LAYERS:
                settings: dict[str, object] = {} if kind == "LayerActivation" else {"target": torch.from_numpy(classes)}
                settings |= {"baselines": torch.zeros_like(inputs)} if from_zeros else {}
                settings |= {"attr_dim_summation": False} if kind == "LayerGradCam" else {}
                layer = self.network.get_submodule(name)
                values = getattr(captum.attr, kind)(self.network, layer).attribute(inputs.clone(), **settings).detach()
                sums = (values.flatten(2).sum(2) if values.ndim > 2 else values).sum(0).double().numpy()
                found[name] = found.get(name, 0) + sums
        return found


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--all", action="store_true", help="The other attributions too, on a tenth of the inputs.")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # captum's remarks on requires_grad
    torch.set_num_threads(1)
    case = Case(arguments.inputs, arguments.batch)
    seconds = in_turns(
        {
            "passes": case.passes,
            "lrp": lambda: case.ours("lrp"),
            "lgxa": lambda: case.ours("lgxa"),
            "LayerLRP": lambda: case.captums("LayerLRP", from_zeros=False),
            "LayerGradientXActivation": lambda: case.captums("LayerGradientXActivation", from_zeros=False),
        },
        arguments.rounds,
    )
    print(f"{arguments.inputs} inputs in batches of {arguments.batch}, medians of ratios of {arguments.rounds} rounds")
    print(f"1. lrp / forward and backward pass: {_ratio(seconds, 'lrp', 'passes')} (at most 1.3)")
    print(f"2. captum's LayerLRP layer by layer / lrp: {_ratio(seconds, 'LayerLRP', 'lrp')} (at least 3)")
    print(f"3. lgxa / forward and backward pass: {_ratio(seconds, 'lgxa', 'passes')}")
    print(f"   captum's LayerGradientXActivation / lgxa: {_ratio(seconds, 'LayerGradientXActivation', 'lgxa')}")
    expected = case.captums("LayerLRP", from_zeros=False)
    for name in ("lrp", "lgxa"):
        found = case.ours(name)
        apart = max(float(np.abs(found[layer] - expected[layer]).max()) / arguments.inputs for layer in LAYERS)
        print(f"   {name}, means over inputs: at most {apart:.1e} from captum's LayerLRP at any unit")
    if arguments.all:
        _print_others(case, arguments.inputs // 10, rounds=3)


def _print_others(case: Case, inputs: int, rounds: int) -> None:
    for name, (kind, from_zeros) in OTHERS.items():
        seconds = in_turns(
            {
                "ours": lambda name=name: case.ours(name, inputs),
                "captum": lambda kind=kind, from_zeros=from_zeros: case.captums(
                    kind, from_zeros=from_zeros, limit=inputs
                ),
            },
            rounds,
        )
        print(f"4. {inputs} inputs: captum's {kind} layer by layer / {name}: {_ratio(seconds, 'captum', 'ours')}")


def in_turns(sides: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each round by side; one round more, before, is for warming up."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(rounds + 1):
        for name, run in sides.items():
            started = time.perf_counter()
            run()
            if round_:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def _ratio(seconds: Mapping[str, list[float]], one: str, other: str) -> str:
    ratios = np.array(seconds[one]) / np.array(seconds[other])
    return f"{np.median(ratios):.2f} [{ratios.min():.2f}, {ratios.max():.2f}]"


if __name__ == "__main__":
    main()
