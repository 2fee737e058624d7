"""What guards the cache: a stage lists in `dvc.yaml` all that it reads, and nothing else."""

import ast
from functools import cache
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from stages.shared import places

REPOSITORY = Path(__file__).resolve().parents[2]
TARGETS = OmegaConf.to_container(OmegaConf.load(REPOSITORY / "targets/dvc.yaml"))["stages"]
GRAPH = OmegaConf.to_container(OmegaConf.load(REPOSITORY / "dvc.yaml"))["stages"] | TARGETS
ORDER = [
    *("gendata", "train", "outlier", "activation", "preloss", "mutation", "suffix", "dfaulo"),
    *("peers", "evaluate", "report", "purify", "deep_localize", "errors", "heatmaps", "linkage", "root_causes"),
    *("evaluate_causes", "report_causes"),
    *("unit_outputs", "importance", "selection", "centroids", "coverage"),
    *("unsafe_set", "hudd_retrain", "vote"),
    *("rq1", "rq2", "rq3", "rq4", "rq5"),
]
SHARED_BY_RANKS = {"train", "mutation", "suffix"}

# It only says where the names for Python users live; a stage that imports any of them is found out below.
FRONT_DOOR = REPOSITORY / "faultloc/__init__.py"


def module_file(module: str) -> Path | None:
    """The file of a module of this repository."""
    path = REPOSITORY.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


@cache
def imported_modules(file: Path) -> set[str]:
    """Every module that a statement of ``file`` imports, wherever in the file it stands, and the packages around it."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by the full name, so that the graph can be checked"
            modules.add(node.module or "")
            modules.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {".".join(module.split(".")[:depth]) for module in modules for depth in range(1, module.count(".") + 2)}


@cache
def has_code(file: Path) -> bool:
    """Whether ``file`` holds more than a docstring."""
    return any(
        not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.parse(file.read_text()).body
    )


@cache
def files_beside(file: Path) -> set[Path]:
    """The files in the folder of ``file`` that are no code and that it names, as a page names its template."""
    nodes = ast.walk(ast.parse(file.read_text()))
    names = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {path for path in file.parent.iterdir() if path.name in names and path.is_file() and path.suffix != ".py"}


@cache
def files_read(stage: str) -> frozenset[Path]:
    """The stage's script, every file of the repository that it imports, directly or not, and what lies beside these."""
    found, queue = set(), [REPOSITORY / "stages" / f"{stage}.py"]
    while queue:
        file = queue.pop()
        if file not in found:
            found.add(file)
            queue += [path for path in map(module_file, imported_modules(file)) if path not in (None, FRONT_DOOR)]
    beside = {path for file in found for path in files_beside(file)}
    return frozenset({file for file in found if has_code(file)} | beside)


def scripts_of(stage: str) -> list[Path]:
    """The stage's script and the files beside it that it imports."""
    return sorted(file for file in files_read(stage) if "stages" in (file.parent.name, file.parent.parent.name))


def code_dependencies(stage: str) -> list[Path]:
    """The dependencies of ``stage`` that are code."""
    return [REPOSITORY / path for path in GRAPH[stage]["deps"] if path.startswith(("stages/", "faultloc/"))]


def covers(dependency: Path, file: Path) -> bool:
    return file == dependency or dependency in file.parents


def test_a_stage_is_a_file_and_a_node_of_the_graph():
    entry_points = {path.stem for path in (REPOSITORY / "stages").glob("*.py") if "@stage(" in path.read_text()}
    assert entry_points == set(GRAPH) == set(ORDER)
    for name in GRAPH:
        launcher = "${runtime.launcher}" if name in SHARED_BY_RANKS else "python"
        assert GRAPH[name]["cmd"] == f"{launcher} -m stages.{name}"


def test_the_launcher_starts_exactly_the_stages_that_several_processes_can_share():
    shared = {name for name in GRAPH if "shared_by_ranks=True" in (REPOSITORY / f"stages/{name}.py").read_text()}
    assert shared == SHARED_BY_RANKS


