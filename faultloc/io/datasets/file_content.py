"""What a file holds, told by its content, whatever its name ends in."""

from pathlib import Path

from PIL import Image

# Names that say so: such files are not opened before they are decoded.
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"}

# Formats that their first bytes tell, of those that Pillow or a plug-in of it reads as pixels. Not EPS and WMF, which
# are programs to be run by others, nor those that nothing but their name tells.
_TOLD_BY_CONTENT = (
    *("AVIF", "BMP", "DDS", "GIF", "HEIF", "ICNS", "ICO", "JPEG", "JPEG2000", "JXL", "MPO", "PCX", "PNG", "PPM", "PSD"),
    *("QOI", "SGI", "SUN", "TIFF", "WEBP"),
)
_TGA_SUFFIXES = {".tga", ".icb", ".vda", ".vst"}

_BEGINNINGS = {
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF",
    b"%!PS": "PostScript",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "HDF5",
    b"\xff\x0a": "JPEG XL, which Pillow cannot read",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL, which Pillow cannot read",
    b"\x1aE\xdf\xa3": "a film",
    b"PAR1": "a Parquet table",
    b"SQLite format 3": "a database",
}
_HEIC = "HEIC, which Pillow cannot read without pillow-heif"
_IMAGES_OF_FILM = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), _HEIC),
    **dict.fromkeys((b"avif", b"avis"), "AVIF, which this Pillow cannot read"),
}
_TEXT, _NOTHING, _ELSE = "text", "nothing", "something else"
# What text has none of, and whatever else is no text soon has.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\b"))
_BYTES = 512


def why_no_image(path: Path) -> str:
    """What the file at ``path`` holds that is no image, in words: "text", "a ZIP archive"; empty where Pillow knows it
    for an image by its first bytes, though its pixels may be damaged."""
    what = describe_content(path)
    if what in (_TEXT, _NOTHING):  # most of what lies beside images; only PNM among images begins as text does
        return what
    Image.init()
    wanted = [*_TOLD_BY_CONTENT, "TGA"] if path.suffix.lower() in _TGA_SUFFIXES else _TOLD_BY_CONTENT
    try:
        with Image.open(path, formats=[name for name in wanted if name in Image.OPEN]):
            return ""
    except Image.DecompressionBombError:
        return ""  # decoding says so
    except Exception:  # Pillow's readers raise whatever they like on what is none of theirs
        return what


def describe_content(path: Path) -> str:
    """What the file at ``path`` holds, as far as its first bytes tell, if it is no image that Pillow reads."""
    try:
        with path.open("rb") as file:
            head = file.read(_BYTES)
    except OSError as error:
        return f"what cannot be opened ({error.strerror})"
    if not head:
        return _NOTHING
    for beginning, words in _BEGINNINGS.items():
        if head.startswith(beginning):
            return words
    if head[4:8] == b"ftyp":
        return _IMAGES_OF_FILM.get(head[8:12], "a film")
    if head[:4] == b"RIFF":
        return "a film or sound"
    if head[128:132] == b"DICM":
        return "DICOM, which Pillow cannot read"
    return _described_text(head)


def _described_text(head: bytes) -> str:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character is cut off at the end
            return _ELSE
        text = head[: error.start].decode("utf-8")
    if not text or head.translate(None, _CONTROLS) != head or head.startswith((b"P", b"/*", b"#define")):
        return _ELSE
    return "an SVG drawing, which Pillow cannot read" if text.lstrip()[:1] == "<" and "<svg" in text else _TEXT
