"""All programs. What is expected of an answer was written down from the faults alone, before anything watched them.

A layer is, as in Keras, a ``Linear`` with the activation behind it: either name is right. The phase follows from the
place: input and labels come in in the ``input`` phase, a layer is seen in ``forward``, the optimizer in ``update``. A
last layer whose answers do not suit the loss or its targets may as well be found where they meet, in ``loss``; a layer
that gets no gradient, in ``backward``; shuffled labels, which look like any others, in ``loss``.
"""

from benchmarks.deep_localize.healthy import architectures, pictures, procedures, tables
from benchmarks.deep_localize.program import HealthyProgram, Program
from benchmarks.deep_localize.programs import (
    class_probabilities,
    learning_rate,
    loss_and_labels,
    one_unit_softmax,
    output_range,
    scale,
    starting_point,
    wiring,
)

FAULTY: tuple[Program, ...] = (
    one_unit_softmax.so31880720,
    one_unit_softmax.so34311586,
    one_unit_softmax.so45337371,
    one_unit_softmax.so45442843,
    one_unit_softmax.so33969059,
    output_range.so48221692,
    output_range.so48251943,
    class_probabilities.so47352366,
    class_probabilities.so51930566,
    class_probabilities.so59278771,
    class_probabilities.so55328966,
    output_range.so38648195,
    output_range.so50079585,
    output_range.so44066044,
    scale.so39525358,
    scale.so47724077,
    scale.so52800582,
    learning_rate.so48934338,
    learning_rate.so48385830,
    loss_and_labels.so31556268,
    loss_and_labels.so59325381,
    learning_rate.so50306988,
    learning_rate.gh_facial_keypoints,
    wiring.pt_double_softmax,
    wiring.pt_nll_no_logsoftmax,
    wiring.pt_no_zero_grad,
    wiring.pt_optim_other_params,
    wiring.pt_detach,
    starting_point.pt_dead_relu,
    starting_point.pt_zero_init,
    starting_point.pt_vanishing,
    loss_and_labels.pt_broadcast,
    loss_and_labels.pt_flipped_loss,
    loss_and_labels.pt_nan_input,
    learning_rate.pt_adam_lr1,
    loss_and_labels.pt_random_labels,
)

HEALTHY: tuple[HealthyProgram, ...] = (
    tables.wine_mlp,
    tables.breast_cancer_dropout,
    tables.diabetes_tanh,
    pictures.cnn_adam,
    pictures.cnn_momentum,
    pictures.batch_norm_dropout,
    pictures.five_layers,
    pictures.autoencoder,
    tables.iris_batch_4,
    tables.iris_converged,
    pictures.batch_512,
    pictures.gelu_layer_norm,
    architectures.lstm,
    architectures.embedding,
    procedures.gradient_accumulation,
    procedures.frozen_backbone,
    procedures.bfloat16,
    architectures.weight_tying,
    architectures.two_heads,
    procedures.warm_up,
)
