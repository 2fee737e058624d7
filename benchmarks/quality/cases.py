"""What is measured: data sets, kinds of fault, architectures and seeds, all fixed beforehand."""

from dataclasses import dataclass, replace

DATA = ("mnist", "usps", "cifar10", "ag_news", "fashion_mnist")
FAULTS = ("random_label", "specific_label", "random_data", "mixed")
TRAININGS = ("normal", "memorised")
SEEDS = (0, 1, 2)

# The look-alikes that are confused, one pair a seed.
PAIRS = {
    "mnist": ((4, 9), (3, 5), (7, 9)),
    "two_digits": ((44, 49), (33, 35), (77, 79)),
    "usps": ((4, 9), (3, 5), (7, 9)),
    "cifar10": ((3, 5), (4, 7), (1, 9)),
    "ag_news": ((2, 3), (0, 2), (0, 3)),
    "fashion_mnist": ((0, 6), (2, 4), (7, 9)),
}
NETWORKS = {
    "mnist": "lenet5",
    "two_digits": "lenet5",
    "usps": "lenet5",
    "cifar10": "convnet",
    "ag_news": "lstm",
    "fashion_mnist": "lenet5",
}


@dataclass(frozen=True)
class Case:
    """One subject: a data set with planted faults, and a network trained on it.

    ``ratio`` of all samples are faulty. ``samples`` are the first of the data set, ``per_class`` keeps that many of
    each class, ``classes`` the first so many classes; None keeps all.
    """

    data: str
    fault: str
    seed: int
    ratio: float = 0.05
    network: str | None = None
    samples: int = 10_000
    per_class: int | None = None
    classes: int | None = None
    memorise: bool = True

    @property
    def architecture(self) -> str:
        """The name of the network."""
        return self.network or NETWORKS[self.data]

    @property
    def pair(self) -> tuple[int, int]:
        """The two classes that ``specific_label`` and ``mixed`` confuse."""
        pair = PAIRS[self.data][self.seed % 3]
        return pair if self.classes is None or max(pair) < self.classes else (self.classes - 2, self.classes - 1)

    @property
    def trainings(self) -> tuple[str, ...]:
        """How its network was trained."""
        return TRAININGS if self.memorise else TRAININGS[:1]

    @property
    def variant(self) -> str:
        """In what it differs from the main cases; empty for one of them."""
        parts = []
        if self.ratio != 0.05:
            parts.append(f"{100 * self.ratio:g}%")
        if self.network:
            parts.append(self.network)
        if self.samples != 10_000:
            parts.append(f"n{self.samples}")
        if self.per_class:
            parts.append(f"{self.per_class}aclass")
        if self.classes:
            parts.append(f"{self.classes}classes")
        return "-".join(parts)

    @property
    def name(self) -> str:
        """A short name that tells it from all others."""
        return "-".join(filter(None, [self.data, self.fault, f"seed{self.seed}", self.variant]))


def main_cases(data: tuple[str, ...] = DATA, seeds: tuple[int, ...] = SEEDS) -> list[Case]:
    """Every data set, kind of fault and seed."""
    return [Case(name, fault, seed) for seed in seeds for name in data for fault in FAULTS]


def clean_cases(data: tuple[str, ...] = DATA) -> list[Case]:
    """No planted fault."""
    return [Case(name, "none", 0, memorise=False) for name in data]


def variant_cases() -> list[Case]:
    """Other shares of faults, few samples a class, few and many classes, a residual network."""
    base = [Case(data, fault, 0, memorise=False) for data in ("mnist", "fashion_mnist") for fault in FAULTS]
    variants = [replace(case, ratio=0.01) for case in base]
    # 20 % of all samples are a confused pair as a whole: nothing would be left to find it by.
    variants += [replace(case, ratio=0.2) for case in base if case.fault != "specific_label"]
    variants += [replace(case, per_class=100) for case in base]
    variants += [replace(case, classes=4) for case in base]
    # Two of a hundred classes hold 2 % of all samples: fewer of them can be swapped.
    most = {"specific_label": 0.005, "mixed": 0.02}
    variants += [Case("two_digits", fault, 0, ratio=most.get(fault, 0.05), memorise=False) for fault in FAULTS]
    variants += [Case("cifar10", fault, 0, network="resnet20", memorise=False) for fault in FAULTS]
    return variants


def likely_cases(data: tuple[str, ...] = DATA, seeds: tuple[int, ...] = SEEDS) -> list[Case]:
    """Wrong labels of samples that are hard to tell, as many as people were found to give."""
    ratios = {"cifar10": 0.1, "ag_news": 0.2}
    return [Case(name, "likely_label", seed, ratio=ratios.get(name, 0.05)) for seed in seeds for name in data]


def quick_cases() -> list[Case]:
    """A few minutes' worth."""
    return [Case(data, fault, 0, samples=2000) for data in ("mnist", "usps") for fault in ("specific_label", "mixed")]
