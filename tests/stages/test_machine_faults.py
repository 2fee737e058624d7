"""Whatever befalls the machine, the next `dvc repro` ends as if nothing had been.

A round kills every sixth stage that begins; six are part of `make test-exhaustive`, and FAULTLOC_KILLS=20 makes it
twenty. Of `make test` are the kills of ranks and commands, the full disk and the corrupted cache.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from tests.stages.workspace import Workspace, warm_environment
from tests.warm_python import warm_folder

pytestmark = pytest.mark.slow

ROUNDS = [pytest.param(n, marks=pytest.mark.exhaustive) for n in range(int(os.environ.get("FAULTLOC_KILLS", "6")))]
_RUNNING = re.compile(r"^Running stage '(\w+)':$")


def workspace(folder: Path, cache: Path | None = None) -> Workspace:
    folder.mkdir(parents=True)
    made = Workspace(folder)
    if cache is not None:
        made.run("dvc", "cache", "dir", "--local", str(cache))
    made.configure()
    return made


def outputs(made: Workspace) -> dict[str, str]:
    """The hash of every output, by its path."""
    stages = made.lock()["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


@pytest.fixture(scope="module")
def undisturbed(whole_run) -> Workspace:
    return whole_run


def kill_in(made: Workspace, number: int, rng: np.random.Generator) -> str | None:
    """Runs `dvc repro` until it has begun ``number`` stages and one more, and kills that and all its processes.

    It does so a random moment after the stage has begun, and gives its name; None where so many do not begin. DVC and
    the stages start warm, and die with the command that asked for them.
    """
    process = subprocess.Popen(
        [warm_folder() / "dvc", "repro"],
        cwd=made.folder,
        env=warm_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    begun = (found[1] for found in map(_RUNNING.match, map(str.strip, process.stdout)) if found)
    killed = next(islice(begun, number, None), None)
    if killed:
        # Before the stage ends: DVC then writes over its lock file in place, and one that is cut off there is refused.
        time.sleep(rng.uniform(0, 0.25))
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    return killed


@pytest.mark.timeout(1800)  # a start of DVC for every stage
@pytest.mark.parametrize("number", ROUNDS)
def test_every_stage_may_be_killed_at_any_moment(undisturbed, tmp_path, number):
    rng = np.random.default_rng(number)
    made = workspace(tmp_path / "work")
    killed = [kill_in(made, number % 6, rng)]
    while killed[-1] is not None:
        # The one that was killed begins again, five pass, and the next is killed.
        killed.append(kill_in(made, 6, rng))
    # One that has ended before its moment came does not begin again.
    assert len(set(killed) - {None}) >= len(OmegaConf.load(made.folder / "dvc.yaml").stages) // 6 - 1
    made.reproduce()
    assert outputs(made) == outputs(undisturbed)


def test_a_corrupted_file_in_the_cache_is_computed_again(undisturbed, tmp_path):
    made = undisturbed.copied(tmp_path / "work")
    md5 = outputs(made)["data/preloss"].removesuffix(".dir")
    listing = next((made.folder / ".dvc/cache").rglob(f"{md5[2:]}*"))
    kept = re.search(r'"md5": "(\w+)"', listing.read_text())
    assert kept is not None
    file = next((made.folder / ".dvc/cache").rglob(kept[1][2:]))
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    shutil.rmtree(made.folder / "data/preloss")
    made.run("dvc", "repro")
    assert outputs(made) == outputs(undisturbed)
    for path in (undisturbed.folder / "data/preloss/train").iterdir():
        assert (made.folder / "data/preloss/train" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.exhaustive
def test_two_users_may_share_a_cache_at_the_same_time_and_their_lock_files_are_that_of_a_run_alone(
    undisturbed, tmp_path
):
    alone = undisturbed.lock()["stages"]
    cache = tmp_path / "cache"
    users = [workspace(tmp_path / name, cache) for name in ("ann", "bob")]
    running = [
        subprocess.Popen(
            [warm_folder() / "dvc", "repro", "mutation", "linkage"],
            cwd=user.folder,
            env=warm_environment(),
            stdout=subprocess.DEVNULL,
        )
        for user in users
    ]
    assert [process.wait() for process in running] == [0, 0]
    for user in users:
        # Every path, hash, size and parameter, in the same order: these two began with an empty cache too.
        assert {"mutation", "linkage", "train"} <= user.lock()["stages"].keys()
        assert all(json.dumps(alone[name]) == json.dumps(entry) for name, entry in user.lock()["stages"].items())
    assert (users[0].folder / "dvc.lock").read_bytes() == (users[1].folder / "dvc.lock").read_bytes()


def test_a_disk_that_fills_up_loses_nothing(undisturbed, tmp_path):
    made = workspace(tmp_path / "work")
    # No file may grow beyond 100 kB: the inputs, 118 kB, do not fit, as on a full disk; nor would DVC's own files.
    full = "trap '' XFSZ; ulimit -f 100; exec python -m stages.gendata"
    failed = made.run("bash", "-c", full, check=False)
    assert failed.returncode == 1
    assert "gendata: error:" in failed.stdout
    assert "Traceback" not in failed.stdout
    assert not (made.folder / "data/dataset/train/inputs.npy").exists()
    # What else there is hangs on these two alone, and is computed from them in the tests above.
    made.run("dvc", "repro", "train")
    there = outputs(made)
    assert {"data/dataset", "models/subject"} <= there.keys()
    assert there.items() <= outputs(undisturbed).items()
