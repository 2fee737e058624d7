"""What to do about files that cannot be read as they are, in the words of whoever reads them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingAdvice:
    """Each follows what was found and names settings that the command at hand has.

    ``sizes`` and ``channels``: images differ in them; ``wide``: an image has more than 8 bits a channel; ``turn``: EXIF
    asks for images to be turned; ``links``: how links out of the data set are read; ``place``: how it is said where the
    class folders lie; ``image_set`` and ``test_set``: the settings of that name, up to their value.
    """

    sizes: str
    channels: str
    wide: str
    turn: str
    links: str
    place: str
    image_set: str
    test_set: str


PIPELINE = ReadingAdvice(
    sizes="set dataset.image_size=[width,height] to resize",
    channels="set dataset.channels=1 to make all of them grey, 3 for RGB",
    wide="convert it to 8 bits, or store the images as floating point in an .npz file (dataset=npz)",
    turn="turn the files first (Pillow's ImageOps.exif_transpose)",
    links="dataset.follow_links=true",
    place="check dataset.root and dataset.image_set, which is a dot where the class folders lie in dataset.root itself",
    image_set="dataset.image_set=",
    test_set="dataset.test_set=",
)

COMMAND = ReadingAdvice(
    sizes="give --img_size '(width,height)' to resize",
    channels="give --img_size '(width,height,1)' to make all of them grey, 3 in place of the 1 for RGB",
    wide="convert it to 8 bits, or give --transform package.module:function, which gets such images as they are and "
    "returns floating point numbers",
    turn="turn the files first, or give --transform with Pillow's ImageOps.exif_transpose in it",
    links="--follow-links",
    place="check --dataset and --image_set, which is a dot where the class folders lie in the data set's folder itself",
    image_set="--image_set ",
    test_set="--test_set ",
)
