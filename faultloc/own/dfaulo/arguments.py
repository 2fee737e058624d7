"""Whether the arguments of the Python call are what they are called, and go together: said before data are read."""

from typing import get_args

from faultloc.errors import ConfigError
from faultloc.own.dfaulo.settings import LocateSettings, Scorer
from faultloc.subject.recipe import TrainingRecipe


def check_arguments(*, scorer: object, recipe: object, record: object, settings: object) -> None:
    """Nothing, where ``locate_data_faults`` can be called so.

    Raises:
        ConfigError: there is no such ``scorer``, it reads no ``recipe`` or no ``record``, or one of them is something
            else.
    """
    if not isinstance(scorer, str) or scorer not in get_args(Scorer):
        raise ConfigError(f"scorer is {scorer!r}; expected {' or '.join(map(repr, get_args(Scorer)))}")
    if settings is not None and not isinstance(settings, LocateSettings):
        raise ConfigError(f"settings is a {type(settings).__name__}; expected a LocateSettings(...), or none")
    if recipe is not None and not isinstance(recipe, TrainingRecipe):
        raise ConfigError(
            f"recipe is a {type(recipe).__name__}; expected a "
            'TrainingRecipe("SGD", epochs=10, batch_size=64, optimizer_options={"lr": .01})'
        )
    if scorer == "paper" and recipe is None:
        raise ConfigError("scorer='paper' trains the model on; expected recipe=TrainingRecipe(...), how to")
    if scorer == "paper" and record is not None:
        raise ConfigError("record is given with scorer='paper', which reads the model alone; expected one of them")
    if scorer != "paper" and recipe is not None:
        raise ConfigError(
            "recipe is given with the default scorer, which does not train the model on; expected it with "
            "scorer='paper': leave it out, or name that scorer"
        )
