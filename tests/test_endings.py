import errno

import pytest

from faultloc.endings import Advice, Ending, ending_of
from faultloc.errors import ConfigError

ADVICE = Advice(interrupted="it carries on", out_of_memory="take less")


def full(filename=None) -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", filename)


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (ConfigError("ratio is 2"), Ending("ratio is 2", 1)),
        (KeyboardInterrupt(), Ending("interrupted; it carries on", 130)),
        (MemoryError(), Ending("out of memory; take less", 1)),
        (full("a.npy"), Ending("no space left on the device (a.npy); free some, run again", 1)),
        (full(), Ending("no space left on the device (while writing); free some, run again", 1)),
        (
            PermissionError(errno.EACCES, "Permission denied", "a.npy"),
            Ending("Permission denied (a.npy); expected a file or folder that can be used", 1),
        ),
        (OSError("odd"), Ending("odd (while writing); expected a file or folder that can be used", 1)),
    ],
)
def test_what_a_user_or_the_machine_causes_ends_in_a_sentence_and_a_code(error, ending):
    assert ending_of(error, ADVICE) == ending


def test_a_command_may_answer_a_full_disk_as_any_file_that_cannot_be_used():
    advice = Advice(interrupted="", out_of_memory="", out_of_space=None, unusable_file=": make room")
    assert ending_of(full("a.npy"), advice).sentence == "No space left on device (a.npy): make room"


def test_a_fault_of_ours_is_not_made_a_sentence():
    with pytest.raises(ZeroDivisionError):
        ending_of(ZeroDivisionError(), ADVICE)
