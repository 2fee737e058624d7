"""What the benchmark of scale itself promises."""

import mmap

import numpy as np
import pandas as pd
import psutil
import pytest

from benchmarks.scale.data import load_case, train_subject, write_generated
from benchmarks.scale.growth import growth_exponents
from benchmarks.scale.memory import memory_of
from benchmarks.scale.methods import METHODS

MEGABYTE = 2**20


def table(seconds, anonymous) -> pd.DataFrame:
    samples = [1_000, 10_000, 100_000]
    return pd.DataFrame(
        {
            "data": "made",
            "samples": samples,
            "method": "m",
            "cpu_seconds": seconds,
            "anonymous": anonymous,
            "mapped": 1.0,
        }
    )


def test_the_exponent_is_that_of_the_power_and_small_sets_do_not_count():
    (found,) = growth_exponents(table([500, 2, 20], [7, 3, 3])).to_dict("records")
    assert (found["cpu_seconds"], found["anonymous"]) == (1.0, 0.0)
    assert growth_exponents(table([1, 4, 400], [1, 1, 10]))["cpu_seconds"].item() == 2.0


def test_anonymous_memory_and_mapped_files_are_told_apart(tmp_path):
    process, size = psutil.Process(), 64 * MEGABYTE
    before = memory_of(process)
    mine = np.ones(size, np.uint8)
    with (tmp_path / "file").open("wb+") as file:
        file.truncate(size)
        mapped = mmap.mmap(file.fileno(), size)
    mapped[:] = b"1" * size
    after = memory_of(process)
    assert after.anonymous - before.anonymous == pytest.approx(64, abs=20)
    assert after.mapped - before.mapped == pytest.approx(64, abs=20)
    assert mine.sum() == size
    mapped.close()


def test_every_method_finds_more_faults_than_chance_in_made_up_digits(tmp_path):
    write_generated(tmp_path, 400)
    train_subject(tmp_path, 12)
    case = load_case(tmp_path)
    for name, method in METHODS.items():
        suspiciousness = method(case, tmp_path)
        found = case.is_fault[np.argsort(-suspiciousness, kind="stable")]
        assert found[:80].mean() > 2 * case.is_fault.mean(), name


def test_made_up_digits_are_the_same_every_time(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_generated(tmp_path / name, 50)
    first, second = (load_case(tmp_path / name, trained=False) for name in ("first", "second"))
    np.testing.assert_array_equal(first.dataset.inputs, second.dataset.inputs)
    np.testing.assert_array_equal(first.dataset.labels, second.dataset.labels)
    assert first.is_fault.sum() == 2  # 5 % of 50, rounded to the even number
