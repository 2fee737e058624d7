"""What HUDD's tools set by the name of a case study's folder.

Source: the released code. Differs: the number of classes is that of the class folders, and images of another size than
256x256 are cut or padded as there (`crop`), without a run of torchvision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Of ImageNet, on which AlexNet was trained first.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ALEXNET = "torchvision:alexnet"


@dataclass(frozen=True)
class CaseStudy:
    """A case study: what it is about, and for how many epochs its model is trained on.

    ``parameters`` says which of those in `parameters.csv` have unsafe values, by its column.
    ``size`` is what images are resized to (width, height, channels); None: the middle 256x256 of each.
    """

    about: str
    epochs: int
    size: tuple[int, int, int] | None = None
    has_landmarks: bool = False
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


CASE_STUDIES: Mapping[str, CaseStudy] = MappingProxyType(
    {
        "OC": CaseStudy(
            "eyes open or closed",
            10,
            parameters={"opening": {"near": [20], "margin": 16}},
        ),
        "GD": CaseStudy(
            "the direction of a gaze",
            10,
            # Half way between the eight directions that are its classes.
            parameters={
                "angle": {"period": 360, "near": [22.5 + 45 * k for k in range(8)], "margin": 11.25},
                "pupil_lid_distance": {"below": -16},
            },
        ),
        "HPD": CaseStudy(
            "the pose of a head",
            13,
            (128, 128, 3),
            parameters={
                "h_headpose": {"near": [160, 220], "margin": 10},
                "v_headpose": {"near": [20, 340], "margin": 10},
            },
        ),
        "OD": CaseStudy("an object on a face", 13),
        "TS": CaseStudy("traffic signs", 12, (256, 256, 3)),
        "FLD": CaseStudy("landmarks of a face", 50, has_landmarks=True),
        "ASL": CaseStudy("hand signs", 13),
        "AC": CaseStudy("the case study AC", 20),
    }
)
