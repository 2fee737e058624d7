"""A case study of HUDD's, as the options that any data set and model are named by."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from faultloc.io.case_studies.layout import TEST, TRAINING, CaseStudyFolder, find_case_study
from faultloc.io.case_studies.named import ALEXNET, MEAN, STD
from faultloc.own.hudd.places import ResultPlaces, case_study_places, plain_places
from faultloc.own.options import DataOptions, ModelOptions

_CROP = "faultloc.io.case_studies.crop:centre"


@dataclass(frozen=True)
class Asked:
    """What is examined, where results go, for how many epochs a model is trained on and which parameters are known to
    have unsafe values, where that is known."""

    data: DataOptions
    model: ModelOptions
    places: ResultPlaces
    epochs: int | None = None
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def as_asked(data: DataOptions, model: ModelOptions, output: Path, mode: str) -> Asked:
    """The options as they are, or, where ``data`` is the folder of a case study, as that is laid out.

    Raises:
        DataError: it is a case study of landmarks.
        ModelError: it has no such model.
    """
    found = find_case_study(data.dataset)
    if found is None:
        return Asked(replace(data, improvement_set=data.improvement_set or "improvement"), model, plain_places(output))
    found.require_classes()
    return Asked(
        _data_of(found, data),
        _model_of(found, model),
        case_study_places(found.folder, mode),
        None if found.study is None else found.study.epochs,
        {} if found.study is None else found.study.parameters,
    )


def _data_of(found: CaseStudyFolder, data: DataOptions) -> DataOptions:
    laid_out = replace(
        data, dataset=found.data, image_set=TRAINING, test_set=TEST, improvement_set=found.improvement_set
    )
    if found.study is None or data.img_size is not None or data.transform is not None:
        return laid_out
    if found.study.size is not None:
        return replace(laid_out, img_size=found.study.size)
    return replace(laid_out, transform=_CROP)


def _model_of(found: CaseStudyFolder, model: ModelOptions) -> ModelOptions:
    path = found.model(model.model)
    scaled = model
    if found.study is not None and model.mean is None and model.std is None:
        scaled = replace(model, mean=MEAN, std=STD)
    if found.study is not None and model.arch is None:
        return replace(scaled, model=ALEXNET, weights=path)
    return replace(scaled, model=str(path))
