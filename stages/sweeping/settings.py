"""How a sweep is run: the settings under ``sweep`` in `conf/sweep.yaml`."""

from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number


@dataclass(frozen=True)
class SweepSettings:
    """The folder of the results, the number of jobs side by side, and whether the jobs' workspaces stay."""

    folder: str
    jobs: int
    keep_workspaces: bool

    def __post_init__(self) -> None:
        check_number("sweep.jobs", self.jobs, at_least=1, whole=True)
        if not isinstance(self.keep_workspaces, bool):
            raise ConfigError(f"sweep.keep_workspaces is {self.keep_workspaces!r}; expected true or false")
        if not isinstance(self.folder, str) or Path(self.folder).is_file():
            raise ConfigError(f"sweep.folder is {self.folder!r}; expected the name of a folder")
