"""What people type for sizes and lists of numbers."""

import re

import click

_SIZE = re.compile(r"(\d+)\s*[,x ]\s*(\d+)(?:\s*[,x ]\s*(\d+))?")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")


class ImageSize(click.ParamType):
    """Width, height and channels, as DFauLo's users write them: '(28,28,1)'; (28,28,1) comes out."""

    name = "(width,height,channels)"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int, int | None]:
        if isinstance(value, tuple | list):
            value = ",".join(str(part) for part in value)
        inside = _BRACKETS.fullmatch(str(value).strip())
        found = _SIZE.fullmatch((inside[1] or inside[2] or "" if inside else str(value)).strip())
        if not found or int(found[1]) < 1 or int(found[2]) < 1 or found[3] not in (None, "1", "3"):
            self.fail(
                f"{value!r} is no size; expected width, height and 1 (grey) or 3 (RGB) channels, such as '(28,28,1)'",
                param,
            )
        return int(found[1]), int(found[2]), int(found[3]) if found[3] else None


class Numbers(click.ParamType):
    """One number or several: '0.5' or '0.485,0.456,0.406'."""

    name = "numbers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple | list):
            value = ",".join(str(part) for part in value)
        try:
            return tuple(float(part) for part in str(value).strip("()[] ").split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers; expected one a channel, such as '0.485,0.456,0.406'", param)