def test_no_stage_goes_through_the_front_door():
    files = {file for stage in ORDER for file in files_read(stage)}
    assert not [file for file in files if "from faultloc import" in file.read_text()]


@pytest.mark.parametrize("stage", ORDER)
def test_every_file_that_a_stage_imports_is_a_dependency(stage):
    missing = [
        str(file.relative_to(REPOSITORY))
        for file in sorted(files_read(stage))
        if not any(covers(dependency, file) for dependency in code_dependencies(stage))
    ]
    assert missing == [], f"add these to the deps of {stage} in dvc.yaml, or a change in them goes unnoticed"


@pytest.mark.parametrize("stage", ORDER)
def test_every_dependency_on_code_is_imported(stage):
    # What a configuration names in _target_ is imported without a statement.
    named_in_configuration = {"gendata": "faultloc/io/datasets", "train": "faultloc/subject"}
    needless = [
        str(dependency.relative_to(REPOSITORY))
        for dependency in code_dependencies(stage)
        if not any(covers(dependency, file) for file in files_read(stage))
        and dependency != REPOSITORY / named_in_configuration.get(stage, "stages/none")
    ]
    assert needless == [], f"remove these from the deps of {stage}, or it reruns for nothing"


def place_named(node: ast.AST) -> str | None:
    """The path that `places.NAME`, or `places.NAME / "file"`, stands for."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "places":
        return str(getattr(places, node.attr))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
        folder = place_named(node.left)
        return None if folder is None else f"{folder}/{node.right.value}"
    return None


def paths_in(stage: str) -> set[str]:
    """The places under data/, models/ and results/ that the stage's scripts name, each as fully as it is named."""
    named: set[str] = set()
    queue: list[ast.AST] = [ast.parse(file.read_text()) for file in scripts_of(stage)]
    while queue:
        node = queue.pop()
        place = place_named(node)
        if place is None:
            queue += ast.iter_child_nodes(node)
        else:
            named.add(place)
    return named


def declared_paths(stage: str, *keys: str) -> set[str]:
    listed = [entry for key in keys for entry in GRAPH[stage].get(key, [])]
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in listed}


@pytest.mark.parametrize("stage", ORDER)
def test_every_file_that_a_stage_reads_or_writes_is_declared(stage):
    declared = declared_paths(stage, "deps", "outs", "metrics", "plots")
    undeclared = [
        path for path in paths_in(stage) if not any(path == known or path.startswith(f"{known}/") for known in declared)
    ]
    assert undeclared == []


@pytest.mark.parametrize("stage", ORDER)
def test_every_declared_artifact_is_mentioned_by_the_stage(stage):
    artifacts = {
        path
        for path in declared_paths(stage, "deps", "outs", "metrics", "plots")
        if path.startswith(("data/", "models/", "results/"))
    }
    mentioned = paths_in(stage)
    assert {
        path for path in artifacts if not any(text == path or text.startswith(f"{path}/") for text in mentioned)
    } == set()


@pytest.mark.parametrize("stage", ORDER)
def test_every_declared_parameter_is_read(stage):
    read = {
        f"{node.value.attr}.{node.attr}" if isinstance(node.value, ast.Attribute) else node.attr
        for file in scripts_of(stage)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
    }
    # The runtime's device and threads are read by start_torch, which gets the whole group.
    unread = [key for key in GRAPH[stage].get("params", []) if key.split(".")[0] not in read]
    assert unread == []


def test_a_path_of_the_graph_stands_in_one_place_only():
    strings = {
        file.name
        for file in REPOSITORY.glob("stages/**/*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.startswith(("data/", "models/", "results/")) and " " not in node.value
    }
    assert strings == {"places.py"}


def test_no_command_holds_an_absolute_path():
    assert not any("/" in GRAPH[name]["cmd"] for name in GRAPH)


def test_only_scoring_and_what_judges_it_can_see_the_truth():
    readers = {name for name in GRAPH if "data/truth" in GRAPH[name]["deps"]}
    assert readers == {"dfaulo", "evaluate", "report", "purify", "evaluate_causes"}
