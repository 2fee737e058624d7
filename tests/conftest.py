"""Types are checked while the tests run: array shapes by jaxtyping, the rest by beartype."""

import pytest
from jaxtyping import install_import_hook

install_import_hook("faultloc", "beartype.beartype")


@pytest.fixture(autouse=True, scope="session")
def _torch_as_in_the_stages() -> None:
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: workers take files in this order, and none is left with a long one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
