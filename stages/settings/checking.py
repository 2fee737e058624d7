"""Values held against the annotations of `kinds.py`: every fault as a sentence, none raised."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from faultloc.errors import FaultlocError
from faultloc.settings_check import Bounds, is_number
from stages.settings.kinds import Group, Named, Words
from stages.settings.suggestions import close_to, did_you_mean, listed_with_or

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """How much is asked: ``thorough`` asks the library, too, for names in its tables and what it builds of settings.

    ``keys`` are all that there are, for what a mistyped one was meant to be.
    """

    thorough: bool
    keys: Sequence[str] = ()


def faults_of(kind: Any, value: object, key: str, asked: Asked) -> Iterator[str]:
    """A sentence for everything in ``value``, at ``key``, that ``kind`` does not allow."""
    kind, notes = _unpacked(kind)
    members = [member for member in get_args(kind) if member is not NoneType] if _is_union(kind) else [kind]
    if (value is None and NoneType in get_args(kind)) or not all(map(_is_judged, members)):
        return
    groups = [member for member in members if _is_group(member)]
    if groups and isinstance(value, Mapping):
        variant = _variant(groups, value, key)
        if isinstance(variant, str):
            yield f"{key}.{variant}"
        else:
            yield from _faults_of_group(variant, value, key, asked)
    elif len(members) == 1 and _origin(members[0]) in (list, dict) and isinstance(value, _origin(members[0])):
        yield from _faults_of_entries(members[0], notes, value, key, asked)
    elif not any(_fits(member, value, notes, asked) for member in members):
        yield f"{key} is {_shown(value)}; expected {_expected(kind, notes, asked)}{_hint(value, members, notes)}"


def _faults_of_group(kind: Any, values: Values, key: str, asked: Asked) -> Iterator[str]:
    """Faults of names and of values; where there are none, what the library says of the group as a whole."""
    allowed = get_type_hints(kind, include_extras=True)
    found = [
        f"{_below(key, name)} is missing; expected {_expected(of, (), asked)}"
        for name, of in allowed.items()
        if name not in values
    ]
    more: dict[str, Any] = {}
    if hasattr(kind, "takes") and not found:
        # What else there is depends on what is named here, and only the library knows.
        more = {str(name): Any for name in values if name not in allowed}
        if asked.thorough:
            try:
                more = kind.takes(values)
            except FaultlocError as error:
                found.append(str(error))
    for name, value in values.items():
        of = allowed.get(name, more.get(name))
        if of is None:
            found.append(
                unknown(_below(key, str(name)), [_below(key, known) for known in (*allowed, *more)], asked.keys)
            )
        else:
            found += faults_of(of, value, _below(key, name), asked)
    yield from found
    if asked.thorough and not found and hasattr(kind, "build"):
        try:
            kind.build(values)
        except FaultlocError as error:
            said = str(error)
            yield said if key.split(".")[0] in said else f"{key}: {said}"


def _faults_of_entries(kind: Any, notes: tuple, value: Any, key: str, asked: Asked) -> Iterator[str]:
    entries = get_args(kind)
    words = next((note for note in notes if isinstance(note, Words)), None)
    if words is not None:
        # Such a list has words of its own, and is one fault as a whole.
        wrong = any(True for one in value for _ in faults_of(entries[0], one, key, asked))
        if wrong or len(value) < words.least:
            yield f"{key} is {_shown(value)}; expected {words.expected}"
    elif isinstance(value, list):
        least = next((note.at_least for note in notes if isinstance(note, Bounds)), 0)
        if len(value) < (least or 0):
            yield f"{key} is []; expected at least one entry"
        for place, one in enumerate(value):
            yield from faults_of(entries[0] if entries else Any, one, f"{key}[{place}]", asked)
    elif entries:
        for name, one in value.items():
            yield from faults_of(entries[1], one, _below(key, str(name)), asked)


def unknown(key: str, beside: Sequence[str], everywhere: Sequence[str] = ()) -> str:
    """The sentence about a setting that there is not, beside which are ``beside``, and others ``everywhere``."""
    folder, _, last = key.rpartition(".")
    names = {known.rpartition(".")[2]: known for known in beside if known.rpartition(".")[0] == folder}
    elsewhere = [known for known in everywhere if known.rpartition(".")[2] == last]
    close = [*(names[name] for name in close_to(last, names)), *(elsewhere if len(elsewhere) <= 3 else ())]
    close = close or close_to(key, everywhere, cutoff=0.8)
    expected = f"; expected one of: {', '.join(beside)}" if beside and not close else ""
    return f"there is no setting {key}{did_you_mean(close)}{expected}"


def _variant(groups: Sequence[Any], values: Values, key: str) -> Any:
    """The one of several groups whose field of one choice, such as a scorer's name, has it; or what is wrong there."""
    if len(groups) == 1:
        return groups[0]
    hints = [get_type_hints(group, include_extras=True) for group in groups]
    told = next(name for name, kind in hints[0].items() if get_origin(kind) is Literal)
    choices = [get_args(of[told])[0] for of in hints]
    if told not in values or values[told] not in choices:
        found = f"is {_shown(values[told])}" if told in values else "is missing"
        return f"{told} {found}; expected {listed_with_or(choices)}"
    chosen = choices.index(values[told])
    others = [choice for choice, of in zip(choices, hints, strict=True) if set(of) == set(values)]
    if others and others != [values[told]]:
        return (
            f"{told} is {values[told]}, and the settings beside it are those of {others[0]}; choose it with "
            f"{key}={others[0]}, or all of the other with {key}={values[told]}"
        )
    return groups[chosen]


