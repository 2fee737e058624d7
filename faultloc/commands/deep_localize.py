"""`faultloc deep-localize`: a training script of yours runs under the monitor."""

import sys
import traceback
from pathlib import Path

import click

from faultloc.errors import FaultlocError

FAULTY, INTERRUPTED = 3, 130


class _BeforeArguments(click.Command):
    """Options before the script's own arguments are ours: a misspelled one is no option of the script."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            said = f"{error.message} An option of the script comes after --."
            raise click.NoSuchOption(error.option_name, said, error.possibilities, ctx) from error


@click.command("deep-localize", cls=_BeforeArguments, context_settings={"allow_interspersed_args": False})
@click.option(
    "--script", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Your training script; it is run."
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results/deep_localize"),
    show_default=True,
)
@click.option("--every", type=click.IntRange(1), default=10, show_default=True, help="Steps between full statistics.")
@click.option(
    "--on-error", type=click.Choice(["warn", "stop"]), default="warn", show_default=True,
    help="stop: end the script at the first error.",
)  # fmt: skip
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(script: Path, output: Path, every: int, on_error: str, arguments: tuple[str, ...]) -> int:
    """Runs a training script, unchanged, and says which layer and phase of the training is at fault.

    Trainings by Lightning, Hugging Face's Trainer and Keras 3 (on torch) are watched too. What follows -- is given to
    the script. Writes diagnosis.json and a picture of the statistics to the output folder. Exit code 3: an error was
    found; 1: the script itself failed, or trained nothing; 130: it was interrupted.

    \b
    Example:
      faultloc deep-localize --script train.py
      faultloc deep-localize --script train.py --on-error stop -- --epochs 3
    """
    from faultloc.io.stores.result_folder import claim_folder
    from faultloc.methods.deep_localize.first_findings import FirstFindings
    from faultloc.own.deep_localize.running import require_script, run_script
    from faultloc.report.deep_localize.diagnosis import WRITTEN, describe_runs, save_diagnosis

    require_script(script)
    place = output.absolute()  # wherever the script goes
    claim_folder(output, "deep-localize", WRITTEN)
    watched = run_script(
        script,
        arguments,
        every=every,
        on_error=on_error,
        on_finding=FirstFindings(lambda finding: click.echo(f"faultloc: {finding.severity}, {finding.text}", err=True)),
    )
    error = watched.error
    if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
        traceback.print_exception(error, file=sys.stderr)
    # Said before it is written: a disk that is full by now takes nothing of it away.
    if watched.runs or error is not None:
        click.echo(describe_runs(watched.runs) or watched.nothing_seen)
    save_diagnosis(place, watched.runs)
    if watched.runs:
        click.echo(f"Details: {output / 'diagnosis.json'}")
    if watched.was_stopped:
        click.echo("The script was stopped at the first error (--on-error stop).")
    if isinstance(error, KeyboardInterrupt):
        click.echo("The script was interrupted.", err=True)
        return INTERRUPTED
    if isinstance(error, SystemExit):
        if isinstance(error.code, str):
            click.echo(error.code, err=True)
        click.echo(
            f"{script} ended itself with exit code {error.code if isinstance(error.code, int) else 1}.", err=True
        )
        return 1
    if error is not None:
        seen = "what was seen before is above" if watched.runs else "mend it, and run again"
        raise FaultlocError(f"{script} ended with {type(error).__name__}; {seen}")
    if not watched.runs:
        raise FaultlocError(watched.nothing_seen)
    has_error = any(finding.severity == "error" for run in watched.runs for finding in run.diagnosis.findings)
    return FAULTY if has_error else 0
