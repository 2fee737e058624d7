"""What a batch of transitions shows: values added past the end of an episode, states stored by reference."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LOSS
from faultloc.methods.deep_localize.hooks.loop_names import batches_of_the_loop, words_of
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_NEXT = frozenset({"next", "nxt", "ns", "sn", "s2", "sp", "obs2", "o2", "succ", "successor", "successors", "prime"})
_REWARD = frozenset({"reward", "rewards", "rew", "rews", "r"})
_ENDS = frozenset({"done", "dones", "d", "terminal", "terminals", "terminated", "term", "final", "fallen"})
_GOES_ON = frozenset(
    {"mask", "masks", "nonterminal", "nonterminals", "notdone", "nd", "alive", "continues", "discount"}
)
_NEGATED = frozenset({"not", "non", "no"})
_FEWEST_ROWS, _LOOKS, _FEWEST_ENDS = 8, 3, 6
_SAME = 1e-5


class Transitions:
    """What was seen of one objective's batches of state, reward, end and next state.

    They are known by what the loop calls its variables: nothing is said of a batch without one of a next state. A
    target adds the value of the next state to the reward unless the episode has ended, so that rows that have ended
    with the same reward have the same target, however rewards are scaled.
    """

    def __init__(self) -> None:
        self._past, self._ended, self._looks = 0, 0, 0
        self._far, self._name = 0.0, ""
        self._is_sound = False
        self._same_states = self._looks_at_states = 0

    def look(self, terms: Sequence[LossTerm], given: Tensor | None) -> Iterator[Symptom]:
        """A symptom, once enough rows have shown it; ``given`` is what the model was given at this step."""
        is_over = self._is_sound and self._looks_at_states >= _LOOKS
        if is_over or given is None or given.dim() < 1 or len(given) < _FEWEST_ROWS:
            return
        compared = [one.target for one in terms if one.kind in ("squared", "absolute")]
        targets = [one.detach().flatten() for one in compared if one is not None and one.numel() == len(given)]
        if not targets:
            return
        batches = batches_of_the_loop(len(given), given)
        # What waits to be the next batch is called so, too: there are no rewards then.
        following = {name: value for name, value in batches.items() if words_of(name) & _NEXT}
        if not following or not any(words_of(name) & _REWARD for name in batches):
            return
        if not any(_always_ends(name, value) for name, value in batches.items()):
            yield from self._states(given, following)
        for target in targets if not self._is_sound else ():
            self._ends(target, batches)
        if self._looks >= _LOOKS and self._past >= _FEWEST_ENDS and not self._is_sound:
            yield Symptom(
                "loss.past_the_end", LOSS, self._far, 0,
                f"of {self._ended} transitions that `{self._name}` says an episode ends with, {self._past} have "
                f"another target than others of the same reward, by up to {self._far:.2g}: the value of a next "
                "state is added though none comes",
            )  # fmt: skip

    def _states(self, given: Tensor, following: Mapping[str, Tensor]) -> Iterator[Symptom]:
        alike = [
            name
            for name, value in following.items()
            if value.dim() > 1 and value.shape == given.shape and value.data_ptr() != given.data_ptr()
            if torch.equal(value.to(given), given.detach())
        ]
        self._looks_at_states += 1
        self._same_states = self._same_states + 1 if alike else 0
        if self._same_states == _LOOKS:
            yield Symptom(
                "input.same_states", INPUT, len(given), 0,
                f"in {_LOOKS} batches each of {len(given)} states is the same as its next state, `{alike[0]}`: both "
                "look stored as one array that the environment goes on to change",
            )  # fmt: skip

    def _ends(self, target: Tensor, batches: Mapping[str, Tensor]) -> None:
        rewards = [
            value.flatten().to(target)
            for name, value in batches.items()
            if words_of(name) & _REWARD and value.numel() == len(target) and not words_of(name) & _NEXT
        ]
        if not rewards or any(not torch.equal(rewards[0], one) for one in rewards):
            return
        past: list[tuple[int, int, float, str]] = []
        for name, value in batches.items():
            ended = _ended(name, value) if value.numel() == len(target) else None
            if ended is None:
                continue
            found = _beyond(target, rewards[0], ended.to(target.device))
            if found is not None:
                past.append((*found, name))
        if not past:
            return
        if any(not count for count, *_ in past):
            self._is_sound = True
            return
        count, ends, far, self._name = past[0]
        self._looks, self._past, self._ended, self._far = (
            self._looks + 1, self._past + count, self._ended + ends, max(self._far, far),
        )  # fmt: skip


def _ended(name: str, value: Tensor) -> Tensor | None:
    """Which rows ``value`` says an episode ends with; None for what says nothing of that."""
    words = words_of(name)
    if words & _NEXT or not words & (_ENDS | _GOES_ON):
        return None
    flat = value.flatten()
    if len(flat.unique()) > 2:
        return None
    is_negated = bool(words & _GOES_ON) or bool(words & _NEGATED)
    return flat == 0 if is_negated else flat != 0


def _always_ends(name: str, value: Tensor) -> bool:
    """So it is of decisions that have no sequel, whose next state is a mere placeholder."""
    ended = _ended(name, value)
    return ended is not None and bool(ended.all())


def _beyond(target: Tensor, reward: Tensor, ended: Tensor) -> tuple[int, int, float] | None:
    """Of the ended rows that share a reward with another: how many differ in their targets, all, the widest gap."""
    tolerance = _SAME * max(1.0, float(target.abs().max()))
    past = all_of_them = 0
    far = 0.0
    for one in reward[ended].unique():
        same = target[ended & (reward == one)]
        if len(same) > 1:
            gap = float(same.max() - same.min())
            all_of_them += len(same)
            past += len(same) if gap > tolerance else 0
            far = max(far, gap)
    return (past, all_of_them, far) if all_of_them else None
