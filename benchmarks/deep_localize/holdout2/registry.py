"""The second hold-out set. What is expected of an answer was written down from the faults alone.

The terms are those of the main set: a label is looked for in the ``input`` phase, or where it meets the answers, in
``loss``; a part that gets no gradient in ``backward``; what the optimizer does, or something else does to the weights,
in ``update``.
"""

from benchmarks.deep_localize.holdout2.faulty import attention, inputs, losses, networks, numbers, shapes, updates
from benchmarks.deep_localize.holdout2.healthy import loops, objectives, structures
from benchmarks.deep_localize.program import HealthyProgram, Program

HOLDOUT2_FAULTY: tuple[Program, ...] = (
    losses.ignored_class,
    losses.cosine_zero_labels,
    losses.kl_of_probabilities,
    losses.poisson_log_input,
    losses.cross_entropy_of_tags,
    shapes.view_for_permute,
    shapes.lstm_batch_second,
    shapes.same_side_twice,
    shapes.hard_dice,
    attention.inverted_mask,
    attention.all_masked,
    inputs.divided_twice,
    inputs.one_buffer,
    inputs.first_batch_only,
    inputs.mask_of_255,
    inputs.swamped_task,
    numbers.half_adam,
    numbers.last_batch_of_one,
    numbers.acos,
    numbers.ctc_too_short,
    numbers.positive_weights,
    updates.integer_warm_up,
    updates.swapped_betas,
    updates.clip_before_unscale,
    updates.target_backwards,
    updates.stuck_in_bfloat16,
    networks.plain_list,
    networks.batch_norm_memory,
    networks.detached_forgeries,
    networks.triplet_swapped,
)

HOLDOUT2_HEALTHY: tuple[HealthyProgram, ...] = (
    structures.experts,
    structures.stochastic_depth,
    structures.straight_through,
    structures.checkpointing,
    structures.graph,
    structures.sparse_embedding,
    objectives.overlap,
    objectives.quantiles,
    objectives.contrast,
    objectives.masked_words,
    objectives.ranking,
    objectives.differential_equation,
    objectives.policy_gradient,
    loops.sharpness_aware,
    loops.target_network,
    loops.factors_in_turns,
    loops.prototypes,
    loops.restarts,
    loops.one_sample_a_step,
)
