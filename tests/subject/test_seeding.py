import hashlib

import numpy as np
import torch

from faultloc.subject.seeding import derive_seed, isolated_torch_rng, numpy_generator, torch_generator


def test_a_seed_is_the_same_in_every_process_and_version():
    digest = hashlib.sha256(b"0/train/weights").digest()
    assert derive_seed(0, "train", "weights") == int.from_bytes(digest[:8], "big") >> 1


def test_every_item_of_a_stage_has_a_stream_of_its_own():
    seeds = {derive_seed(seed, stage, item) for seed in (0, 1) for stage in ("a", "b") for item in ("", "x", "y")}
    assert len(seeds) == 12


def test_the_same_seed_gives_the_same_numbers():
    assert np.array_equal(numpy_generator(3, "s").random(4), numpy_generator(3, "s").random(4))
    assert torch.equal(
        torch.rand(4, generator=torch_generator(3, "s")), torch.rand(4, generator=torch_generator(3, "s"))
    )


def test_layers_draw_from_the_generator_and_the_global_state_is_left_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    with isolated_torch_rng(torch_generator(1, "s")):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with isolated_torch_rng(torch_generator(1, "s")):
        assert torch.equal(torch.rand(3), inside)
