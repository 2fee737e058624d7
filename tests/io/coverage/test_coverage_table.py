from faultloc.coverage import Coverage
from faultloc.io.coverage.coverage_table import coverage_line


def test_more_combinations_than_a_real_number_counts_are_written():
    line = coverage_line("idc", Coverage("idc", 3, 2**1100, 60))
    assert "3 of 1.36e+331" in line
    assert "as many samples can cover" in line
