"""Types are checked while the tests run: array shapes by jaxtyping, the rest by beartype."""

import pytest
from jaxtyping import install_import_hook

install_import_hook("faultloc", "beartype.beartype")


@pytest.fixture(autouse=True, scope="session")
def _torch_as_in_the_stages() -> None:
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
