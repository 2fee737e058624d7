"""Calls inside ``torch.func``'s transforms, ``vmap`` and ``grad``: their tensors are no numbers that could be read."""

import torch

# Asked at every step: looked up once.
_transform_under_way = torch._C._functorch.peek_interpreter_stack


def is_transformed() -> bool:
    """Whether a transform is under way."""
    return _transform_under_way() is not None
