"""Stand-in until the command is built."""

import click


@click.command("purify")
def command() -> None:
    """Not built yet."""
