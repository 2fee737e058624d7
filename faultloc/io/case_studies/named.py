"""What HUDD's tools set by the name of a case study's folder.

Source: the released code. Differs: the number of classes is that of the class folders, and images of another size than
256x256 are cut or padded as there (`crop`), without a run of torchvision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Of ImageNet, on which AlexNet was trained first.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ALEXNET = "torchvision:alexnet"


@dataclass(frozen=True)
class CaseStudy:
    """A case study: what it is about, and for how many epochs its model is trained on.

    ``size`` is what images are resized to (width, height, channels); None: the middle 256x256 of each.
    """

    about: str
    epochs: int
    size: tuple[int, int, int] | None = None
    has_landmarks: bool = False


CASE_STUDIES: Mapping[str, CaseStudy] = MappingProxyType(
    {
        "OC": CaseStudy("eyes open or closed", 10),
        "GD": CaseStudy("the direction of a gaze", 10),
        "HPD": CaseStudy("the pose of a head", 13, (128, 128, 3)),
        "OD": CaseStudy("an object on a face", 13),
        "TS": CaseStudy("traffic signs", 12, (256, 256, 3)),
        "FLD": CaseStudy("landmarks of a face", 50, has_landmarks=True),
        "ASL": CaseStudy("hand signs", 13),
        "AC": CaseStudy("the case study AC", 20),
    }
)
