"""Errors in the words of whoever asked: the library names its settings as the pipeline does, a command its options."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from faultloc.errors import FaultlocError

# What a network says that does not take its inputs ends with the first; a command can change their size.
SIZE_OF_INPUTS = {"inputs of the size that it takes": "inputs of the size that it takes (--img_size)"}


@contextmanager
def reworded(words: Mapping[str, str]) -> Iterator[None]:
    """An error of ours that is raised inside says, for each key of ``words`` in its sentence, the value instead."""
    try:
        yield
    except FaultlocError as error:
        sentence = str(error)
        for said, instead in words.items():
            sentence = sentence.replace(said, instead)
        error.args = (sentence, *error.args[1:])
        raise
