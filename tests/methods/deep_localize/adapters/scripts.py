"""Scripts that leave the loop to a library, under the command."""

from pathlib import Path

from faultloc.own.deep_localize.running import WatchedScript, run_script


def watched(folder: Path, text: str, *, on_error: str = "warn") -> WatchedScript:
    """What is seen of a script of these lines."""
    script = folder / "train.py"
    script.write_text(text)
    return run_script(script, [], every=10, on_error=on_error, on_finding=lambda finding: None)


def causes(script: WatchedScript) -> list[tuple[str, str]]:
    """The cause of each training that was seen, as its rule and its place."""
    found = [run.diagnosis.cause for run in script.runs]
    return [("", "") if cause is None else (cause.rule, cause.place) for cause in found]
