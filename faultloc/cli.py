"""The command `faultloc`: its commands, and how they end.

Exit codes: 0 done, 1 a mistake in the data, the model or the settings, 2 a mistyped command line, 3 a training run was
watched and has an error, 130 interrupted.
"""

import difflib
import importlib
import io
import sys

import click

from faultloc.endings import EXPECTED, Advice, ending_of

# Each is `command` in the module of its name in faultloc/commands/, imported when it is asked for: `faultloc --help`
# must not wait for PyTorch.
_COMMANDS = {
    "dfaulo": "dfaulo",
    "review": "review",
    "purify": "purify",
    "hudd": "hudd",
    "idc": "idc",
    "coverage": "coverage",
    "deep-localize": "deep_localize",
}

_ADVICE = Advice(
    interrupted="what was finished is kept, and the same command carries on from there",
    out_of_memory="take smaller images (--img_size) or close other programs",
    out_of_space="free some, run again: what was finished is kept",
    unusable_file="; expected a file or folder that can be used: check its name, and that you may read and write it",
)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = cmd_name.replace("_", "-")
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"faultloc.commands.{_COMMANDS[cmd_name]}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        close = difflib.get_close_matches(args[0], _COMMANDS)
        if close and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"No such command '{args[0]}'. Did you mean {' or '.join(close)}?")
        return super().resolve_command(ctx, args)


def _underscored(option: str) -> str:
    """DFauLo's users write --img_size, others --img-size: both are read."""
    return option.replace("-", "_")


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": _underscored},
)
@click.version_option(package_name="faultloc")
def faultloc() -> None:
    """Says where a deep learning subject is at fault: data, model or training.

    \b
    Example:
      faultloc dfaulo --dataset ./MNIST --model ./model.pth --img_size '(28,28,1)'
      faultloc review ./results
      faultloc purify ./results --verdicts
      faultloc hudd --dataset ./signs --model ./model.pth
      faultloc idc --dataset ./signs --model ./model.pth
      faultloc deep-localize --script train.py
    """


def main() -> None:
    """Runs the command line; a user's mistake ends in one sentence, never in a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files in a script that the terminal does not have
    try:
        code = faultloc.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:  # what click makes of Ctrl-C
        _fail(KeyboardInterrupt())
    except EXPECTED as error:
        _fail(error)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: BaseException) -> None:
    ending = ending_of(error, _ADVICE)
    click.echo(f"faultloc: error: {ending.sentence}", err=True)
    sys.exit(ending.code)