def _fits(kind: Any, value: object, notes: tuple, asked: Asked) -> bool:
    kind, own = _unpacked(kind)
    notes = (*notes, *own)
    if get_origin(kind) is Literal:
        return any(type(choice) is type(value) and choice == value for choice in get_args(kind))
    if kind in (int, float):
        bounds = next((note for note in notes if isinstance(note, Bounds)), Bounds())
        return is_number(value, whole=kind is int) and bounds.holds(value)  # type: ignore[arg-type]
    if kind in (str, Path):
        table = next((note for note in notes if isinstance(note, Named)), None)
        return (
            isinstance(value, str) and value != "" and (table is None or not asked.thorough or value in table.names())
        )
    return isinstance(value, _origin(kind)) if isinstance(_origin(kind), type) else True


def _expected(kind: Any, notes: tuple, asked: Asked) -> str:
    kind, own = _unpacked(kind)
    notes = (*notes, *own)
    words = next((note for note in notes if isinstance(note, Words)), None)
    if words is not None:
        return words.expected
    if _is_union(kind):
        members = [_expected(member, (), asked) for member in get_args(kind) if member is not NoneType]
        said = listed_with_or(dict.fromkeys(members))
        return f"{said}{', or null' if NoneType in get_args(kind) else ''}"
    if _is_group(kind):
        return f"settings by their names: {', '.join(get_type_hints(kind))}"
    if get_origin(kind) is Literal:
        return (" or " if len(get_args(kind)) == 2 else ", ").join(map(str, get_args(kind)))
    if kind in (int, float):
        bounds = next((note for note in notes if isinstance(note, Bounds)), Bounds())
        return bounds.expected(whole=kind is int)
    table = next((note for note in notes if isinstance(note, Named)), None)
    if table is not None:
        return f"one of: {', '.join(table.names())}" if asked.thorough else "a name"
    if _origin(kind) is list:
        return f"a list, each entry {_expected(get_args(kind)[0], (), asked)}" if get_args(kind) else "a list"
    return {bool: "true or false", dict: "settings by their names", str: "a text", Path: "a path"}.get(
        _origin(kind), str(kind)
    )


def _hint(value: object, kinds: Sequence[Any], notes: tuple) -> str:
    """What a value that is nearly right lacks."""
    if not isinstance(value, str):
        return ""
    for kind, own in map(_unpacked, kinds):
        if kind in (int, float):
            try:
                float(value)
            except ValueError:
                continue
            has_zeros = value.lstrip("+-")[:1] == "0" and value.lstrip("+-0").isdecimal()
            return ": a number has no zero in front" if has_zeros else ": a number stands without quotes"
        if get_origin(kind) is Literal:
            return did_you_mean(close_to(value, [str(choice) for choice in get_args(kind)]))
        table = next((note for note in (*notes, *own) if isinstance(note, Named)), None)
        if table is not None:
            return did_you_mean(close_to(value, table.names()))
    return ""


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if value == "":
        return "empty"
    said = repr(value)
    return said if len(said) <= 80 else f"{said[:77]}..."


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _unpacked(kind: Any) -> tuple[Any, tuple]:
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        return inner, tuple(notes)
    return kind, ()


def _origin(kind: Any) -> Any:
    origin = get_origin(_unpacked(kind)[0]) or _unpacked(kind)[0]
    if origin in (list, tuple) or (isinstance(origin, type) and issubclass(origin, Sequence) and origin is not str):
        return list
    return dict if isinstance(origin, type) and issubclass(origin, Mapping) else origin


def _is_group(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Group)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_judged(kind: Any) -> bool:
    """Whether a value of `params.yaml` can be held against ``kind``; classes of others take what they take."""
    kind = _unpacked(kind)[0]
    plain = (int, float, str, bool, Path, list, dict)
    return _is_group(kind) or get_origin(kind) is Literal or _origin(kind) in plain


def declared_keys(kind: Any, below: str = "") -> Iterator[str]:
    """The full names of the single settings that ``kind`` declares."""
    for name, of in get_type_hints(kind, include_extras=True).items():
        members = get_args(of) if _is_union(_unpacked(of)[0]) else (of,)
        groups = [member for member in members if _is_group(member)]
        for group in groups:
            yield from declared_keys(group, _below(below, name))
        if not groups:
            yield _below(below, name)
