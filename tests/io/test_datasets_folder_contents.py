"""What lies in class folders: every file is a sample, or it is left out with a reason."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.datasets.class_folders import list_class_folders
from faultloc.io.datasets.file_names import shown_name, why_not_kept
from faultloc.io.datasets.reading_advice import COMMAND

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)


@pytest.fixture
def root(tmp_path) -> Path:
    """Two classes of one image each."""
    for name in ("cat", "dog"):
        (tmp_path / "train" / name).mkdir(parents=True)
        Image.fromarray(PIXELS).save(tmp_path / "train" / name / "0.png")
    return tmp_path


def listed(root: Path, **options) -> tuple[list[str], dict[str, str]]:
    """The names of the samples below `train`, and of what is left out, each with the reason."""
    found = list_class_folders(root, root / "train", COMMAND, **options)
    images = [path.relative_to(root / "train").as_posix() for paths in found.files.values() for path in paths]
    return images, {path.relative_to(root / "train").as_posix(): reason for path, reason in found.left_out}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jfif", "JPEG"),
        ("a.JPG_", "JPEG"),
        ("a.avif", "AVIF"),
        ("a.webp", "WEBP"),
        ("a.heic", "PNG"),
        ("a.jp2", "JPEG2000"),
        ("a.tga", "TGA"),
        ("noending", "PNG"),
        ("a.txt", "GIF"),
        ("a.pnm", "PPM"),
    ],
)
def test_an_image_is_told_by_its_content_whatever_its_name_ends_in(root, name, form):
    Image.fromarray(PIXELS).save(root / "train/dog" / name, form)
    images, left_out = listed(root)
    assert f"dog/{name}" in images
    assert not left_out


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("README.txt", b"what this is", "it holds text"),
        ("Thumbs.db", b"\xd0\xcf", "a file of the operating system"),
        (".DS_Store", b"x", "a file of the operating system"),
        ("._a.png", b"x", "a file of the operating system"),
        (".a.png", b"x", "a hidden file"),
        ("empty", b"", "it holds nothing"),
        ("a.heic", b"\0\0\0\x18ftypheic", "HEIC, which Pillow cannot read"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "PostScript"),
        ("a.mp4", b"\0\0\0\x18ftypisom", "a film"),
        ("a.dcm", b"\0" * 128 + b"DICM", "DICOM"),
        ("cut", "déjà vu".encode()[:2], "it holds text"),
    ],
)
def test_what_is_no_image_is_left_out_and_said_why(root, name, content, reason):
    (root / "train/dog" / name).write_bytes(content)
    images, left_out = listed(root)
    assert images == ["cat/0.png", "dog/0.png"]
    assert reason in left_out[f"dog/{name}"]


def test_an_archive_a_pipe_and_links_that_lead_nowhere_are_left_out(root):
    dog = root / "train/dog"
    with zipfile.ZipFile(dog / "more.zip", "w") as archive:
        archive.writestr("a.png", "x")
    os.mkfifo(dog / "pipe.png")
    (dog / "broken.png").symlink_to("nowhere.png")
    (dog / "itself.png").symlink_to("itself.png")
    (dog / "around").symlink_to(dog)
    (dog / "other").symlink_to(root / "train/cat")
    images, left_out = listed(root)
    assert images == ["cat/0.png", "dog/0.png"]
    assert {name: reason.partition(" (")[0] for name, reason in left_out.items()} == {
        "dog/more.zip": "no image that can be read",
        "dog/pipe.png": "no ordinary file",
        "dog/broken.png": "a link that leads to nothing",
        "dog/itself.png": "a link that leads to nothing",
        "dog/around": "a link to a folder around it",
        "dog/other": "a link to a folder, which is followed only where links are",
    }
    assert "dog/other/0.png" in listed(root, follow_links=True)[0]


def test_folders_of_operating_systems_are_no_classes_and_no_parts_of_them(root):
    for name in ("__MACOSX/dog", "dog/@eaDir", "dog/.thumbnails"):
        (root / "train" / name).mkdir(parents=True)
        Image.fromarray(PIXELS).save(root / "train" / name / "small.png")
    images, left_out = listed(root)
    assert images == ["cat/0.png", "dog/0.png"]
    assert left_out == {
        "__MACOSX": "a folder of the operating system",
        "dog/@eaDir": "a folder of the operating system (files in it: 1)",
        "dog/.thumbnails": "a hidden folder (files in it: 1)",
    }


def test_an_image_beside_the_class_folders_is_of_no_class(root):
    Image.fromarray(PIXELS).save(root / "train/stray.png")
    (root / "train/notes.txt").write_text("x")
    assert listed(root)[1] == {"stray.png": "an image beside the class folders, so of no class"}


def test_samples_are_in_the_order_of_their_paths_with_folders_among_files(root):
    for name in ("a/z.png", "a.png", "a b.png", "B.png", "a/b/c.png"):
        path = root / "train/cat" / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(PIXELS).save(path)
    images = [name for name in listed(root)[0] if name.startswith("cat")]
    assert images == [path.as_posix() for path in sorted(map(Path, images))]
    assert len(images) == 6


# A macOS screenshot, combining marks, right to left, ideographic space, a joined emoji, marks of direction, a character
# that this Python's Unicode does not know, private use, and what means something to shells, tables, addresses.
KEPT = (
    "Screenshot 2024-05-01 at 3.14.15\u202fPM.png",
    "cafe\u0301.png",
    "\u05e9\u05dc\u05d5\u05dd.png",
    "\u3000全角　.png",
    "👩\u200d👩\u200d👧.png",
    "\u200fa\u200e.png",
    "\U000e0fff.png",
    "\ue000.png",
    "100% #1 'a' \"b\"; c,d?.png",
    "-rf.png",
    "=1+1.png",
    "back\\slash.png",
    " lead.png",
    f"{'x' * 251}.png",
)
NOT_KEPT = (
    "line\nbreak.png",
    "tab\t.png",
    "next\x85.png",
    "separator\u2028.png",
    "escape\x1b[2J.png",
    "bytes\udce9.png",
)


def test_names_of_any_script_are_kept_and_the_others_are_listed_all_at_once(root):
    for name in (*KEPT, *NOT_KEPT):
        Image.fromarray(PIXELS).save(root / "train/dog" / name)
    images, left_out = listed(root)
    assert sorted(images) == sorted(["cat/0.png", "dog/0.png", *(f"dog/{name}" for name in KEPT)])
    assert sorted(left_out) == sorted(f"dog/{name}" for name in NOT_KEPT)
    assert all("a name that cannot be kept" in reason for reason in left_out.values())


def test_a_name_that_cannot_be_kept_is_shown_by_escapes():
    assert [shown_name(name) for name in NOT_KEPT] == [
        r"line\nbreak.png",
        r"tab\t.png",
        r"next\x85.png",
        r"separator\u2028.png",
        r"escape\x1b[2J.png",
        r"bytes\udce9.png",
    ]
    assert [shown_name(name) for name in KEPT] == list(KEPT)
    assert not any(map(why_not_kept, KEPT))


def test_classes_whose_names_cannot_be_kept_are_one_sentence_about_all(root):
    for name in ("o\nwl", "caf\udce9"):
        (root / "train" / name).mkdir()
    with pytest.raises(DataError, match=r"caf\\udce9, o\\nwl"):
        listed(root)


def test_a_class_of_files_that_cannot_be_read_says_what_they_are(root):
    (root / "train/emu").mkdir()
    (root / "train/emu/a.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(DataError, match=r"emu has no images in it \(left out: 1 no image .*HEIC"):
        listed(root)
