"""Stand-in until the command is built."""

import click


@click.command("dfaulo")
def command() -> None:
    """Not built yet."""
