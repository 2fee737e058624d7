"""`parameters.yaml` beside `parameters.csv`: which parameters go round, and which of their values are unsafe."""

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from faultloc.errors import DataError
from faultloc.evaluation.known_parameters import KnownParameters, known_parameters
from faultloc.io.stores.parameters import PARAMETERS_FILE

KNOWN_FILE = "parameters.yaml"


def load_known_parameters(
    folder: Path, names: Collection[str], usual: Mapping[str, Mapping[str, object]]
) -> KnownParameters:
    """What the file in ``folder`` says of the parameters called ``names``, and without one what is ``usual``.

    Raises:
        DataError: the file is no mapping of parameters, or one of them has another name.
        ConfigError: it says of one what cannot be.
    """
    path = folder / KNOWN_FILE
    if not path.is_file():
        return known_parameters({name: said for name, said in usual.items() if name in names}, "what is usual")
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not valid YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(said, Mapping) or not all(isinstance(name, str) for name in said):
        raise DataError(f"{path} is no list of parameters by name; expected for example gaze: {{period: 360}}")
    for name in said:
        if name not in names:
            raise DataError(
                f"{path} says something of {name}, which is no parameter of the samples; expected columns of "
                f"{PARAMETERS_FILE} beside it: {', '.join(names) or 'there are none'}"
            )
    return known_parameters(said, str(path))
