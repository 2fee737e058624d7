"""Stand-in until the command is built."""

import click


@click.command("review")
def command() -> None:
    """Not built yet."""
