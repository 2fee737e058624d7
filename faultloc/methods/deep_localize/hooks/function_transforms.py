"""Calls inside ``torch.func``'s transforms, ``vmap`` and ``grad``: their tensors are no numbers that could be read."""

import torch


def is_transformed() -> bool:
    """Whether a transform is under way."""
    return torch._C._functorch.peek_interpreter_stack() is not None
