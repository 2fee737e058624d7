from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.comparison import compare, metric_names
from faultloc.report.shared.text_table import text_table

METRICS = {
    "random": {"pobl@10": 0.1, "pobl@5": 0.05, "rauc": 0.5, "exam_average": 0.5},
    "loss": {"pobl@10": 1.0, "pobl@5": 0.97, "rauc": 0.99, "exam_average": 0.02},
    "dfaulo_offline": {"pobl@10": 1.0, "pobl@5": 0.9, "rauc": 0.97, "exam_average": 0.03},
    "dfaulo_input": {"pobl@10": 0.5, "pobl@5": 0.3, "rauc": 0.8, "exam_average": 0.2},
    "dfaulo_input+output": {"pobl@10": 0.6, "pobl@5": 0.4, "rauc": 0.9, "exam_average": 0.1},
}


def test_dfaulo_comes_first_and_ablations_have_their_own_table() -> None:
    assert RANKINGS.ordered(METRICS) == ["dfaulo_offline", "loss", "random"]
    assert RANKINGS.beside_whole(METRICS) == ["dfaulo_offline", "dfaulo_input+output", "dfaulo_input"]


def test_without_ablations_there_is_no_second_table() -> None:
    assert RANKINGS.beside_whole({"dfaulo_offline": {"rauc": 1.0}}) == []


def test_shares_found_come_first_by_rising_effort() -> None:
    assert metric_names(METRICS) == ["pobl@5", "pobl@10", "rauc", "exam_average"]


def test_the_best_is_the_highest_but_the_lowest_for_exam() -> None:
    rows = {row.name: row for row in compare(METRICS, RANKINGS.ordered(METRICS), ["pobl@5", "exam_average"], RANKINGS)}
    assert [cell.is_best for cell in rows["loss"].cells] == [True, True]
    assert [cell.is_best for cell in rows["random"].cells] == [False, False]


def test_values_that_look_equal_are_equally_best() -> None:
    metrics = {"loss": {"pobl@5": 0.97001}, "margin": {"pobl@5": 0.97002}}
    assert [row.cells[0].is_best for row in compare(metrics, ["loss", "margin"], ["pobl@5"], RANKINGS)] == [True, True]


def test_the_text_table_has_a_line_per_ranking_with_the_best_starred() -> None:
    lines = text_table(METRICS, RANKINGS).splitlines()
    assert [line.split()[-5:] for line in lines[1:3]] == [
        ["offline", "90.0", "100.0*", "0.9700", "3.0"],
        ["loss", "97.0*", "100.0*", "0.9900*", "2.0*"],
    ]


def test_the_text_table_fits_a_terminal_whatever_was_measured() -> None:
    values = dict.fromkeys([*(f"pobl@{percent}" for percent in range(1, 21)), "rauc", "apfd", "auroc"], 0.5)
    for line in text_table(dict.fromkeys(RANKINGS.titles, values), RANKINGS).splitlines():
        assert len(line) <= 100


def test_the_usual_metrics_all_fit() -> None:
    names = ("pobl@1", "pobl@2", "pobl@5", "pobl@10", "rauc", "apfd", "exam_average", "auroc")
    assert "AUROC" in text_table(dict.fromkeys(RANKINGS.titles, dict.fromkeys(names, 1.0)), RANKINGS)


def test_without_metrics_the_text_says_so() -> None:
    assert "No ground truth" in text_table({}, RANKINGS)
