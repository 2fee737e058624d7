"""The user's own function that picks the number that counts of what a network returns, named by `--target`."""

import inspect

from faultloc.errors import ConfigError
from faultloc.io.models.user_class import home_of, importable
from faultloc.methods.idc.attributions.explained import Target
from faultloc.torchvision_import import import_beside_torchvision

_EXPECTED = "expected package.module:function or file.py:function, such as detector:best_score"


def import_target(name: str) -> Target:
    """The function that ``name`` (package.module:function, file.py:function) stands for.

    What it gives is checked where it is called: `Explained.scores`. The current directory is searched first, as by
    ``python -m``.

    Raises:
        ConfigError: it names no function, is not there, cannot be called, or importing it fails.
    """
    module_name, _, attribute = name.rpartition(":")
    if not module_name or not attribute:
        raise ConfigError(f"--target {name!r} names no function; {_EXPECTED}")
    folder, module_name = home_of(module_name)
    try:
        with importable(folder):
            module = import_beside_torchvision(module_name)
    except (Exception, SystemExit) as error:  # importing runs the user's module: anything may go wrong in it
        raise ConfigError(
            f"--target {name!r} cannot be imported from {folder} ({type(error).__name__}: {error}); {_EXPECTED}"
        ) from error
    if not hasattr(module, attribute):
        known = [each for each, value in vars(module).items() if inspect.isfunction(value) and not each.startswith("_")]
        raise ConfigError(
            f"--target {name!r}: {module_name} has no {attribute!r}; expected one of: {', '.join(known) or 'none'}"
        )
    found = getattr(module, attribute)
    if not callable(found) or inspect.isclass(found):
        kind = "class" if inspect.isclass(found) else type(found).__name__
        raise ConfigError(f"--target {name!r} is a {kind}; expected a function of what the network returns")
    return found
