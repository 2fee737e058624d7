"""Slurm's commands as far as submitit calls them, each job a process group of this machine.

What Slurm itself does with an allocation (other hosts, limits, the shared file system) is not pretended.
"""

import os
import re
import sys
from pathlib import Path

COMMANDS = ("sbatch", "srun", "sacct", "scancel")
_SCRIPT = """#!{python}
import os, re, signal, subprocess, sys
from pathlib import Path
command, arguments = Path(sys.argv[0]).name, sys.argv[1:]
jobs = Path({folder!r})
states = lambda: {{path.stem: path.read_text() for path in sorted(jobs.glob("*.state"))}}
if command == "sbatch":
    text = Path(arguments[0]).read_text()
    if "--partition=none" in text:
        sys.exit("sbatch: error: invalid partition specified: none")
    number = str(1 + len(list(jobs.glob("*.sh"))))
    script = jobs / f"{{number}}.sh"
    script.write_text(text)
    array = re.search(r"--array=0-(\\d+)", text)
    for index in range(int(array[1]) + 1) if array else [None]:
        name = number if index is None else f"{{number}}_{{index}}"
        place = dict(SLURM_JOB_ID=number, SLURM_NTASKS="1", SLURM_JOB_NUM_NODES="1", SLURM_NODEID="0",
                     SLURM_PROCID="0", SLURM_LOCALID="0", SLURM_JOB_NODELIST="here")
        if index is not None:
            place |= dict(SLURM_ARRAY_JOB_ID=number, SLURM_ARRAY_TASK_ID=str(index))
        (jobs / f"{{name}}.state").write_text("RUNNING")
        process = subprocess.Popen(
            ["bash", "-c", f"bash {{script}}; echo -n COMPLETED > {{jobs}}/{{name}}.state"],
            env={{**os.environ, **place}}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        (jobs / f"{{name}}.pid").write_text(str(process.pid))
    print(f"Submitted batch job {{number}}")
elif command == "srun":
    outputs = dict(zip(["--output", "--error"], [arguments[2], arguments[4]]))
    task = {{"%A": os.environ.get("SLURM_ARRAY_JOB_ID"), "%a": os.environ.get("SLURM_ARRAY_TASK_ID"),
            "%j": os.environ["SLURM_JOB_ID"], "%t": "0"}}
    for option, stream in (("--output", 1), ("--error", 2)):
        path = re.sub("%[Aajt]", lambda found: str(task[found[0]]), outputs[option])
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.execvp(arguments[5], arguments[5:])
elif command == "sacct":
    print("JobID|State|NodeList")
    for name, state in states().items():
        print(f"{{name}}|{{state}}|here")
elif command == "scancel":
    (jobs / f"{{arguments[0]}}.state").write_text("CANCELLED")
    os.killpg(int((jobs / f"{{arguments[0]}}.pid").read_text()), signal.SIGKILL)
"""


class PretendedSlurm:
    """The commands in ``folder``/bin, and the scripts that were submitted."""

    def __init__(self, folder: Path) -> None:
        self.jobs, self.commands = folder / "jobs", folder / "bin"
        self.jobs.mkdir(parents=True)
        self.commands.mkdir()
        for name in COMMANDS:
            command = self.commands / name
            command.write_text(_SCRIPT.format(python=sys.executable, folder=str(self.jobs)))
            command.chmod(0o755)

    def path(self, path: str) -> str:
        """``path`` with the commands first."""
        return f"{self.commands}{os.pathsep}{path}"

    def submitted(self) -> list[set[str]]:
        """The options of every script that was submitted."""
        scripts = sorted(self.jobs.glob("*.sh"))
        return [set(re.findall(r"^#SBATCH (--\S+)$", script.read_text(), re.MULTILINE)) for script in scripts]
