"""`faultloc review`: a person looks at the most suspicious samples, and the rest is re-ranked."""

from pathlib import Path

import click

FORMATS = ("csv", "label-studio", "fiftyone")
_GENERATED = ""


@click.command("review")
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than this machine needs a token.")
@click.option(
    "--token",
    is_flag=False,
    flag_value=_GENERATED,
    help="The page opens only with it; without a value one is made. Always on where --host is not this machine.",
)
@click.option("--batch", type=int, default=12, show_default=True, help="Samples between two re-rankings.")
@click.option("--follow-links", is_flag=True, help="Show image files that lie outside the data set's folder, too.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write the list with its verdicts.")
@click.option(
    "--import",
    "import_",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read verdicts from a CSV or from Label Studio's JSON.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Of --export and --import; .csv needs none.")
def command(
    results: Path,
    port: int,
    host: str,
    token: str | None,
    batch: int,
    follow_links: bool,
    no_browser: bool,
    export: Path | None,
    import_: Path | None,
    format_: str | None,
) -> None:
    """Opens a page on which you judge the most suspicious samples of the folder RESULTS.

    Every verdict is on disk before the next sample shows; run the command again to go on.

    \b
    Example:
      faultloc review ./results
      faultloc review ./results --export verdicts.csv
      faultloc review ./results --import verdicts.csv
    """
    if export and import_:
        raise click.UsageError("--export and --import exclude each other: run the command twice")
    if export:
        from faultloc.review.exchange import export_verdicts

        click.echo(export_verdicts(results, export, format_))
        return
    if import_:
        from faultloc.review.exchange import import_verdicts

        click.echo(import_verdicts(results, import_, format_))
        return
    if format_:
        raise click.UsageError("--format belongs to --export or --import")
    _open_page(results, host, port, token, batch, follow_links=follow_links, browser=not no_browser)


def _open_page(
    folder: Path, host: str, port: int, token: str | None, batch: int, *, follow_links: bool, browser: bool
) -> None:
    # What is imported below takes seconds, too. Beside the answer, whose first line has the address.
    doing = f"Reading the results in {folder} and ranking what has no verdict yet; the address of the page follows."
    click.echo(doing, err=True)
    import secrets

    from faultloc.io.results_store import load_results
    from faultloc.review.app import create_app
    from faultloc.review.guard import guard_for
    from faultloc.review.sentences import closing_words
    from faultloc.review.serving import open_browser, serve
    from faultloc.review.session import ReviewSession
    from faultloc.review.verdict_store import FILE_NAME, VerdictStore

    guard = guard_for(host, secrets.token_urlsafe(24) if token == _GENERATED else token)
    results = load_results(folder)
    session = ReviewSession(results, VerdictStore(folder / FILE_NAME), batch_size=batch)
    session.next_batch()  # the first ranking of a million samples takes seconds: not while a person waits for the page
    app = create_app(results, session, guard, batch_size=batch, follow_links=follow_links)

    def announce(address: str) -> None:
        full = f"{address}?token={guard.token}" if guard.token else address
        click.echo(f"Review at {full}  (Ctrl-C ends it)")
        if browser:
            open_browser(full)

    serve(app, host, port, announce)
    click.echo(f"\n{closing_words(session.progress(), str(folder))}")
