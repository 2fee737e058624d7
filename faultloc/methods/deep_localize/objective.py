"""An objective: one loss together with the optimizers that step after it, and what is remembered of it."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.targets import SeenTargets
from faultloc.methods.deep_localize.rules.changing_rows import ChangingRows
from faultloc.methods.deep_localize.rules.class_weights import ClassWeights
from faultloc.methods.deep_localize.rules.constant_penalty import ConstantPenalty
from faultloc.methods.deep_localize.rules.constant_side import ConstantSide
from faultloc.methods.deep_localize.rules.drowned_term import DrownedTerm
from faultloc.methods.deep_localize.rules.exchanged_shares import ExchangedShares
from faultloc.methods.deep_localize.rules.fading_inputs import FadingInputs
from faultloc.methods.deep_localize.rules.ignored_tags import IgnoredTags
from faultloc.methods.deep_localize.rules.new_samples import NewSamples
from faultloc.methods.deep_localize.rules.pairs import Pairs
from faultloc.methods.deep_localize.rules.same_batch import SameBatch
from faultloc.methods.deep_localize.rules.seen_inputs import SeenInputs
from faultloc.methods.deep_localize.rules.transitions import Transitions
from faultloc.methods.deep_localize.rules.turned_masks import TurnedMasks
from faultloc.methods.deep_localize.rules.weights_by_hand import WeightsByHand
from faultloc.methods.deep_localize.seen_samples import SeenSamples

_DENSE_START, _SETTLED = 5, 3
_LONG_RUN, _SELDOM = 200, 5
_THOROUGH = 5
# A model whose loss was below such a share of the best constant guess's at the latest looks is looked at more seldom.
_LEARNED, _LATEST_LOOKS, _RISEN, _TWICE = ((0.1, 4), (0.5, 2)), 2, 0.6, 2.0
# So many kinds of loss under the same optimizers are tasks that alternate; more are one loss that varies.
_MOST_KINDS = 4
# An optimizer that has taken so many steps has had a stage of its own.
_STAGE = 10
_OUTGROWN = 0.7

Key = tuple[frozenset[int], Hashable]
# The kind of a step's first loss, and the optimizers whose parameters it hangs on; None where that was not looked at.
FirstLoss = tuple[Hashable, frozenset[int] | None]


@dataclass(eq=False)
class Objective:
    """What is known of one objective; ``step`` counts its own steps, ``next_look`` is the next to be looked at."""

    history: History = field(default_factory=History)
    targets: SeenTargets = field(default_factory=SeenTargets)
    inputs: SeenInputs = field(default_factory=SeenInputs)
    samples: SeenSamples = field(default_factory=SeenSamples)
    pairs: Pairs = field(default_factory=Pairs)
    class_weights: ClassWeights = field(default_factory=ClassWeights)
    weights_by_hand: WeightsByHand = field(default_factory=WeightsByHand)
    ignored: IgnoredTags = field(default_factory=IgnoredTags)
    drowned: DrownedTerm = field(default_factory=DrownedTerm)
    batches: SameBatch = field(default_factory=SameBatch)
    rows: ChangingRows = field(default_factory=ChangingRows)
    fading: FadingInputs = field(default_factory=FadingInputs)
    penalty: ConstantPenalty = field(default_factory=ConstantPenalty)
    sides: ConstantSide = field(default_factory=ConstantSide)
    shares: ExchangedShares = field(default_factory=ExchangedShares)
    masks: TurnedMasks = field(default_factory=TurnedMasks)
    new_samples: NewSamples = field(default_factory=NewSamples)
    transitions: Transitions = field(default_factory=Transitions)
    optimizers: frozenset[int] = frozenset()
    step: int = 0
    next_look: int = 0
    # How many looks of the usual pace the next one stands for.
    leisure: int = 1
    # A loss above this is reason to look at the next step.
    alarm: float = math.inf
    # How many steps each optimizer had taken when this objective was first looked at.
    steps_before: Mapping[int, int] = field(default_factory=dict)
    # Those that came next.
    followers: list["Objective"] = field(default_factory=list)

    def is_new(self) -> bool:
        """Whether it is in its first five steps, in which every one is looked at."""
        return self.step < _DENSE_START

    def optimizers_over(self, steps: Mapping[int, int]) -> frozenset[int]:
        """Those whose stage is over: optimizers that have trained and, since this objective began, step no more.

        ``steps``: how many steps each optimizer has taken, by its identity.
        """
        self.steps_before = self.steps_before or dict(steps)
        return frozenset(key for key, count in steps.items() if count >= _STAGE and count == self.steps_before.get(key))

    def is_fifth_look(self, every: int) -> bool:
        """Whether what seldom changes is looked at too, as it is at every fifth look."""
        return self.step % (_THOROUGH * _steps_apart(every, self.step)) == 0

    def plan_look(self, every: int) -> None:
        """When to look again after the step under way, which is looked at.

        What goes wrong does so early: in a long run it is enough to look now and then, and twice or four times as
        seldom while the model has learned most, or nearly all, of what there is, unless its loss rises again.
        """
        following, self.leisure = self.step + 1, self._how_seldom()
        apart = _steps_apart(every, following) * self.leisure
        # What begins well, as a model that was trained before, has not risen where it is as large as at first.
        risen = max(_RISEN * self.history.first_loss(), _TWICE * self.history.recent_loss())
        self.alarm = risen if self.leisure > 1 else math.inf
        self.next_look = following if following < _DENSE_START else -(-following // apart) * apart

    def stands_for(self, relative_loss: float | None) -> int:
        """How many looks of the usual pace the present one counts for; one at which the loss has risen, for itself."""
        has_risen = relative_loss is None or relative_loss >= _LEARNED[-1][0]
        return 1 if has_risen else self.leisure

    def _how_seldom(self) -> int:
        latest = [sample.relative_loss for sample in self.history.sampled[-_LATEST_LOOKS:]]
        known = [share for share in latest if share is not None]
        if len(known) < _LATEST_LOOKS or self.history.has_moved or self.history.has_drifted:
            return 1
        return next((times for share, times in _LEARNED if max(known) < share), 1)


def _steps_apart(every: int, step: int) -> int:
    return every if step <= _LONG_RUN else _SELDOM * every


class Objectives:
    """The objectives of a run: found at a step by the optimizers that take it and by the loss before it.

    Which optimizers will step is not known before they do, so that ``expected`` says what it was the last time.
    """

    def __init__(self) -> None:
        self._by_key: dict[Key, Objective] = {}
        self._expected: dict[Hashable, Objective | None] = {}
        self._last: Objective | None = None
        self._last_step: tuple | None = None
        self._contested: frozenset[int] = frozenset()

    def see_reach(self, reached: Sequence[frozenset[int]], stepped: set[int]) -> None:
        """Notes the optimizers whose parameters the losses before a step hang on, and those that ``stepped``."""
        if len(set(reached)) > 1 or any(one - stepped for one in reached):
            self._contested |= frozenset(stepped).union(*reached)

    def is_contested(self, objective: Objective) -> bool:
        """Whether others may work against it: another's loss hangs on what it moves, or its loss on what they move.

        Such losses need not settle, and one that rises tells of no fault.
        """
        return bool(objective.optimizers & self._contested)

    def may_have_constant_targets(self, objective: Objective) -> bool:
        """Whether targets that are all the same may be meant: a judge is asked for one answer for all that is real.

        Of several optimizers, only an objective that was seen three times tells that nobody works against it.
        """
        return objective.step < _SETTLED or self.is_contested(objective)

    @property
    def all(self) -> list[Objective]:
        """In the order of their first steps."""
        return list(dict.fromkeys(self._by_key.values()))

    def have_outgrown_guessing(self) -> bool:
        """Whether each loss is by now far below a guess's, on samples that were new at every step: no memory."""
        shares = [one.history.late_relative() for one in self.all]
        has_learned = bool(shares) and all(share is not None and share < _OUTGROWN for share in shares)
        return has_learned and all(one.new_samples.are_all_new() for one in self.all)

    def wants_look(self) -> bool:
        """Whether the step that begins is to be looked at: what may come next is due."""
        if self._last is None:
            return True
        for objective in self._last.followers or self.all:  # noqa: SIM110 - at every step, and no generator is faster
            if objective.step >= objective.next_look:
                return True
        return False

    def expected(self, loss: FirstLoss) -> Objective:
        """The objective of a loss whose backward pass begins; an unknown one where that cannot be told."""
        return self._expected.get(loss) or Objective()

    def seen_again(self, optimizers: set[int], kind: Hashable) -> Objective | None:
        """The objective of a step that was not looked at and is as the one before, as most steps of most runs are."""
        return self._last if self._last_step == (optimizers, kind) else None

    def stepped(
        self, optimizers: frozenset[int], kind: Hashable, loss: FirstLoss, assumed: Objective | None
    ) -> Objective:
        """The objective of a step that has ended; ``assumed`` is what was taken for it."""
        assumed = assumed or self.expected(loss)
        alike = [key for key in self._by_key if key[0] == optimizers]
        key: Key = (optimizers, kind)
        if key not in self._by_key and len(alike) >= _MOST_KINDS:
            self._by_key[key] = self._by_key[alike[0]]
        if key not in self._by_key:
            self._by_key[key] = assumed if not assumed.step else Objective()
            self._by_key[key].optimizers = optimizers
        objective = self._by_key[key]
        # The same loss before other optimizers' steps: what comes cannot be told from it.
        known = self._expected.setdefault(loss, objective)
        if known is not objective:
            self._expected[loss] = None
        if self._last is not None and objective not in self._last.followers:
            self._last.followers = [*self._last.followers[-3:], objective]
        self._last = objective
        is_plain = known is objective and objective.followers[-1:] == [objective]
        # Of a step that was looked at more is known: what is expected of the others has to be noted for itself.
        self._last_step = (optimizers, kind) if is_plain and loss[1] is None else None
        return objective
