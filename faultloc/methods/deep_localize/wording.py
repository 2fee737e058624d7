"""How findings are worded: places in words, and numbers that a reader need not decode."""

import re
from collections.abc import Sequence

_NAMED = 3
_PLACES = {
    "": "the model", "model": "the model", "input": "the inputs", "labels": "the labels", "loss": "the loss",
    "optimizer": "the optimizer",
}  # fmt: skip
_PHASES = {"input": "input", "forward": "forward pass", "loss": "loss", "backward": "backward pass", "update": "update"}
_SAYS_ITS_PHASE = {("input", "input"), ("input", "labels"), ("loss", "loss")}
_POWER = re.compile(r"(?<![\w.])(-?)(\d(?:\.\d+)?)e([+-]?\d+)\b")
_SHARE = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?) ?%( of)?")
_NOTHING = re.compile(r"(?<![\w.])-0(?:\.0+)?(?![\w.%])")
_PLAIN, _SHORT, _MOST, _LEAST = 1e-6, 1e7, 1e15, 1e-30
_MANY_TIMES = 1000


def named(names: Sequence[str]) -> str:
    """``fc1, fc2, fc3 and 2 more``: the first three of ``names``, each once."""
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - _NAMED} more" if len(each) > _NAMED else ""
    return ", ".join(each[:_NAMED]) + more


def place_in_words(place: str) -> str:
    """``the inputs``, ``the optimizer``; ``layer fc1`` for a module's name."""
    return _PLACES.get(place, f"layer {place}")


def phase_and_place(phase: str, place: str) -> str:
    """Where something is: ``forward pass, layer fc1``; the phase is left out where the place says it."""
    words = place_in_words(place)
    return words if (phase, place) in _SAYS_ITS_PHASE else f"{_PHASES[phase]}, {words}"


def in_plain_numbers(sentence: str) -> str:
    """``sentence`` with its numbers as people write them.

    32,100 for 3.21e+04, "over 1e15" for what is beyond all measure, 0% for -0%, "106 times" for 10583% of something.
    """
    sentence = re.sub(r"\bnan\b", "NaN", re.sub(r"(?<=is )inf\b", "infinite", sentence))
    return _NOTHING.sub("0", _SHARE.sub(_share, _POWER.sub(_power, sentence)))


def _power(found: re.Match[str]) -> str:
    sign, mantissa, exponent = found.groups()
    size = float(f"{mantissa}e{exponent}")
    if size >= _MOST:
        return "under -1e15" if sign else "over 1e15"
    if size < _LEAST:
        return "next to 0"
    if size >= _SHORT or size < _PLAIN:
        return f"{sign}{float(mantissa):.2g}e{int(exponent)}"
    if size >= 1:
        return f"{sign}{size:,.0f}"
    return sign + f"{size:.{2 - int(exponent)}f}".rstrip("0")


def _share(found: re.Match[str]) -> str:
    percent, of = float(found[1]), found[2] or ""
    if percent == 0:
        return f"0%{of}"
    times = f"{percent / 100:,.0f} times"
    return found[0] if percent < _MANY_TIMES else times if of else f"{times} that"
