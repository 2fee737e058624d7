"""The hold-out programs: what they say of themselves is so, and none is one of the main set."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from benchmarks.deep_localize import validity
from benchmarks.deep_localize.holdout.registry import HOLDOUT_FAULTY, HOLDOUT_HEALTHY
from benchmarks.deep_localize.program import HealthyProgram, Outcome, Program, unwatched
from benchmarks.deep_localize.registry import FAULTY, HEALTHY
from benchmarks.deep_localize.validity import has_learned, learns_better

# One of the faults is a schedule that steps without its optimizer.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")

SEVERAL = ("HO-late-zero-grad", "HO-log-of-zero", "HO-maximize", "HO-double-sigmoid", "HO-no-activation")
SEVERAL_HEALTHY = ("ho-lbfgs", "ho-mixed-scales", "ho-gaussian-likelihood", "ho-hinge-converged")
faulty_programs = pytest.mark.parametrize("program", HOLDOUT_FAULTY, ids=lambda program: program.id)
healthy_programs = pytest.mark.parametrize("program", HOLDOUT_HEALTHY, ids=lambda program: program.id)


class StopTraining(Exception):
    """What a watch raises that has seen enough."""


@dataclass
class Seen:
    """What a training shows from its watch: the beginning of everything, and how many updates there were."""

    network: str = ""
    modules: set[str] = field(default_factory=set)
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizers: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    loss: str = ""
    inputs: list[Tensor] = field(default_factory=list)
    labels: list[Tensor] = field(default_factory=list)
    updates: int = 0
    outcome: Outcome | None = None


Run = Callable[[Callable[..., object]], Outcome]


def watched(run: Run, *, forwards: int | None = None) -> Seen:
    """What is seen of a training, stopped before the forward pass after ``forwards`` of them, or never."""
    seen = Seen()

    @contextmanager
    def watch(
        model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> Iterator[None]:
        optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        seen.network, seen.modules = str(model), {name for name, _ in model.named_modules()}
        seen.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        seen.loss = getattr(loss_fn, "__name__", str(loss_fn))

        def look(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
            if len(seen.inputs) == forwards:
                raise StopTraining
            seen.inputs.append(arguments[0].clone())

        def count(*_: object) -> None:
            seen.updates += 1

        handles = [model.register_forward_pre_hook(look)]
        if isinstance(loss_fn, nn.Module):
            handles.append(
                loss_fn.register_forward_pre_hook(lambda _, arguments: seen.labels.append(arguments[1].clone()))
            )
        for one in optimizers:
            parameters = [parameter for group in one.param_groups for parameter in group["params"]]
            own = frozenset(names.get(id(parameter), "of another model") for parameter in parameters)
            seen.optimizers.append((str(one), own))
            handles.append(one.register_step_post_hook(count))
        yield
        for handle in handles:
            handle.remove()

    with suppress(StopTraining):
        seen.outcome = run(watch)
    return seen


def differ(one: Tensor, other: Tensor) -> bool:
    return one.shape != other.shape or not torch.equal(one, other)


def common_weights_differ(one: Seen, other: Seen) -> bool:
    common = [name for name in one.weights if name in other.weights]
    return any(differ(one.weights[name].nan_to_num(), other.weights[name].nan_to_num()) for name in common)


@faulty_programs
def test_twins_differ_in_the_parts_that_the_fix_names_and_in_no_others(program: Program) -> None:
    faulty, fixed = (
        watched(lambda watch, fixed=fixed: program.run(fixed, 0, watch), forwards=1) for fixed in (False, True)
    )
    different = {
        "input": differ(faulty.inputs[0], fixed.inputs[0]),
        "network": faulty.network != fixed.network,
        "weights": common_weights_differ(faulty, fixed),
        "optimizer": faulty.optimizers != fixed.optimizers,
        "loss": faulty.loss != fixed.loss,
    }
    if faulty.labels and fixed.labels:
        different["labels"] = differ(faulty.labels[0], fixed.labels[0])
    for part, is_different in different.items():
        assert is_different == (part in program.changes), part


@faulty_programs
def test_every_expected_place_exists_in_the_faulty_program(program: Program) -> None:
    modules = watched(lambda watch: program.run(False, 0, watch), forwards=1).modules
    assert program.expected_phase
    assert program.expected_place
    assert program.expected_place <= modules | {"input", "labels", "loss", "optimizer"}


@healthy_programs
def test_a_watch_stops_a_healthy_program(program: HealthyProgram) -> None:
    assert watched(lambda watch: program.run(0, watch), forwards=1).outcome is None


def test_there_are_enough_programs_and_no_name_is_used_twice() -> None:
    names = [program.id.lower() for program in (*HOLDOUT_FAULTY, *HOLDOUT_HEALTHY, *FAULTY, *HEALTHY)]
    assert len(set(names)) == len(names)
    assert sum(program.headline for program in HOLDOUT_FAULTY) >= 16
    assert len(HOLDOUT_HEALTHY) >= 12


def test_there_are_faults_of_every_kind() -> None:
    kinds = [program.kind for program in HOLDOUT_FAULTY if program.headline]
    assert all(kinds.count(kind) >= 4 for kind in ("contract", "numerical", "dynamic"))


@pytest.mark.parametrize(
    "program", [one for one in HOLDOUT_FAULTY if one.id in SEVERAL], ids=lambda program: program.id
)
def test_a_fixed_twin_learns_better(program: Program) -> None:
    assert learns_better(program.run(False, 0, unwatched), program.run(True, 0, unwatched))


@pytest.mark.parametrize(
    "program", [one for one in HOLDOUT_HEALTHY if one.id in SEVERAL_HEALTHY], ids=lambda program: program.id
)
def test_a_healthy_program_learns(program: HealthyProgram) -> None:
    assert has_learned(program, program.run(0, unwatched))


def test_the_validity_check_runs_the_set_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    late, log = (next(one for one in HOLDOUT_FAULTY if one.id == name) for name in SEVERAL[:2])
    monkeypatch.setattr(validity, "SETS", {"main": lambda: ((late,), ()), "holdout": lambda: ((log,), ())})
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)  # other tests run in this process
    monkeypatch.setattr("sys.argv", ["validity", "--set", "holdout", "--seeds", "1"])
    validity.main()
    printed = capsys.readouterr().out
    assert log.id in printed
    assert late.id not in printed
