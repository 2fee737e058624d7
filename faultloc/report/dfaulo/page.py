"""The report as one HTML page that needs no other file."""

import base64

from faultloc.report.dfaulo.content import ReportContent, Training
from faultloc.report.dfaulo.headline import headline, key_facts, lead, shown_rankings
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.comparison import compare, metric_names
from faultloc.report.shared.figures import TRAINING_TITLES, ZOOM, discovery_panel, training_panel
from faultloc.report.shared.metric_headings import metric_heading, percent
from faultloc.report.shared.pages import page_template
from faultloc.report.shared.pictures import png_bytes
from faultloc.report.shared.theme import DARK, LIGHT

# Cards of the first look: one or two screens of them. They are alike, and the others open on request.
_AT_ONCE = 12


def render_page(content: ReportContent) -> str:
    """The HTML text: pictures inlined, all foreign text escaped, light and dark."""
    template = page_template("faultloc.report.dfaulo", "template.html")
    columns = metric_names(content.metrics)
    return template.render(
        headline=headline(content),
        lead=lead(content),
        facts=key_facts(content),
        truth_is_known=content.faults is not None,
        suspects=[_suspect(suspect) for suspect in content.suspects],
        has_pictures=any(suspect.picture for suspect in content.suspects),
        at_once=_AT_ONCE,
        fault_count=sum(suspect.is_fault for suspect in content.suspects),
        panels=_panels(content),
        legend=_legend(content),
        columns=[metric_heading(name) for name in columns],
        explained=[metric_heading(name) for name in columns if not name.startswith("pobl@") or name == columns[0]],
        rows=compare(content.metrics, RANKINGS.ordered(content.metrics), columns, RANKINGS),
        ablations=compare(content.metrics, RANKINGS.beside_whole(content.metrics), columns, RANKINGS),
        main_names=RANKINGS.main,
        reviewed=content.reviewed,
        training=_training_sentence(content.training),
        training_panels=_training_panels(content.training),
        sample_count=content.sample_count,
        class_names=list(content.class_names),
        about=dict(content.about),
        results_folder=content.results_folder,
    )


def _suspect(suspect: Suspect) -> dict[str, object]:
    image = _inlined(png_bytes(suspect.picture)) if suspect.picture else ""
    return {**vars(suspect), "fitting_label": suspect.fitting_label, "image": image}


def _panels(content: ReportContent) -> list[dict[str, str]]:
    if content.curves.empty:
        return []
    return [
        {
            "light": _inlined(discovery_panel(content.curves, limit, LIGHT, shown_rankings(content))),
            "dark": _inlined(discovery_panel(content.curves, limit, DARK, shown_rankings(content))),
            "alt": f"Faults found against samples inspected, up to {limit} % of the list; the table below has numbers",
        }
        for limit in (ZOOM, 100)
    ]


def _legend(content: ReportContent) -> list[dict[str, object]]:
    rankings = shown_rankings(content)
    drawn = rankings.drawn(content.curves.columns)
    return [
        {
            "name": name,
            "title": RANKINGS.curve_title(name),
            "light": style.light,
            "dark": style.dark,
            "width": style.width,
            # matplotlib counts dashes in line widths, SVG in pixels
            "dashes": " ".join(f"{style.width * dash:.3g}" for dash in style.dashes),
            "is_drawn": name in drawn,
        }
        for name, style in reversed(list(rankings.curves_of(content.curves.columns).items()))
    ]


def _training_sentence(training: Training) -> str:
    parts = []
    if training.train_accuracy is not None:
        parts.append(f"It agrees with {percent(training.train_accuracy)} of the labels it was given, faults included")
    if training.test_accuracy is not None:
        parts.append(f"it is right on {percent(training.test_accuracy)} of the test set")
    if training.train_error is not None:
        parts.append(
            f"Its mean squared error on the targets it was given is {training.train_error:.3g}, faults included"
        )
    if training.test_error is not None:
        parts.append(f"that on the test set is {training.test_error:.3g}")
    sentence = ", and ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _training_panels(training: Training) -> list[dict[str, str]]:
    if training.curve.empty:
        return []
    return [
        {
            "light": _inlined(training_panel(training.curve, column, LIGHT)),
            "dark": _inlined(training_panel(training.curve, column, DARK)),
            "alt": f"{title} by epoch",
        }
        for column, title in TRAINING_TITLES.items()
        if column in training.curve.columns
    ]


def _inlined(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
