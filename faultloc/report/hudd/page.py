"""The page about root causes: one HTML file that needs no other."""

import statistics

from faultloc.report.hudd.content import CausesContent, Retrained
from faultloc.report.hudd.sentences import headline, labels_in_words
from faultloc.report.hudd.shown_cause import OUTLIERS, ShownCause
from faultloc.report.shared.counted import counted
from faultloc.report.shared.inlined import inlined, inlined_overlay
from faultloc.report.shared.metric_headings import percent
from faultloc.report.shared.overlay import lay_over
from faultloc.report.shared.pages import page_template

_PAIRS = 4
# So many clusters are told what share of the errors they hold.
_LARGEST = 3


def render_causes(content: CausesContent) -> str:
    """The HTML text: pictures inlined, all foreign text escaped, light and dark."""
    template = page_template("faultloc.report.hudd", "template.html")
    clusters = content.clusters
    inside = sum(cause.size for cause in clusters)
    return template.render(
        headline=headline(len(clusters), content.errors, content.test_samples),
        content=content,
        facts=_facts(content),
        causes=[_cause(cause, content) for cause in content.causes],
        clusters=[_cause_line(cause, content) for cause in clusters],
        has_unusual=any(cause.unusual for cause in clusters),
        has_heatmaps=any(cause.overlay is not None for cause in clusters),
        apart=content.errors - inside,
        retrained=_retrained(content.retrained),
    )


def render_no_causes(errors: int) -> str:
    """The page where there are fewer than two errors, which can have nothing in common."""
    said = f"The model makes {'one error' if errors else 'no error'} on the test set"
    return page_template("faultloc.report.hudd", "no_causes.html").render(headline=f"{said}: no cause is in common")


def _facts(content: CausesContent) -> list[tuple[str, str]]:
    sizes = [cause.size for cause in content.clusters]
    facts = [(percent(content.errors / content.test_samples), "of the test samples are errors")]
    if sizes:
        facts.append((f"{len(sizes)}", "clusters, each perhaps a cause" if len(sizes) > 1 else "cluster"))
        share = percent(sum(sizes[:_LARGEST]) / content.errors)
        if len(sizes) > _LARGEST:
            facts.append((share, f"of the errors lie in the largest {_LARGEST} clusters"))
        elif sum(sizes) < content.errors:  # of a few clusters that hold them all there is nothing to say
            facts.append((share, "of the errors lie in " + ("these clusters" if len(sizes) > 1 else "this cluster")))
    if content.unsafe:
        unsafe = sum(content.unsafe.values())
        words = "improvement images are unsafe: label them" if unsafe > 1 else "improvement image is unsafe: label it"
        facts.append((f"{unsafe:,}", f"{words} first"))
    return facts


def _cause_line(cause: ShownCause, content: CausesContent) -> dict[str, object]:
    return {
        "number": cause.number,
        "size": f"{cause.size:,}",
        "share": percent(cause.share),
        "width": f"{100 * cause.share:.2f}",
        "given": cause.given[0][0],
        "given_purity": percent(cause.given_purity),
        "predicted": cause.predicted[0][0],
        "predicted_purity": percent(cause.predicted_purity),
        "words": labels_in_words(
            cause.given[0][0], cause.given_purity, cause.predicted[0][0], cause.predicted_purity, cause.pair_share
        ),
        "unusual": list(cause.unusual),
        "unsafe": f"{content.unsafe.get(cause.number, 0):,}",
        "image": inlined(cause.errors[0].picture),
    }


def _cause(cause: ShownCause, content: CausesContent) -> dict[str, object]:
    medoid = cause.errors[0].picture
    laid = "" if medoid is None or cause.overlay is None else inlined(lay_over(medoid, cause.overlay))
    return {
        **_cause_line(cause, content),
        "is_cluster": cause.number != OUTLIERS,
        "errors_counted": counted(cause.size, "error"),
        "unsafe_counted": counted(content.unsafe.get(cause.number, 0), "unsafe image"),
        "medoid_id": cause.errors[0].sample_id,
        "laid": laid,
        "overlay": "" if cause.overlay is None else inlined_overlay(cause.overlay),
        "confusions": [
            {"given": given, "predicted": predicted, "count": f"{count:,}", "share": percent(count / cause.size)}
            for (given, predicted), count in cause.confusions[:_PAIRS]
        ],
        "more_confusions": max(0, len(cause.confusions) - _PAIRS),
        "errors": [
            {
                "id": error.sample_id,
                "given": error.given_label,
                "predicted": error.predicted_label,
                "image": inlined(error.picture),
                "text": error.text,
            }
            for error in cause.errors
        ],
        "more": cause.size - len(cause.errors),
    }


def _retrained(retrained: Retrained | None) -> dict[str, object] | None:
    if retrained is None:
        return None
    return {
        "before": f"{retrained.before:.4f}",
        "test_samples": f"{retrained.test_samples:,}",
        "verdicts": list(retrained.verdicts),
        "rows": [
            {
                "name": mode.name,
                "labelled": f"{mode.labelled:,}",
                "runs": len(mode.accuracies),
                "mean": f"{statistics.fmean(mode.accuracies):.4f}",
                "spread": f"{statistics.stdev(mode.accuracies):.4f}" if len(mode.accuracies) > 1 else "",
                "gain": f"{statistics.fmean(mode.accuracies) - retrained.before:+.4f}",
            }
            for mode in retrained.modes
        ],
    }
