"""The result in words, and the few numbers that matter most."""

from faultloc.report.dfaulo.content import FaultsFound, ReportContent
from faultloc.report.dfaulo.rankings import RANKINGS, STRONGEST
from faultloc.report.shared.metric_headings import percent
from faultloc.report.shared.shown_rankings import ShownRankings


def headline(content: ReportContent) -> str:
    """The result in one sentence."""
    faults, estimate = content.faults, content.estimate
    if faults is None and estimate is not None:
        words = estimate.count_words(content.sample_count)
        return f"{words[:1].upper()}{words[1:]}; {estimate.advice(content.sample_count)}"
    if faults is None or not faults.total:
        return f"The {len(content.suspects):,} most suspicious of {content.sample_count:,} samples"
    return (
        f"The first {faults.top_count:,} of {content.sample_count:,} samples hold "
        f"{faults.found:,} of the {faults.total:,} {faults.noun} faults"
    )


def lead(content: ReportContent) -> str:
    """What was planted and what to compare the headline with, in a few sentences."""
    faults = content.faults
    if faults is None:
        return (
            "DFauLo ranked every sample by how likely it is a data fault: a wrong label, or an input that does not "
            "belong. Nothing is known about this data, so whether they are faults is for you to judge."
            + _doubted(content)
        )
    if not faults.total:
        return "The truth of this data is known and holds no fault, so there is nothing to measure."
    chance = faults.total * faults.top_count / content.sample_count
    return " ".join(
        [
            _planted(faults, content.sample_count),
            f"DFauLo ranked all samples without being told which; a random list would show about {chance:.0f} of them.",
            *_strongest_baseline(content, faults),
        ]
    )


def key_facts(content: ReportContent) -> list[tuple[str, str]]:
    """Values and what they are, the most important first; only those that are known."""
    facts = []
    faults = content.faults
    if faults is not None and faults.total:
        top = percent(faults.top_share)
        facts.append((percent(faults.found / faults.total), f"of the faults in the first {top}"))
        online = content.metrics.get("dfaulo_online", {}).get(_share_metric(faults))
        if online is not None:
            facts.append((percent(online), f"in the first {top}, with {content.reviewed:,} verdicts as feedback"))
        if content.estimate is not None:
            estimate = content.estimate
            said = "faults by DFauLo's own estimate" if estimate.expected is not None else "faults; it gives no count"
            facts.append((f"{estimate.low:,} to {estimate.high:,}", f"{said}, of {faults.total:,}"))
    training = content.training
    if training.train_accuracy is not None:
        facts.append((percent(training.train_accuracy), "accuracy on the labels as given"))
    if training.test_accuracy is not None:
        facts.append((percent(training.test_accuracy), "accuracy on the test set"))
    if training.train_error is not None:
        facts.append((f"{training.train_error:.3g}", "mean squared error on the targets as given"))
    if training.test_error is not None:
        facts.append((f"{training.test_error:.3g}", "mean squared error on the test set"))
    return facts


def _doubted(content: ReportContent) -> str:
    estimate = content.estimate
    if estimate is None or not estimate.reasons:
        return ""
    what = "Why no count is given" if estimate.expected is None else "Why the range is wide"
    return f" {what}: {estimate.reasons}."


def _planted(faults: FaultsFound, samples: int) -> str:
    share = percent(faults.total / samples)
    if len(faults.kinds) == 1:
        return f"{faults.total:,} samples ({share}) are {faults.noun} faults: {next(iter(faults.kinds))}."
    kinds = " and ".join(f"{count:,} × {words}" for words, count in faults.kinds.items())
    return f"{faults.total:,} samples ({share}) are {faults.noun} faults: {kinds}."


def shown_rankings(content: ReportContent) -> ShownRankings:
    """The rankings as they are drawn: the baseline that the text names is among the curves."""
    best = None if content.faults is None else _best_baseline(content, content.faults)
    return RANKINGS if best is None else RANKINGS.with_curve_of(best[0], STRONGEST)


def _strongest_baseline(content: ReportContent, faults: FaultsFound) -> list[str]:
    best = _best_baseline(content, faults)
    if best is None:
        return []
    name, found = best
    return [f"The strongest baseline, {RANKINGS.title(name)}, finds {percent(found)} there."]


def _best_baseline(content: ReportContent, faults: FaultsFound) -> tuple[str, float] | None:
    """The baseline that finds most in the first samples, and which share."""
    metric = _share_metric(faults)
    baselines = {
        name: values[metric]
        for name, values in content.metrics.items()
        if not name.startswith(RANKINGS.prefix) and metric in values
    }
    return max(baselines.items(), key=lambda item: item[1], default=None)


def _share_metric(faults: FaultsFound) -> str:
    return f"pobl@{100 * faults.top_share:g}"
