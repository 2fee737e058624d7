"""The hold-out set. What is expected of an answer was written down from the faults alone, as in the main set."""

from benchmarks.deep_localize.holdout.faulty import answers, layers, numbers, step_size, targets, updates
from benchmarks.deep_localize.program import HealthyProgram, Program

HOLDOUT_FAULTY: tuple[Program, ...] = (
    updates.late_zero_grad,
    updates.only_schedule_steps,
    updates.head_replaced,
    updates.copied_optimizer,
    updates.embedding_no_grad,
    step_size.maximize,
    step_size.weight_decay,
    step_size.clipped_to_nothing,
    step_size.dying_rate,
    step_size.growing_rate,
    step_size.momentum,
    step_size.summed_loss,
    step_size.transformer_rate,
    answers.double_sigmoid,
    answers.clipped_logits,
    answers.hand_broadcast,
    answers.tanh_range,
    answers.softmax_wrong_axis,
    answers.dollars,
    answers.vae_collapse,
    layers.left_in_eval,
    layers.dropout,
    layers.no_activation,
    layers.batch_norm_of_2,
    layers.attends_to_the_batch,
    layers.detached_state,
    numbers.zero_deviation,
    numbers.root_of_zero,
    numbers.log_of_zero,
    numbers.exploding_rnn,
    numbers.wide_weights,
    numbers.unix_time,
    targets.truncated_targets,
    targets.unshifted_targets,
)

HOLDOUT_HEALTHY: tuple[HealthyProgram, ...] = ()
