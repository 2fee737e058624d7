"""The documented layout of a case study's folder.

DataSets/TrainingSet/<class>/*      DataSets/TestSet/<class>/*
DataSets/ImprovementSet/<class>/*   or one level deeper, DataSets/ImprovementSet/ImprovementSet/<class>/*
DNNModels/<model>.pth               IEEPackage/*.npy, the keypoints of the case study FLD
"""

from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import DataError, ModelError
from faultloc.io.case_studies.named import CASE_STUDIES, CaseStudy

TRAINING, TEST, IMPROVEMENT = "TrainingSet", "TestSet", "ImprovementSet"
_DATA, _MODELS, _KEYPOINTS = "DataSets", "DNNModels", "IEEPackage"


@dataclass(frozen=True)
class CaseStudyFolder:
    """A folder laid out so; ``study`` is what its name stands for, None where it has a name of its own."""

    folder: Path
    study: CaseStudy | None

    @property
    def data(self) -> Path:
        """The folder with a folder a set."""
        return self.folder / _DATA

    @property
    def improvement_set(self) -> str:
        """The set of more samples, below ``data``: one level deeper where it lies there."""
        nested = Path(IMPROVEMENT) / IMPROVEMENT
        return nested.as_posix() if (self.data / nested).is_dir() else IMPROVEMENT

    def model(self, name: str) -> Path:
        """The model's file called ``name`` in `DNNModels`, or at the path ``name``.

        Raises:
            ModelError: there is none.
        """
        for path in (self.folder / _MODELS / name, Path(name)):
            if path.is_file():
                return path
        folder = self.folder / _MODELS
        there = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        listed = f"there are {', '.join(there[:5])}" if there else f"{folder} has no files"
        raise ModelError(f"{name} is neither in {folder} nor a path; expected the model's file: {listed}")

    def require_classes(self) -> None:
        """Raises DataError where the case study is one of landmarks."""
        if self.study is None or not self.study.has_landmarks:
            return
        keypoints = sorted((self.folder / _KEYPOINTS).glob("*.npy"))
        if not keypoints:
            raise DataError(
                f"{self.folder} is a case study of landmarks and has no {_KEYPOINTS}/*.npy, the file of their places; "
                "expected a case study of classes: landmarks are not examined yet, with that file neither"
            )
        raise DataError(
            f"{self.folder} is a case study of landmarks ({keypoints[0].name}); expected one of classes: landmarks are "
            "not examined yet"
        )


def find_case_study(folder: Path) -> CaseStudyFolder | None:
    """The case study in ``folder``, or None where it is not laid out as one.

    By its name alone it is one, too, so that what is missing can be said.
    """
    study = CASE_STUDIES.get(folder.resolve().name)
    if (folder / _DATA / TEST).is_dir() or (folder / _DATA / TRAINING).is_dir():
        return CaseStudyFolder(folder, study)
    return CaseStudyFolder(folder, study) if study is not None and folder.is_dir() else None
