from itertools import islice

import pytest
import torch

from faultloc.methods.dfaulo.default.suffix.epochs import in_turn, samples_of_epoch


@pytest.mark.parametrize(("samples", "shown"), [(10, 10), (12_287, 12_287), (12_288, 12_288)])
def test_an_epoch_of_few_steps_shows_every_sample(samples, shown):
    assert samples_of_epoch(samples, 256) == shown


@pytest.mark.parametrize(("times", "steps"), [(4, 2), (9, 3), (100, 10)])
def test_above_that_the_steps_grow_with_the_square_root_of_the_samples(times, steps):
    assert samples_of_epoch(12_288 * times, 256) == 12_288 * steps


def test_no_sample_is_shown_again_before_all_were_shown():
    shown = torch.cat(list(islice(in_turn(10, 4, torch.Generator().manual_seed(0)), 15)))
    assert len(shown) == 60
    for start in range(0, 60, 10):
        assert sorted(shown[start : start + 10].tolist()) == list(range(10))


def test_an_epoch_of_all_is_one_random_order_and_the_next_another():
    first, second = islice(in_turn(50, 50, torch.Generator().manual_seed(0)), 2)
    assert torch.equal(first, torch.randperm(50, generator=torch.Generator().manual_seed(0)))
    assert not torch.equal(first, second)
