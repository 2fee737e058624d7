"""The report as one HTML page that needs no other file."""

import base64
from importlib import resources

from jinja2 import Environment, StrictUndefined

from faultloc.report.dfaulo.content import Findings, Training
from faultloc.report.dfaulo.headline import headline, key_facts, lead
from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.comparison import ablation_rankings, compare, main_rankings, metric_names
from faultloc.report.shared.figures import TRAINING_TITLES, ZOOM, discovery_panel, drawn_curves, training_panel
from faultloc.report.shared.pictures import png_bytes
from faultloc.report.shared.theme import DARK, LIGHT, curve_styles
from faultloc.report.shared.titles import MAIN_RANKINGS, metric_wording, percent, ranking_title


def render_page(findings: Findings) -> str:
    """The HTML text: pictures inlined, all foreign text escaped, light and dark."""
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        resources.files("faultloc.report.dfaulo").joinpath("template.html").read_text(encoding="utf-8")
    )
    columns = metric_names(findings.metrics)
    return template.render(
        headline=headline(findings),
        lead=lead(findings),
        facts=key_facts(findings),
        truth_is_known=findings.faults is not None,
        suspects=[_suspect(suspect) for suspect in findings.suspects],
        has_pictures=any(suspect.picture for suspect in findings.suspects),
        fault_count=sum(suspect.is_fault for suspect in findings.suspects),
        panels=_panels(findings),
        legend=_legend(findings),
        columns=[metric_wording(name) for name in columns],
        explained=[metric_wording(name) for name in columns if not name.startswith("pobl@") or name == columns[0]],
        rows=compare(findings.metrics, main_rankings(findings.metrics), columns),
        ablations=compare(findings.metrics, ablation_rankings(findings.metrics), columns),
        main_names=MAIN_RANKINGS,
        reviewed=findings.reviewed,
        training=_training_sentence(findings.training),
        training_panels=_training_panels(findings.training),
        sample_count=findings.sample_count,
        class_names=list(findings.class_names),
        about=dict(findings.about),
        results_folder=findings.results_folder,
    )


def _suspect(suspect: Suspect) -> dict[str, object]:
    image = _inlined(png_bytes(suspect.picture)) if suspect.picture else ""
    return {**vars(suspect), "image": image}


def _panels(findings: Findings) -> list[dict[str, str]]:
    if findings.curves.empty:
        return []
    return [
        {
            "light": _inlined(discovery_panel(findings.curves, limit, LIGHT)),
            "dark": _inlined(discovery_panel(findings.curves, limit, DARK)),
            "alt": f"Faults found against samples inspected, up to {limit} % of the list; the table below has numbers",
        }
        for limit in (ZOOM, 100)
    ]


def _legend(findings: Findings) -> list[dict[str, object]]:
    drawn = drawn_curves(findings.curves)
    return [
        {
            "name": name,
            "title": "ideal" if name == "ideal" else ranking_title(name),
            "light": style.light,
            "dark": style.dark,
            "width": style.width,
            # matplotlib counts dashes in line widths, SVG in pixels
            "dashes": " ".join(f"{style.width * dash:.3g}" for dash in style.dashes),
            "is_drawn": name in drawn,
        }
        for name, style in reversed(curve_styles(findings.curves.columns).items())
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
