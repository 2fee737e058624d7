"""The page's sentences."""

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


def closing_words(progress: Progress, folder: str) -> str:
    """The line that ends the command."""
    verdicts = "1 verdict is" if progress.judged == 1 else f"{progress.judged:,} verdicts are"
    faulty = f" ({progress.found:,} faulty)" if progress.judged else ""
    lines = [f"{verdicts} kept{faulty}. Go on: faultloc review {folder}"]
    if progress.judged:
        lines.append(f"Use them: faultloc purify {folder} --verdicts")
    return "\n".join(lines)
