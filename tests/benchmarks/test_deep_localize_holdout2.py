"""The second hold-out set: what its programs say of themselves is so. Each is run once, on one seed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import pytest
from torch import Tensor, nn
from torch.optim import Optimizer

from benchmarks.deep_localize.holdout2.registry import HOLDOUT2_FAULTY, HOLDOUT2_HEALTHY
from benchmarks.deep_localize.program import HealthyProgram, Outcome, Program
from benchmarks.deep_localize.sets import SETS
from benchmarks.deep_localize.validity import has_learned, learns_better

# One of the faults is the deviation of one sample.
pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore:std.*degrees of freedom"),
]

faulty_programs = pytest.mark.parametrize("program", HOLDOUT2_FAULTY, ids=lambda program: program.id)
healthy_programs = pytest.mark.parametrize("program", HOLDOUT2_HEALTHY, ids=lambda program: program.id)


@dataclass
class Seen:
    """What a training shows: its parts at the first step, how many updates there were, what it came to."""

    parts: dict[str, object] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()
    updates: list[int] = field(default_factory=list)
    outcome: Outcome | None = None


def described(value: object) -> object:
    """Tensors as their numbers, so that they can be compared with ``==``; NaN is no fault here."""
    if isinstance(value, Tensor):
        return str(value.dtype), value.float().nan_to_num().tolist()
    return value


def described_loss(loss_fn: Callable[..., Tensor] | None) -> object:
    settings = {name: value for name, value in vars(loss_fn).items() if name[0] != "_"} if loss_fn else {}
    return getattr(loss_fn, "__name__", str(loss_fn)), settings


def watched(run: Callable[[Callable[..., object]], Outcome]) -> Seen:
    seen = Seen()

    @contextmanager
    def watch(
        model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> Iterator[None]:
        optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        seen.modules = frozenset(name for name, _ in model.named_modules())
        seen.parts["network"] = str(model)
        seen.parts["loss"] = described_loss(loss_fn)
        seen.parts["weights"] = {name: described(tensor) for name, tensor in model.state_dict().items()}
        seen.parts["optimizer"] = [
            (str(one), sorted(names[id(parameter)] for group in one.param_groups for parameter in group["params"]))
            for one in optimizers
        ]
        seen.updates = [0] * len(optimizers)

        def keep_input(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
            if "input" not in seen.parts:
                seen.parts["input"] = described(arguments[0])

        def keep_labels(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
            if "labels" not in seen.parts:  # what is behind the answers; some losses want lengths too
                seen.parts["labels"] = [described(one) for one in arguments[1:] if not one.requires_grad]

        def counted(number: int) -> Callable[..., None]:
            def count(*_: object) -> None:
                seen.updates[number] += 1

            return count

        model.register_forward_pre_hook(keep_input)
        if isinstance(loss_fn, nn.Module):
            loss_fn.register_forward_pre_hook(keep_labels)
        for number, one in enumerate(optimizers):
            one.register_step_post_hook(counted(number))
        yield

    seen.outcome = run(watch)
    return seen


@cache
def twins(program: Program) -> tuple[Seen, Seen]:
    """The faulty one and the fixed one."""
    return watched(lambda watch: program.run(False, 0, watch)), watched(lambda watch: program.run(True, 0, watch))


@faulty_programs
def test_twins_differ_in_the_parts_that_the_fix_names_and_in_no_others(program: Program) -> None:
    faulty, fixed = twins(program)
    faulty_weights, fixed_weights = faulty.parts["weights"], fixed.parts["weights"]
    assert isinstance(faulty_weights, dict)
    assert isinstance(fixed_weights, dict)
    common = faulty_weights.keys() & fixed_weights.keys()
    different = {part for part in faulty.parts if part != "weights" and faulty.parts[part] != fixed.parts[part]}
    if any(faulty_weights[name] != fixed_weights[name] for name in common):
        different.add("weights")
    assert different == program.changes - {"step"}


@faulty_programs
def test_every_expected_place_exists_in_the_faulty_program(program: Program) -> None:
    assert program.expected_phase
    assert program.expected_place
    assert program.expected_place <= twins(program)[0].modules | {"input", "labels", "loss", "optimizer"}


@faulty_programs
def test_a_fixed_twin_learns_better_and_takes_no_more_than_200_steps(program: Program) -> None:
    faulty, fixed = twins(program)
    assert faulty.outcome is not None
    assert fixed.outcome is not None
    assert not program.headline or learns_better(faulty.outcome, fixed.outcome)
    assert max(*faulty.updates, *fixed.updates) <= 200


@healthy_programs
def test_a_healthy_program_learns_in_no_more_than_200_steps(program: HealthyProgram) -> None:
    seen = watched(lambda watch: program.run(0, watch))
    assert seen.outcome is not None
    assert has_learned(program, seen.outcome)
    assert max(seen.updates) <= 200


def test_no_name_is_in_two_sets() -> None:
    names = [program.id.lower() for programs in SETS.values() for part in programs() for program in part]
    assert len(set(names)) == len(names)


def test_there_are_faults_of_every_kind() -> None:
    kinds = [program.kind for program in HOLDOUT2_FAULTY if program.headline]
    assert all(kinds.count(kind) >= 5 for kind in ("contract", "numerical", "dynamic"))
