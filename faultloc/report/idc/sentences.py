"""What was measured, in words and numbers for people."""

from faultloc.coverage import Coverage
from faultloc.methods.idc.uncovered import Change
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.report.idc.content import CoveragePage, ShownAdditions
from faultloc.report.shared.counted import counted, spelt

TITLES = {
    "nc": "Neuron coverage",
    "kmnc": "K-multisection coverage",
    "nbc": "Neuron boundary coverage",
    "snac": "Strong neuron activation coverage",
    "tknc": "Top-k neuron coverage",
    "tknp": "Top-k neuron patterns",
    "cc": "Cluster coverage",
    "lsc": "Likelihood surprise coverage",
    "dsc": "Distance surprise coverage",
    "mdsc": "Mahalanobis surprise coverage",
    "nlc": "Layer covariance coverage (NLC)",
    "idc": "Importance-driven coverage",
}
COUNTED = {
    "nc": "units that were ever high in their layer",
    "kmnc": "sections of each unit's range in training",
    "nbc": "ends of each unit's range that were passed",
    "snac": "units driven above all of training",
    "tknc": "units ever among the highest of their layer",
    "tknp": "patterns of the highest units",
    "cc": "samples far from all before them",
    "lsc": "buckets of surprise by density",
    "dsc": "buckets of surprise by distance",
    "mdsc": "buckets of surprise by Mahalanobis's distance",
    "nlc": "growth of each layer's covariance",
    "idc": "combinations of the important units' clusters",
}


def headline(page: CoveragePage) -> str:
    """The result as the title of the page."""
    samples = counted(page.test_samples, "test sample")
    verb = "reaches" if page.test_samples == 1 else "reach"
    if page.important is None:
        criteria = "one criterion" if len(page.criteria) == 1 else f"{len(page.criteria)} criteria"
        return f"What {samples} {verb} of the model, by {criteria} of coverage"
    coverage, units = page.important.coverage, len(page.important.units)
    where = f" of the layer {page.layer}" if page.layer else ""
    of = f"the one important unit{where} does" if units == 1 else f"the {units} important units{where} do"
    said = f"{samples} {verb} {spelt(coverage.covered)} of {spelt(coverage.total)} combinations of what {of}"
    if coverage.attainable < coverage.total:
        said += f"; as many samples could reach {spelt(coverage.attainable)} at most"
    return said


def unit_in_words(unit: Unit) -> str:
    """A unit as it is called in tables: its layer and its number there."""
    return f"{unit[0]}.{unit[1]}"


def change_in_words(change: Change, name: str) -> str:
    """What a unit would have to do for its part of a combination."""
    clusters = f"cluster {change.from_cluster + 1} → {change.to_cluster + 1}"
    way, beyond = ("rise", "above") if change.to_cluster > change.from_cluster else ("fall", "to")
    by = abs(change.bound - change.value)
    return f"{name} {way}s by {by:.2g} {beyond} {change.bound:.3g} ({clusters}; {change.scaled:.2g} of its spread)"


def how_chosen(additions: ShownAdditions) -> str:
    """Which of several inputs that add as much comes first, where that is not their order in the pool."""
    if additions.criterion != "idc" or not additions.chosen:
        return ""
    return "Of inputs that add as much, the one whose combination most inputs of the pool show comes first. "


def why_no_more(additions: ShownAdditions) -> str:
    """Why there are as many inputs to add as there are."""
    if not additions.chosen:
        return f"None of the {spelt(additions.pool)} inputs of the pool adds anything to what the test set covers."
    number = len(additions.chosen)
    if additions.is_exhausted:
        these = "this one covers" if number == 1 else f"these {number} cover"
        return f"No other input of the pool adds anything: {these} what all {spelt(additions.pool)} would."
    return f"The first {counted(number, 'input')} of {spelt(additions.pool)}; others may add more."


def how_many_laid(page: CoveragePage) -> str:
    """Which images stand for all, and that they need not be of every class."""
    if len(page.laid) >= page.test_samples:
        return ""
    return (
        f"{counted(len(page.laid), 'image')} of {spelt(page.test_samples)}, spread evenly over the test set, which "
        "stands in the order of its classes: some classes may have none here."
    )


def gained(additions: ShownAdditions) -> str:
    """What is covered before and after all of them."""
    after = additions.chosen[-1].covered if additions.chosen else additions.covered_before
    return f"{spelt(additions.covered_before)} → {spelt(after)} of {spelt(additions.total)}"


def title_of(coverage: Coverage) -> str:
    """The name of a criterion; one that is not known here has its short name alone."""
    return TITLES.get(coverage.criterion, coverage.criterion)
