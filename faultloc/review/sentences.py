"""The page's sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from faultloc.review.session import Progress
from faultloc.verdict import Verdict


@dataclass(frozen=True)
class ProgressWords:
    """How far the review is: three numbers and a sentence about going on."""

    judged: str
    found: str
    left: str
    advice: str
    is_worthwhile: bool


def progress_words(progress: Progress, batch_size: int) -> ProgressWords:
    """``progress`` as the page shows it."""
    return ProgressWords(
        judged=f"{progress.judged:,}",
        found=f"{progress.found:,}",
        left=f"about {round(progress.expected_left):,}",
        advice=_advice(progress, batch_size),
        is_worthwhile=progress.is_worthwhile,
    )


def _advice(progress: Progress, batch_size: int) -> str:
    unjudged = progress.samples - progress.judged
    if not unjudged:
        return "Every sample has been judged."
    upcoming = min(batch_size, unjudged)
    expected = progress.next_yield * upcoming
    amount = f"about {expected:.0f} are" if expected >= 1.5 else "about one is" if expected >= 0.5 else "hardly any is"
    if progress.is_worthwhile:
        return f"Of the next {upcoming} samples {amount} expected to be faulty."
    return f"Going on no longer pays: of the next {upcoming} samples {amount} expected to be faulty."


def verdict_words(verdict: Verdict) -> str:
    """``verdict`` in a word or two."""
    return f"relabelled {verdict.label}" if verdict.decision == "relabel" else verdict.decision


def many_words(verdicts: Sequence[Verdict], *, without: int, replaced: int) -> str:
    """What ``verdicts`` given at once do later; ``without`` got none, and ``replaced`` had another before."""
    relabelled, left_out, fine = (
        sum(verdict.decision == decision for verdict in verdicts) for decision in ("relabel", "faulty", "fine")
    )
    labels = {verdict.label for verdict in verdicts if verdict.decision == "relabel"}
    new = f"the label {labels.pop()}" if len(labels) == 1 else "the label suggested for each"
    parts = [
        f"{count:,} {words}"
        for count, words in (
            (relabelled, f"{_get(relabelled)} {new}"),
            (left_out, f"{'is' if left_out == 1 else 'are'} left out of the cleaned set"),
            (fine, f"{'keeps its' if fine == 1 else 'keep their'} label"),
            (without, f"{'stays' if without == 1 else 'stay'} without a new verdict"),
        )
        if count
    ]
    again = f" {replaced:,} had another verdict before." if replaced else ""
    return f"{'; '.join(parts)}.{again}" if parts else ""


def _get(count: int) -> str:
    return "gets" if count == 1 else "get"


def closing_words(progress: Progress, folder: str) -> str:
    """The line that ends the command."""
    verdicts = "1 verdict is" if progress.judged == 1 else f"{progress.judged:,} verdicts are"
    faulty = f" ({progress.found:,} faulty)" if progress.judged else ""
    lines = [f"{verdicts} kept{faulty}. Go on: faultloc review {folder}"]
    if progress.judged:
        lines.append(f"Use them: faultloc purify {folder} --verdicts")
    return "\n".join(lines)
