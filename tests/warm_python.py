"""A Python that has already imported what takes seconds to import: programs of the tests start as forks of it.

A stage or `dvc` of its own spends three to seven seconds importing PyTorch and its compiler, pandas, DVC, and a tenth
of that working. `warm_folder()` has commands `python`, `dvc` and `torchrun` for the head of the PATH. Each asks a
server, started once in every test process, for a fork that runs the program in the asker's folder, with its
environment, arguments and streams. The fork is a process like any other: own memory, own process group, exit code. Of
the project nothing is imported before the fork, so that a program runs the code of the folder where it is started.

Not for tests of what the system does to a process: a signal sent to the command reaches the asker, not the fork.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

# Third-party packages alone; what is missing here is imported by the programs themselves, only later.
IMPORTED = (
    *("torch", "torch._dynamo", "torch.nn.utils", "torch.distributed.run", "safetensors.numpy", "safetensors.torch"),
    *("pandas", "scipy.optimize"),
    *("sklearn.cluster", "sklearn.datasets", "sklearn.ensemble", "sklearn.linear_model", "sklearn.metrics"),
    *("sklearn.model_selection", "sklearn.neighbors", "matplotlib.backends.backend_agg", "matplotlib.figure"),
    *("matplotlib.pyplot", "jinja2", "PIL.Image", "tqdm", "jaxtyping", "hydra", "hydra.core.hydra_config", "omegaconf"),
    *("hydra._internal.core_plugins.basic_launcher", "hydra._internal.core_plugins.basic_sweeper"),
    *("dvc.cli", "dvc.cli.parser", "dvc.repo", "dvc.repo.reproduce", "dvc.commands.repro", "dvc.stage.run"),
    *("dvc.stage.cache", "dvc.parsing", "dvc.dependency", "dvc.output", "dvc.repo.index", "dvc.repo.stage"),
    *("dvc.data_cloud", "dvc.cachemgr", "dvc.rwlock", "dvc.utils.strictyaml", "dvc.repo.graph", "dvc.repo.trie"),
    *("dvc.repo.artifacts", "dvc.repo.datasets", "dvc.repo.metrics", "dvc.repo.params", "dvc.repo.plots"),
    *("dvc_render.vega", "scmrepo.git", "scmrepo.noscm", "networkx", "ruamel.yaml", "cleanlab"),
    *("pyarrow.pandas_compat", "pandas.io.formats.csvs"),
    *("PIL.ImageFont", "PIL.JpegImagePlugin", "PIL.GifImagePlugin", "PIL.BmpImagePlugin"),
)

# A program in whose environment this names the command `python` starts its own Python programs warm too. Not for those
# that hand them open files: the three streams alone reach a fork.
CHILDREN = "WARM_CHILDREN"

# Started without site packages: it does nothing but ask.
ASKER = """#!{python} -IS
import json, os, socket, sys
asking = socket.socket(socket.AF_UNIX)
asking.connect({address!r})
socket.send_fds(asking, [b"x"], [0, 1, 2])
arguments = {first!r} + sys.argv[1:]
asking.sendall(json.dumps([os.getcwd(), dict(os.environ), arguments]).encode() + b"\\n")
# An answer that does not come means that the fork is gone with its server.
sys.exit(int(asking.makefile().readline() or 137))
"""


class WarmPython:
    """The server and the folder of the commands that ask it."""

    def __init__(self) -> None:
        # Not pytest's folder: the address of a socket has to be short.
        self._files = tempfile.TemporaryDirectory(prefix="warm-")
        self.folder = Path(self._files.name)
        address = str(self.folder / "address")
        for name, first in (("python", []), ("dvc", ["-m", "dvc"]), ("torchrun", ["-m", "torch.distributed.run"])):
            command = self.folder / name
            command.write_text(ASKER.format(python=sys.executable, address=address, first=first))
            command.chmod(0o755)
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        server = [sys.executable, str(Path(__file__).resolve()), address]
        self._process = subprocess.Popen(server, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        """Ends the server; its forks' seconds then count as this process's."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._files.cleanup()


@cache
def _warm_python() -> WarmPython:
    return WarmPython()


def warm_folder() -> Path:
    """The folder with the commands; the first call starts the server."""
    return _warm_python().folder


def stop_warm_python() -> None:
    """Ends the server of this process, if there is one."""
    if _warm_python.cache_info().currsize:
        _warm_python().stop()
        _warm_python.cache_clear()


def serve(address: str) -> None:
    """Forks for whoever asks, until the standard input closes."""
    del sys.path[0]  # the folder of this file
    for name in IMPORTED:
        importlib.import_module(name)
    _read_lock_files_without_comments()
    # What the collector never looks at again stays shared with the forks.
    gc.collect()
    gc.freeze()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    print("ready", flush=True)
    while sys.stdin not in (readable := select.select([sys.stdin, listening], [], [], 1.0)[0]):
        if listening in readable:
            asker, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(asker)
            asker.close()
        _bury()
    for _ in iter(_bury, None):
        pass


def _read_lock_files_without_comments() -> None:
    """Lets DVC read `dvc.lock`, where it changes it, as it does where it only reads it: the same data, a second sooner.

    It does so after every stage, with a parser in Python that keeps comments for files that people write.
    """
    from dvc.utils.serialize import _yaml

    keeping_comments = _yaml.parse_yaml_for_update

    def parse(text: str, path: str | Path) -> object:
        return (_yaml.parse_yaml if Path(path).name == "dvc.lock" else keeping_comments)(text, path)

    _yaml.parse_yaml_for_update = parse


def _bury() -> bool | None:
    """Takes in the forks that have ended; None where there is none left at all."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return None
    return True


def _answer(asker: socket.socket) -> None:
    """Runs the program in a fork of this fork and tells the asker its exit code; never returns, but in the program."""
    _, streams, _, _ = socket.recv_fds(asker, 1, 3)
    request = json.loads(asker.makefile().readline())
    begin, begun = os.pipe()
    program = os.fork()
    if program == 0:
        asker.close()
        os.setsid()
        os.close(begun)
        os.close(begin)
        _run(streams, *request)
    os.close(begun)
    os.read(begin, 1)  # ends with the other end of the pipe: the program leads its group
    os.close(begin)
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(program)
    # An asker that is killed takes its program with it, and what that has started.
    if ended not in select.select([asker, ended], [], [])[0]:
        os.killpg(program, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    asker.sendall(b"%d\n" % (code if code >= 0 else 128 - code))
    os._exit(0)


def _run(streams: list[int], folder: str, environment: dict[str, str], arguments: list[str]) -> None:
    """Becomes the program; ends with all that was registered for its exit.

    What Python does after that is left out: to take itself apart it would touch, and so copy, all that the forks share.
    """
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w", buffering=1), open(2, "w", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment
    sys.path[:0] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    if arguments[0] == "-u":  # torchrun's; every line is written as it ends anyway
        del arguments[0]
    real, sys.executable = sys.executable, environment.get(CHILDREN, sys.executable)
    code: object = None
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0].endswith(".py"):
            sys.argv = arguments
            runpy.run_path(arguments[0], run_name="__main__")
        else:
            os.execve(real, [real, *arguments], environment)
    except SystemExit as ending:
        code = ending.code
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    serve(sys.argv[1])
