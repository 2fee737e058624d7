"""What is worth a word about files that were read, or left out: counted, with the first of each kind by name."""

from collections.abc import Sequence

from faultloc.io.datasets.file_names import shown_name
from faultloc.io.datasets.opened_image import Opened

_SHOWN = 3
_REASONS_SHOWN = 6


class Remarks:
    """Hears of each image as it is opened, by its place; threads may call it at the same time.

    ``to_be_turned``: EXIF asks for it and the pixels are taken as they are stored; ``first_frames``: of an animation or
    of several pages the first is taken; ``cut_off``: of more than 8 bits a channel, a transform leaves 8.
    """

    def __init__(self) -> None:
        self.to_be_turned: list[int] = []
        self.first_frames: list[int] = []
        self.cut_off: list[int] = []

    def hear(self, index: int, opened: Opened) -> None:
        """Keeps what there is to say of the image at ``index``."""
        if opened.is_to_be_turned:
            self.to_be_turned.append(index)
        if opened.has_more_frames:
            self.first_frames.append(index)

    def describe(self, ids: Sequence[str], turn: str) -> str:
        """Both in words, by the ids of the samples; empty where there is nothing to say. See ``describe_remarks``."""
        return describe_remarks(
            [ids[index] for index in sorted(self.to_be_turned)],
            [ids[index] for index in sorted(self.first_frames)],
            turn,
        )


def describe_remarks(
    to_be_turned: Sequence[str], first_frames: Sequence[str], turn: str, cut_off: Sequence[str] = ()
) -> str:
    """What is to be said of these samples; ``turn`` says how to turn images, in the words of the command at hand."""
    sentences = []
    if cut_off:
        sentences.append(
            "The transform cuts images of more than 8 bits a channel off to whole numbers from 0 to 255 "
            f"({_named(cut_off)}), as Pillow's convert and torchvision's Grayscale do, so that most of what they show "
            "is lost: right only where the model was trained so; else let it begin with numpy.asarray(image, "
            "dtype='float32'), divided by the largest value that there is (65535 for 16 bits)"
        )
    if to_be_turned:
        sentences.append(
            f"{_images(len(to_be_turned), 'ask', 'asks')} by EXIF to be turned or mirrored ({_named(to_be_turned)}), "
            "and nobody has: they are read as stored. Right where the model was trained so, as with torchvision and "
            f"plain Pillow; where it saw them upright, as with OpenCV, {turn}"
        )
    if first_frames:
        sentences.append(
            f"{_images(len(first_frames), 'have', 'has')} several frames or pages ({_named(first_frames)}), of "
            "which the first is taken"
        )
    return "; ".join(sentences)


def describe_left_out(left_out: Sequence[tuple[str, str]], verb: str = "left out") -> str:
    """How many files are ``verb``, why, with examples; empty where there are none.

    Reasons are alike where they are so up to what stands in brackets, such as the number of bytes that are missing.
    """
    if not left_out:
        return ""
    by_reason: dict[str, list[str]] = {}
    for name, reason in left_out:
        kind = reason if "it holds" in reason else reason.partition(" (")[0]
        by_reason.setdefault(kind, []).append(name)
    most = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    parts = [f"{reason} ({len(names):,}: {_named(names)})" for reason, names in most[:_REASONS_SHOWN]]
    if len(most) > _REASONS_SHOWN:
        parts.append(f"other reasons ({sum(len(names) for _, names in most[_REASONS_SHOWN:]):,})")
    what = "1 file is" if len(left_out) == 1 else f"{len(left_out):,} files are"
    return f"{what} {verb}: {'; '.join(parts)}"


def _images(count: int, verb: str, singular: str) -> str:
    return f"1 image {singular}" if count == 1 else f"{count:,} images {verb}"


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(shown_name(name) for name in names[:_SHOWN])
    return f"{shown}{', ...' if len(names) > _SHOWN else ''}"
