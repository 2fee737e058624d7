"""How a command or a stage ends that could not do its work: one sentence and an exit code, never a traceback."""

import errno
from dataclasses import dataclass

from faultloc.errors import FaultlocError

INTERRUPTED = 130
_FAILED = 1

# What a user or the machine can cause; anything else is a fault of ours and keeps its traceback.
EXPECTED = (FaultlocError, KeyboardInterrupt, MemoryError, OSError)


@dataclass(frozen=True)
class Advice:
    """What to do next, in the words of the command that ends; each follows what has happened.

    ``out_of_space`` None says that a full disk is answered as any file that cannot be used.
    """

    interrupted: str
    out_of_memory: str
    out_of_space: str | None = "free some, run again"
    unusable_file: str = "; expected a file or folder that can be used"


@dataclass(frozen=True)
class Ending:
    """The sentence for a person and the exit code for a program."""

    sentence: str
    code: int


def ending_of(error: BaseException, advice: Advice) -> Ending:
    """How it ends after ``error``, which is one of ``EXPECTED``; any other is raised again."""
    if isinstance(error, FaultlocError):
        return Ending(str(error), _FAILED)
    if isinstance(error, KeyboardInterrupt):
        return Ending(f"interrupted; {advice.interrupted}", INTERRUPTED)
    if isinstance(error, MemoryError):
        return Ending(f"out of memory; {advice.out_of_memory}", _FAILED)
    if isinstance(error, OSError):
        where = error.filename or "while writing"
        if error.errno == errno.ENOSPC and advice.out_of_space is not None:
            return Ending(f"no space left on the device ({where}); {advice.out_of_space}", _FAILED)
        return Ending(f"{error.strerror or error} ({where}){advice.unusable_file}", _FAILED)
    raise error
