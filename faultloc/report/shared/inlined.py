"""A picture within a page: an address that holds its bytes."""

import base64
import io

from PIL import Image

from faultloc.report.shared.pictures import png_bytes

# Above so many bytes a picture is a photograph, and a JPEG of it a tenth as large.
_LARGE = 6_000
_QUALITY = 88


def inlined(picture: Image.Image | None) -> str:
    """The ``data:`` address of a picture, as PNG or, where that is large, as JPEG; empty where there is none."""
    if picture is None:
        return ""
    png = png_bytes(picture)
    if len(png) <= _LARGE:
        return _address("png", png)
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=_QUALITY)
    return _address("jpeg", buffer.getvalue())


def inlined_overlay(picture: Image.Image) -> str:
    """The same of a picture that is clear in part, which only a PNG is."""
    return _address("png", png_bytes(picture))


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
