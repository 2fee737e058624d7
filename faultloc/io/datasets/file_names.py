"""Which names of files can be kept in tables, pages and records, and how the others are shown."""

import unicodedata

# Control characters and separators of lines and paragraphs, which break the rows of tables, and surrogates, which stand
# for bytes that are no UTF-8. Whatever else a script, an emoji or a direction of writing needs is an ordinary name.
_NOT_KEPT = {"Cc": "a control character", "Zl": "a line break", "Zp": "a line break", "Cs": "bytes that are not UTF-8"}


def why_not_kept(name: str) -> str:
    """What ``name`` has in it that no table can keep, in words; empty where it can be kept."""
    if name.isprintable():  # nearly all are
        return ""
    found = (_NOT_KEPT.get(unicodedata.category(character)) for character in name)
    return next((f"a name that cannot be kept (it has {what} in it)" for what in found if what), "")


def shown_name(name: str) -> str:
    r"""``name`` as it can be printed and written: what cannot be kept as an escape, such as ``\n`` or ``\udce9``."""
    if not why_not_kept(name):
        return name
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _NOT_KEPT else character
        for character in name
    )
