"""The benchmark programs: what they say of themselves is so, and whoever watches can stop them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from benchmarks.deep_localize.program import HealthyProgram, Outcome, Program, Watch, unwatched
from benchmarks.deep_localize.registry import FAULTY, HEALTHY
from benchmarks.deep_localize.validity import has_learned, learns_better

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore:Using a target size"),  # one of the faults
]

# All five: python -m benchmarks.deep_localize.validity
SEEDS = range(2)
SEVERAL = ("SO31880720", "SO33969059", "SO45442843", "SO31556268", "PT-dead-relu", "PT-detach")
faulty_programs = pytest.mark.parametrize("program", FAULTY, ids=lambda program: program.id)
healthy_programs = pytest.mark.parametrize("program", HEALTHY, ids=lambda program: program.id)


class StopTraining(Exception):
    """What a watch raises that has seen enough."""


@dataclass
class Beginning:
    """What can be seen of a training at its first step; ``labels`` is empty where the loss is a plain function."""

    network: str = ""
    modules: set[str] = field(default_factory=set)
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer: str = ""
    loss: str = ""
    input: list[Tensor] = field(default_factory=list)
    labels: list[Tensor] = field(default_factory=list)


def first_step(run: Callable[[Watch], Outcome]) -> Beginning:
    seen = Beginning()

    @contextmanager
    def watch(
        model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> Iterator[None]:
        assert isinstance(optimizer, Optimizer)
        stepped = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        trained = {id(parameter) for parameter in model.parameters() if parameter.requires_grad}
        seen.network, seen.modules = str(model), {name for name, _ in model.named_modules()}
        seen.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        seen.optimizer = f"{optimizer} of {'the model' if stepped == trained else 'something else'}"
        seen.loss = getattr(loss_fn, "__name__", str(loss_fn))

        def stop(*_: object) -> None:
            raise StopTraining

        model.register_forward_pre_hook(lambda _, inputs: seen.input.append(inputs[0].clone()))
        if isinstance(loss_fn, nn.Module):
            loss_fn.register_forward_pre_hook(lambda _, arguments: seen.labels.append(arguments[1].clone()))
        optimizer.register_step_post_hook(stop)
        yield

    with pytest.raises(StopTraining):
        run(watch)
    return seen


def count_steps(run: Callable[[Watch], Outcome]) -> tuple[int, Outcome]:
    count = 0

    @contextmanager
    def watch(
        model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> Iterator[None]:
        def add(*_: object) -> None:
            nonlocal count
            count += 1

        assert isinstance(optimizer, Optimizer)
        optimizer.register_step_post_hook(add)
        yield

    outcome = run(watch)
    return count, outcome


def differ(one: Tensor, other: Tensor) -> bool:
    return one.shape != other.shape or not torch.equal(one, other)


def common_weights_differ(one: Beginning, other: Beginning) -> bool:
    common = one.weights.keys() & other.weights.keys()
    return any(
        differ(one.weights[name], other.weights[name])
        for name in common
        if one.weights[name].shape == other.weights[name].shape
    )


@faulty_programs
def test_twins_differ_in_the_parts_that_the_fix_names_and_in_no_others(program: Program) -> None:
    faulty, fixed = (first_step(lambda watch, fixed=fixed: program.run(fixed, 0, watch)) for fixed in (False, True))
    different = {
        "input": differ(faulty.input[0], fixed.input[0]),
        "network": faulty.network != fixed.network,
        "weights": common_weights_differ(faulty, fixed),
        "optimizer": faulty.optimizer != fixed.optimizer,
        "loss": faulty.loss != fixed.loss,
    }
    if faulty.labels and fixed.labels:
        different["labels"] = differ(faulty.labels[0], fixed.labels[0])
    for part, is_different in different.items():
        assert is_different == (part in program.changes), part


@faulty_programs
def test_every_expected_place_exists_in_the_faulty_program(program: Program) -> None:
    modules = first_step(lambda watch: program.run(False, 0, watch)).modules
    assert program.expected_phase
    assert program.expected_place
    assert program.expected_place <= modules | {"input", "labels", "loss", "optimizer"}


@healthy_programs
def test_a_watch_stops_a_healthy_program_at_its_first_step(program: HealthyProgram) -> None:
    beginning = first_step(lambda watch: program.run(0, watch))
    assert len(beginning.input) == (4 if program.id == "gradient-accumulation" else 1)


def test_the_names_of_all_programs_are_different() -> None:
    names = [program.id for program in (*FAULTY, *HEALTHY)]
    assert len(set(names)) == len(names) == 36 + 20


def test_only_a_weak_fault_and_a_hard_one_stay_out_of_the_headline() -> None:
    assert {program.id for program in FAULTY if not program.headline} == {"SO51930566", "PT-random-labels"}


@pytest.mark.parametrize("program", [one for one in FAULTY if one.id in SEVERAL], ids=lambda program: program.id)
def test_a_fixed_twin_learns_better(program: Program) -> None:
    assert learns_better(program.run(False, 0, unwatched), program.run(True, 0, unwatched))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    program = next(one for one in FAULTY if one.id == "SO45442843")
    first, again, other = (program.run(True, seed, unwatched).weights for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_program_that_learned_nothing_is_neither_better_nor_has_it_learned() -> None:
    chance, infinite = Outcome(0.9, 0.1, {}), Outcome(float("inf"), None, {})
    assert not learns_better(chance, chance)
    assert not learns_better(infinite, infinite)
    assert not any(has_learned(program, infinite) or has_learned(program, chance) for program in HEALTHY)


@pytest.mark.slow
@faulty_programs
def test_a_fixed_twin_learns_better_on_every_seed_in_as_many_steps(program: Program) -> None:
    for seed in SEEDS:
        (before, faulty), (after, fixed) = (
            count_steps(lambda watch, seed=seed, fixed=fixed: program.run(fixed, seed, watch))
            for fixed in (False, True)
        )
        assert before == after <= 200
        assert not program.headline or learns_better(faulty, fixed)


@pytest.mark.slow
@healthy_programs
def test_a_healthy_program_learns_on_every_seed(program: HealthyProgram) -> None:
    for seed in SEEDS:
        steps, outcome = count_steps(lambda watch, seed=seed: program.run(seed, watch))
        assert steps <= 200
        assert has_learned(program, outcome)
