"""What looks show beyond one output and its target: pairs, judges, policies, class weights, evaluations."""

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in, tensors_in
from faultloc.methods.deep_localize.hooks.loss_graph import loss_nodes
from faultloc.methods.deep_localize.hooks.loss_terms import trains_alone
from faultloc.methods.deep_localize.hooks.taken_gradients import TakenGradients
from faultloc.methods.deep_localize.hooks.targets import is_given_again
from faultloc.methods.deep_localize.look import Look
from faultloc.methods.deep_localize.objective import Objective
from faultloc.methods.deep_localize.rules.attached_targets import check_attached
from faultloc.methods.deep_localize.rules.away_from_targets import check_away_from_targets
from faultloc.methods.deep_localize.rules.changed_target import check_changed_target
from faultloc.methods.deep_localize.rules.columns import check_mark, check_marks
from faultloc.methods.deep_localize.rules.connectionist import check_connectionist
from faultloc.methods.deep_localize.rules.cosine_axis import check_cosine_axis
from faultloc.methods.deep_localize.rules.each_standardised import check_each_standardised
from faultloc.methods.deep_localize.rules.empty_group import check_empty_groups
from faultloc.methods.deep_localize.rules.evaluation_calls import EvaluationCalls
from faultloc.methods.deep_localize.rules.every_pair import check_every_pair
from faultloc.methods.deep_localize.rules.flat_derivative import check_flat_derivative
from faultloc.methods.deep_localize.rules.graph_edges import check_graph_edges
from faultloc.methods.deep_localize.rules.judge import Judges
from faultloc.methods.deep_localize.rules.log_rate import check_log_rate
from faultloc.methods.deep_localize.rules.margin_labels import check_margin_labels
from faultloc.methods.deep_localize.rules.masked_scores import check_masked_scores
from faultloc.methods.deep_localize.rules.mixture_axis import check_mixture_axis
from faultloc.methods.deep_localize.rules.own_messages import check_own_messages
from faultloc.methods.deep_localize.rules.policy_clip import check_policy_clip
from faultloc.methods.deep_localize.rules.policy_sign import PolicySign
from faultloc.methods.deep_localize.rules.similarity_scores import check_similarity_scores
from faultloc.methods.deep_localize.rules.soft_targets import check_soft_targets
from faultloc.methods.deep_localize.rules.summed_divergence import check_summed_divergence, doubt_summed_divergence
from faultloc.methods.deep_localize.rules.summed_products import check_summed_products
from faultloc.methods.deep_localize.rules.target_networks import TargetNetworks
from faultloc.methods.deep_localize.rules.unknown_words import check_unknown_words
from faultloc.methods.deep_localize.rules.unpaired import check_unpaired
from faultloc.methods.deep_localize.rules.volume_sign import VolumeSign
from faultloc.methods.deep_localize.rules.wrong_comparison import check_averaged
from faultloc.methods.deep_localize.step import StepUnderWay

# So many looks tell the sign of a policy's loss; whether inputs fade is no matter of neighbouring steps.
_POLICY_LOOKS, _FADES_UNASKED = 12, (3, 4)


class FurtherLook:
    """What was seen of a run so far."""

    def __init__(self, model: nn.Module) -> None:
        self.evaluations, self.taken = EvaluationCalls(), TakenGradients()
        self._model = model
        self._judges, self._policy, self._volume = Judges(model), PolicySign(), VolumeSign(model)
        self._policy_looks = 0
        self.targets = TargetNetworks(model)

    def at(
        self,
        loss: Tensor,
        now: StepUnderWay,
        look: Look,
        held: Mapping[int, HeldParameters],
        optimizers: Sequence[Optimizer],
    ) -> Iterator[Symptom]:
        """Symptoms of a step that is looked at, between its forward and its backward pass."""
        objective = now.objective or Objective()
        asks_policy = self._policy_looks < _POLICY_LOOKS
        nodes = loss_nodes(loss, now.outputs) if asks_policy or objective.step == 0 else []
        self.targets.look()
        if objective.step == 0:
            yield from self._at_first(loss, now, look, nodes, objective, optimizers)
        if objective.is_new():
            for call in now.calls:
                self.evaluations.trained_on(call.module, call.given)
            self.evaluations.statistics.look(now.trace)
            yield from self._judges.look(loss, now.calls, now.returned, now.reached[-1], held, objective.optimizers)
            yield from objective.penalty.look(loss, now.outputs, takes_constants=self.taken.are_constants)
            yield from objective.sides.look(loss, now.outputs, self.taken)
            yield from self._volume.look(loss, now.calls, now.outputs)
            yield from check_flat_derivative(self.taken)
        yield from objective.pairs.look(loss, look.terms, now.calls, now.returned, objective.history, now.trace)
        if len(look.terms) == 1:
            yield from objective.class_weights.look(look.terms[0], look.target)
        if objective.is_new():
            yield from objective.weights_by_hand.look(loss)
        yield from objective.shares.look(loss, look.terms)
        yield from objective.drowned.look(loss, look.terms)
        yield from objective.transitions.look(look.terms, first_tensor_in(now.calls[0].given))
        if objective.is_new():
            inputs = list(tensors_in(list(now.calls[0].given)))
            yield from objective.ignored.look(look.terms, look.target, inputs)
            yield from objective.masks.look(inputs[0] if inputs else None, look.target)
        if objective.step not in _FADES_UNASKED and look.kind is not None and len(held) == 1:
            yield from objective.fading.look(first_tensor_in(now.calls[0].given))
        if asks_policy:
            self._policy_looks += 1
            yield from self._policy.look(loss, nodes, look.terms)

    def _at_first(
        self,
        loss: Tensor,
        now: StepUnderWay,
        look: Look,
        nodes: Sequence[Node],
        objective: Objective,
        optimizers: Sequence[Optimizer],
    ) -> Iterator[Symptom]:
        only = look.terms[0] if len(look.terms) == 1 else None
        yield from check_margin_labels(nodes)
        yield from check_connectionist(nodes, now.trace)
        yield from check_attached(nodes)
        yield from check_similarity_scores(nodes)
        yield from check_policy_clip(loss, nodes)
        yield from check_averaged(loss, now.outputs)
        yield from check_away_from_targets(loss, now.outputs)
        yield from check_every_pair(loss, nodes, now.outputs)
        yield from check_summed_divergence(loss, nodes, only, now.outputs)
        yield from check_soft_targets(nodes, look.target, only)
        yield from check_masked_scores(loss, now.trace)
        yield from check_own_messages(loss, now.trace)
        yield from check_mixture_axis(loss, now.trace)
        inputs = list(tensors_in(list(now.calls[0].given)))
        given = inputs[0] if inputs else None
        yield from check_changed_target(given, look.target)
        yield from check_graph_edges(inputs)
        yield from check_summed_products(loss, next((len(one) for one in inputs if one.dim() > 0), 0))
        yield from check_empty_groups(loss, self._model, optimizers)
        yield from check_cosine_axis(nodes, given)
        yield from check_log_rate(nodes)
        yield from check_unpaired(now.calls, look.terms)
        for one in inputs:
            yield from check_mark(one)
        summed = doubt_summed_divergence(loss, nodes, only, now.outputs)
        words = check_unknown_words(inputs)
        for doubt in (*check_marks(given), *check_each_standardised(given), *words, *summed):
            objective.history.doubts.setdefault(doubt.rule, doubt)
        if only is not None and look.target is not None and not trains_alone(only, loss):
            objective.history.repeats_inputs = any(is_given_again(one, look.target) for one in inputs)
