import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultloc.commands.review import command
from faultloc.errors import ConfigError, DataError
from faultloc.io.results_store import load_results
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict


def review(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "faultloc", "review", *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""},
        # A test run in the background may ignore interrupts, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def test_ctrl_c_ends_the_review_quietly_and_says_what_is_kept_and_how_to_go_on(digits):
    ids = load_results(digits.folder).dataset.sample_ids
    VerdictStore(digits.folder / FILE_NAME).give_all([Verdict(str(ids[0]), "faulty"), Verdict(str(ids[1]), "fine")])
    process = start(digits.folder, "--no-browser")
    assert re.match(r"Review at http://127\.0\.0\.1:\d+/  \(Ctrl-C", process.stdout.readline())
    process.send_signal(signal.SIGINT)
    output, complaint = process.communicate(timeout=60)
    assert process.returncode == 0
    assert complaint.startswith("Reading the results in ")
    assert complaint.count("\n") == 1
    assert "2 verdicts are kept (1 faulty)" in output
    assert f"faultloc review {digits.folder}" in output
    assert f"faultloc purify {digits.folder} --verdicts" in output


def test_away_from_this_machine_a_token_is_made_and_printed(digits):
    process = start(digits.folder, "--host", "0.0.0.0")
    try:
        assert re.search(r":\d+/\?token=[\w-]{20,}", process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_before_the_results_are_read_it_is_said_that_they_are(digits, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("faultloc.io.results_store.load_results", interrupted)
    assert f"Reading the results in {digits.folder}" in review(digits.folder, "--no-browser", "--port", 0).output


def test_a_port_that_is_taken_is_named(digits):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = review(digits.folder, "--no-browser", "--port", taken.getsockname()[1])
    assert isinstance(result.exception, ConfigError)
    assert "expected an address of this machine and a port that is free" in str(result.exception)


def test_an_address_of_another_machine_is_named(digits):
    result = review(digits.folder, "--no-browser", "--port", 0, "--host", "192.0.2.1")
    assert isinstance(result.exception, ConfigError)
    assert "192.0.2.1" in str(result.exception)


def test_a_folder_that_holds_no_results_is_named(tmp_path):
    result = review(tmp_path)
    assert isinstance(result.exception, DataError)
    assert "expected the folder that `faultloc dfaulo --output` has written" in str(result.exception)


def test_verdicts_go_out_and_come_back(digits, tmp_path):
    ids = load_results(digits.folder).dataset.sample_ids
    VerdictStore(digits.folder / FILE_NAME).give(Verdict(str(ids[0]), "faulty"))
    assert review(digits.folder, "--export", tmp_path / "v.csv").exit_code == 0
    (digits.folder / FILE_NAME).unlink()
    assert "1 verdict was taken" in review(digits.folder, "--import", tmp_path / "v.csv").output
    assert list(VerdictStore(digits.folder / FILE_NAME).current()) == [str(ids[0])]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--export", "a.csv", "--import", "b.csv"], "exclude each other"),
        (["--format", "csv"], "belongs to --export or --import"),
        (["--format", "xml", "--export", "a.xml"], "'xml' is not one of"),
        (["--port", "70000"], "70000"),
    ],
)
def test_options_that_make_no_sense_together_are_named(options, complaint):
    result = review(Path("results"), *options)
    assert result.exit_code == 2
    assert complaint in result.output
