"""The gallery as a piece of HTML for a notebook."""

import base64
from collections.abc import Sequence

from jinja2 import Environment

from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.pictures import png_bytes

_TEMPLATE = """
<div style="font: 13px/1.4 system-ui, sans-serif; max-width: 72rem">
<p style="margin: 0 0 .6rem">{{ sentence }}</p>
<div style="display: flex; flex-wrap: wrap; gap: .6rem">
{% for suspect, image in cards %}
<div style="border: 1px solid #8884; border-radius: 6px; overflow: hidden;
  {{ 'width: 8.5rem' if image else 'width: 100%' }}">
  {% if image %}<img alt="" src="data:image/png;base64,{{ image }}"
    style="display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #8881">{% endif %}
  <div style="padding: .35rem .5rem; overflow-wrap: anywhere">
    <b>{{ suspect.given_label }}</b>{% if suspect.kind %} &middot; {{ suspect.kind }}{% endif %}
    {% if suspect.fitting_label %}
    <br>rather {{ suspect.fitting_label }}{% endif %}
    <br><span style="opacity: .65">{{ suspect.rank }} &middot; {{ '%.3f' | format(suspect.suspiciousness) }}
    &middot; {{ suspect.sample_id }}</span>
    {% if not image %}<p style="margin: .3rem 0 0; white-space: pre-wrap">{{ suspect.text }}</p>{% endif %}
  </div>
</div>
{% endfor %}
</div></div>
"""


def render_gallery(sentence: str, suspects: Sequence[Suspect]) -> str:
    """The samples as cards under ``sentence``; everything that comes from the data set is escaped."""
    template = Environment(autoescape=True).from_string(_TEMPLATE)
    cards = [(suspect, _inlined(suspect)) for suspect in suspects]
    return template.render(sentence=sentence, cards=cards)


def _inlined(suspect: Suspect) -> str:
    return base64.b64encode(png_bytes(suspect.picture)).decode("ascii") if suspect.picture else ""
