"""Answers the research questions from the tables of a sweep. No stage: it reads what many runs of the graph have left.

    python -m stages.questions --results sweep/results.csv --output sweep/questions

1. effectiveness: DFauLo beside every baseline, with tests over the seeds; 2. sensitivity to the swept settings, and
ablation where it was run; 3. cost by stage; 4. retraining. What the latter two need lies in the folders of the jobs
beside the results, or in the tables that --times and --purify name. answers.md has all that people read; the rest are
CSV, LaTeX and figures.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from faultloc.endings import EXPECTED, Advice, ending_of

if TYPE_CHECKING:
    from faultloc.report.questions.answer import Answer

_ADVICE = Advice(
    interrupted="the same command starts afresh",
    out_of_memory="close other programs, or take a smaller table of results",
    out_of_space=None,
)
SHOWN = ("rauc", "apfd", "pobl@1", "pobl@5", "pobl@10")


def answer_questions(options: argparse.Namespace) -> "tuple[Sequence[Answer], Sequence[str]]":
    """All answers, and the notes on the results as a whole."""
    from faultloc.evaluation.sweep_results import check_sweep, choose_metrics
    from faultloc.io.sweep_tables import collect_accuracies, collect_times, load_sweep_table
    from faultloc.report.questions.cost_answer import answer_cost
    from faultloc.report.questions.effectiveness_answer import answer_ablation, answer_effectiveness
    from faultloc.report.questions.retraining_answer import answer_retraining
    from faultloc.report.questions.sensitivity_answer import answer_sensitivity

    results = check_sweep(load_sweep_table(options.results))
    usual = [name for name in SHOWN if name in results.metrics] or list(results.metrics)
    shown = choose_metrics(results, options.metrics or usual)
    every = choose_metrics(results, [])
    sweep, jobs = options.results.parent, results.jobs
    times = load_sweep_table(options.times) if options.times else collect_times(sweep, jobs)
    purified = load_sweep_table(options.purify) if options.purify else collect_accuracies(sweep, jobs)
    ablation = answer_ablation(results, every, shown)
    answers = [
        answer_effectiveness(results, every, shown),
        *([ablation] if ablation else []),
        answer_sensitivity(results, every, shown),
        answer_cost(times, results),
        answer_retraining(purified, results),
    ]
    return answers, results.notes


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the answers; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        answers, notes = answer_questions(options)
        from faultloc.report.questions.answer import write_answers

        write_answers(options.output, answers, notes)
    except EXPECTED as error:
        ending = ending_of(error, _ADVICE)
        print(f"questions: error: {ending.sentence}", file=sys.stderr)
        return ending.code
    for note in (*notes, *(note for answer in answers for note in answer.notes)):
        print(f"questions: note: {note}")
    print(f"questions: wrote {options.output / 'answers.md'}, tables and figures beside it")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stages.questions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--results", type=Path, required=True, help="a row per job and ranking: settings, seed, metrics"
    )
    parser.add_argument("--output", type=Path, required=True, help="folder for tables and figures")
    parser.add_argument("--times", type=Path, help="a table of job, stage, seconds")
    parser.add_argument("--purify", type=Path, help="a table of job, or settings and seed, and test_accuracy_*")
    parser.add_argument("--metrics", nargs="+", default=[], help=f"the printed ones; usually {' '.join(SHOWN)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
