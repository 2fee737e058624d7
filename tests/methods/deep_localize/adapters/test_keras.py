"""The callback of Keras 3, against Keras itself on its torch backend."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import TrainingFault
from tests.methods.deep_localize.adapters.programs import BATCH, PROGRAMS, SOUND, Program, verdict
from tests.methods.deep_localize.adapters.scripts import causes, watched

pytestmark = [
    pytest.mark.filterwarnings("ignore::faultloc.methods.deep_localize.diagnosis.FaultWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
BY_NAME = {program.name: program for program in PROGRAMS}
# The same places, where Keras names them otherwise: an activation belongs to its layer.
IN_KERAS = {"softmax": "last", "active": "first"}


@pytest.fixture(scope="module")
def keras() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "torch")  # read when keras is imported first
        yield pytest.importorskip("keras", reason="keras is not installed")


@pytest.fixture(scope="module")
def DeepLocalize(keras: ModuleType) -> type:
    from faultloc.methods.deep_localize.adapters.keras import DeepLocalize

    return DeepLocalize


def model_of(keras: ModuleType, program: Program = SOUND) -> object:
    """The same network as in torch, which ends in a softmax as Keras models do."""
    keras.utils.set_random_seed(0)
    bias = program.first_bias or 0.0
    return keras.Sequential(
        [
            keras.layers.Input((64,)),
            keras.layers.Dense(64, activation="relu", name="first", bias_initializer=keras.initializers.Constant(bias)),
            keras.layers.Dense(10, activation="softmax", name="last"),
        ]
    )


def fitted(
    keras: ModuleType,
    model: object,
    program: Program = SOUND,
    *callbacks: object,
    loss: object = None,
    **settings: object,
) -> object:
    inputs, labels = program.arrays()
    # That a softmax has been taken already is what the program with the double one does not say.
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=program.ends_in_softmax)
    optimizer = settings.pop("optimizer", None) or keras.optimizers.Adam(program.learning_rate)
    model.compile(optimizer, loss)
    model.fit(
        inputs, labels, **{"batch_size": BATCH, "verbose": 0, "shuffle": False, **settings}, callbacks=list(callbacks)
    )
    return model


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_verdict_is_that_of_the_bare_loop(keras, DeepLocalize, program):
    watch = DeepLocalize()
    fitted(keras, model_of(keras, program), program, watch)
    assert verdict(watch.diagnosis) == (program.rule, IN_KERAS.get(program.place, program.place))


def test_every_step_is_seen_once_beside_validation(keras, DeepLocalize):
    watch = DeepLocalize()
    inputs, labels = SOUND.arrays()
    fitted(keras, model_of(keras), SOUND, watch, epochs=2, validation_data=(inputs * 1e6, labels))
    # Only that the evaluation is given other inputs than the training is said of it.
    assert [one.rule for one in watch.diagnosis.findings] == ["input.evaluation_scale"]
    assert watch.diagnosis.notes == []
    assert watch.diagnosis.steps == 80


def test_a_step_is_what_changes_the_weights_where_gradients_are_accumulated(keras, DeepLocalize):
    watch = DeepLocalize()
    optimizer = keras.optimizers.Adam(1e-3, gradient_accumulation_steps=8)
    fitted(keras, model_of(keras), SOUND, watch, optimizer=optimizer, epochs=10)
    assert watch.diagnosis.findings == []
    assert watch.diagnosis.steps == 50


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mse", "binary_crossentropy", "mae"])
def test_the_losses_of_keras_are_recognised(keras, DeepLocalize, loss):
    watch, model = DeepLocalize(), model_of(keras)
    inputs, labels = SOUND.arrays()
    model.compile("adam", loss)
    model.fit(inputs, np.eye(10, dtype=np.float32)[labels], epochs=2, verbose=0, callbacks=[watch])
    assert (watch.diagnosis.findings, watch.diagnosis.notes) == ([], [])


@pytest.mark.parametrize("activation", ["relu", None])
def test_a_sparse_cross_entropy_of_what_is_no_probability_is_named(keras, DeepLocalize, activation):
    model, watch = model_of(keras), DeepLocalize(on_error="stop")
    model.pop()
    model.add(keras.layers.Dense(10, activation=activation, name="last"))
    fitted(keras, model, SOUND, watch)
    assert verdict(watch.diagnosis) == ("loss.no_probabilities", "last")


def test_a_binary_cross_entropy_of_what_is_no_probability_is_named(keras, DeepLocalize):
    model, watch = model_of(keras), DeepLocalize(on_error="stop")
    model.pop()
    model.add(keras.layers.Dense(1, name="last"))
    inputs, labels = SOUND.arrays()
    model.compile("adam", "binary_crossentropy")
    model.fit(10 * inputs, (labels > 4).astype(np.float32)[:, None], verbose=0, callbacks=[watch])
    assert verdict(watch.diagnosis) == ("loss.no_probability", "last")


def layers_of_many_kinds(keras: ModuleType) -> object:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inner = keras.Sequential([layers.Input((8, 8)), layers.LSTM(32, name="lstm")], name="inner")
    inputs = layers.Input((64,))
    read = inner(layers.Reshape((8, 8), name="rows")(inputs))
    read = layers.Dropout(0.2, name="dropout")(layers.BatchNormalization(name="norm")(read))
    dense = layers.Dense(32, activation="relu", name="dense")
    return keras.Model(inputs, layers.Dense(10, activation="softmax", name="last")(dense(dense(read))))


def test_layers_are_named_as_in_keras_also_inside_a_model_and_where_they_are_used_twice(keras, DeepLocalize):
    watch = DeepLocalize()
    fitted(keras, layers_of_many_kinds(keras), SOUND, watch, optimizer=keras.optimizers.Adam(1e-2), epochs=2)
    assert watch.diagnosis.findings == []
    named = [name for name in watch.diagnosis.layers if name not in ("rows", "dropout") and "input" not in name]
    assert named == ["inner/lstm", "norm", "dense", "last"]


def test_the_layer_whose_weights_are_no_numbers_is_named_as_in_keras(keras, DeepLocalize):
    model, watch = layers_of_many_kinds(keras), DeepLocalize()
    weights = model.get_layer("inner").get_layer("lstm").get_weights()
    weights[0][0, 0] = np.nan
    model.get_layer("inner").get_layer("lstm").set_weights(weights)
    fitted(keras, model, SOUND, watch)
    assert (watch.diagnosis.cause.rule, watch.diagnosis.cause.place) == ("weights.nonfinite", "inner/lstm")


def test_half_precision_and_frozen_layers_do_not_confuse_it(keras, DeepLocalize):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model, watch = model_of(keras), DeepLocalize()
    finally:
        keras.config.set_dtype_policy(before)
    model.get_layer("first").trainable = False
    fitted(keras, model, SOUND, watch, optimizer=keras.optimizers.Adam(1e-2), epochs=2)
    assert (watch.diagnosis.findings, watch.diagnosis.notes) == ([], [])


@pytest.mark.parametrize("has_nan", [False, True], ids=["sound", "with NaN in the inputs"])
def test_all_weights_and_states_are_the_same_bit_by_bit_with_and_without_it(keras, DeepLocalize, has_nan):
    program = BY_NAME["NaN in the inputs"] if has_nan else SOUND
    watched = fitted(keras, layers_of_many_kinds(keras), program, DeepLocalize(every=3))
    alone = fitted(keras, layers_of_many_kinds(keras), program)
    pairs = list(zip(watched.variables, alone.variables, strict=True))
    assert len(pairs) > 10
    assert all(torch.equal(one.value.nan_to_num(), other.value.nan_to_num()) for one, other in pairs)


def test_it_stops_the_fit_at_an_error(keras, DeepLocalize):
    program = BY_NAME["softmax before the loss's own"]
    watch = DeepLocalize(on_error="stop")
    model = fitted(keras, model_of(keras, program), program, watch)
    assert int(model.optimizer.iterations) == 1
    assert watch.diagnosis.cause.rule == "loss.double_softmax"


def is_untouched(model: object) -> bool:
    hooks = [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in (model, *model.layers)]
    return not any(hooks) and "apply" not in vars(model.optimizer)


def test_nothing_stays_after_a_fit(keras, DeepLocalize):
    before = torch.autograd.backward
    assert is_untouched(fitted(keras, model_of(keras), SOUND, DeepLocalize()))
    assert torch.autograd.backward is before


def test_a_fault_is_raised_and_nothing_stays(keras, DeepLocalize):
    program, before = BY_NAME["NaN in the inputs"], torch.autograd.backward
    model = model_of(keras, program)
    with pytest.raises(TrainingFault, match="input"):
        fitted(keras, model, program, DeepLocalize(on_error="raise"))
    assert is_untouched(model)
    assert torch.autograd.backward is before


def test_after_an_error_of_another_callback_everything_goes_with_close(keras, DeepLocalize):
    def fails(batch: int, logs: object) -> None:
        raise ZeroDivisionError

    before, model, watch = torch.autograd.backward, model_of(keras), DeepLocalize()
    with pytest.raises(ZeroDivisionError):
        fitted(keras, model, SOUND, watch, keras.callbacks.LambdaCallback(on_train_batch_end=fails))
    assert not is_untouched(model)
    watch.close()
    assert is_untouched(model)
    assert torch.autograd.backward is before


def test_after_an_error_the_next_fit_leaves_nothing_of_either(keras, DeepLocalize):
    def fails(batch: int, logs: object) -> None:
        raise ZeroDivisionError

    before, model, watch = torch.autograd.backward, model_of(keras), DeepLocalize()
    with pytest.raises(ZeroDivisionError):
        fitted(keras, model, SOUND, watch, keras.callbacks.LambdaCallback(on_train_batch_end=fails))
    abandoned = model.optimizer
    fitted(keras, model, SOUND, watch)
    assert is_untouched(model)
    assert "apply" not in vars(abandoned)
    assert watch.diagnosis.steps == 40
    assert torch.autograd.backward is before


def test_another_backend_is_refused_with_how_to_get_torch(keras, DeepLocalize, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ConfigError, match=r"'jax'; expected 'torch': set the environment variable KERAS_BACKEND=torch"):
        DeepLocalize()


SCRIPT = """
import keras
import numpy as np

keras.utils.set_random_seed(0)
layers = [keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax", name="last")]
model = keras.Sequential(layers)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(np.random.rand(96, 8), np.arange(96) % 3, batch_size=8, verbose=0)
"""


def test_a_script_is_watched_under_the_command_once_and_only_there(keras, tmp_path):
    before = keras.Model.fit
    seen = watched(tmp_path, SCRIPT)
    assert seen.error is None
    assert causes(seen) == [("loss.double_softmax", "last")]
    assert (seen.runs[0].model, seen.runs[0].diagnosis.steps) == ("Sequential", 12)
    assert keras.Model.fit is before
