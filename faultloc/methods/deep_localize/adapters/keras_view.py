"""A Keras model and its optimizer as the monitor knows models and optimizers: named layers, parameters, steps.

On the torch backend, a Keras layer is a torch module and a Keras variable holds a torch parameter; but the modules are
not each other's children, parameters are named after paths, and the optimizer is none of torch's.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

if TYPE_CHECKING:
    import keras


class KerasModelView(nn.Module):
    """The model with layers and parameters named as in Keras: ``dense``, ``dense.kernel``; a model inside the model
    gives ``inner/dense``. Calling it calls the model; it has no state of its own."""

    # A kernel's last axis is that of the units.
    has_units_last = True

    def __init__(self, model: "keras.Model") -> None:
        super().__init__()
        self._seen = [model]  # in a list, so that it is no submodule
        self._layers = dict(_layers(model, ""))

    def forward(self, *arguments: object, **named: object) -> object:
        return self._seen[0](*arguments, **named)

    def layer_names(self) -> dict[nn.Module, str]:
        """The layers with their names, in the model's order."""
        return dict(self._layers)

    def named_modules(self, *_: object, **__: object) -> Iterator[tuple[str, nn.Module]]:
        yield "", self
        yield from ((name, layer) for layer, name in self._layers.items())

    def named_parameters(self, *_: object, **__: object) -> Iterator[tuple[str, nn.Parameter]]:
        """The trainable variables and the frozen ones; not those that training moves otherwise, nor random states."""
        seen: set[int] = set()
        for layer, name in self._layers.items():
            for variable in _weights(layer):
                if id(variable) not in seen:
                    seen.add(id(variable))
                    # What a layer inside the layer holds: lstm.lstm_cell.kernel would name a layer that is none here.
                    inner = variable.path.rpartition(f"{layer.name}/")[2].replace("/", "_").replace(".", "_")
                    yield f"{name}.{inner}", variable.value

    def get_parameter(self, target: str) -> nn.Parameter:
        return dict(self.named_parameters())[target]

    def named_buffers(self, *_: object, **__: object) -> Iterator[tuple[str, Tensor]]:
        """All that a call of the model may change: moving statistics, the states of random generators."""
        trained = {id(parameter) for _, parameter in self.named_parameters()}
        for variable in self._seen[0].non_trainable_variables:
            if id(variable.value) not in trained:
                yield variable.path, variable.value

    def register_forward_pre_hook(self, hook: Callable, **settings: bool) -> RemovableHandle:
        return self._seen[0].register_forward_pre_hook(hook, **settings)

    def register_forward_hook(self, hook: Callable, **settings: bool) -> RemovableHandle:
        return self._seen[0].register_forward_hook(hook, **settings)


class KerasOptimizerView(Optimizer):
    """The steps of a Keras optimizer, with torch's hooks around each; ``detach`` leaves the optimizer as it was.

    While attached, ``apply`` of that one optimizer is wrapped. With ``gradient_accumulation_steps``, a step is what
    changes the weights.
    """

    def __init__(self, optimizer: "keras.optimizers.Optimizer", variables: "Sequence[keras.Variable]") -> None:
        # What is under the scaling of a loss in half precision.
        own = getattr(optimizer, "inner_optimizer", optimizer)
        super().__init__([variable.value for variable in variables], _settings(own))
        self.kind = _KINDS.get(type(own).__name__, type(own).__name__)
        self._clips = own._clip_gradients if any((own.clipnorm, own.global_clipnorm, own.clipvalue)) else None
        self._watched, self._apply = optimizer, optimizer.apply
        self._pending: Callable[[], None] | None = None
        # Where the loss is scaled up, a gradient that overflows is left out: no fault, and torch's own sign of it.
        self.grad_scale = getattr(optimizer, "initial_scale", None)
        object.__setattr__(optimizer, "apply", self._applied)

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Lets Keras take the step that it is about to take."""
        if self._pending is not None:
            self._pending()

    def detach(self) -> None:
        """Gives the Keras optimizer its own ``apply`` back; the second call does nothing."""
        with suppress(AttributeError):
            object.__delattr__(self._watched, "apply")

    def _applied(self, gradients: Sequence[Tensor | None], variables: "Sequence[keras.Variable] | None" = None) -> None:
        accumulated = getattr(self._watched, "gradient_accumulation_steps", None)
        if accumulated and (int(self._watched._iterations) + 1) % accumulated:
            self._apply(gradients, variables)
            return
        self.param_groups[0]["lr"] = float(self._watched.learning_rate)
        self._pending = lambda: self._apply(gradients, variables)
        try:
            with self._clipped(gradients, variables):
                self.step()
        finally:
            self._pending = None

    @contextmanager
    def _clipped(
        self, gradients: Sequence[Tensor | None], variables: "Sequence[keras.Variable] | None"
    ) -> Iterator[None]:
        """Shows the gradients as the step will have them: Keras clips copies of them, inside the step."""
        held = [variable.value for variable in variables or ()] or self.param_groups[0]["params"]
        if self._clips is None or len(gradients) != len(held):
            yield
            return
        before = [one.grad for one in held]
        known = [(one, gradient) for one, gradient in zip(held, gradients, strict=True) if gradient is not None]
        for (one, _), clipped in zip(known, self._clips([gradient for _, gradient in known]), strict=True):
            one.grad = clipped.detach()
        try:
            yield
        finally:
            for one, gradient in zip(held, before, strict=True):
                one.grad = gradient


# What torch calls them.
_KINDS = {"Nadam": "NAdam"}


def _settings(optimizer: "keras.optimizers.Optimizer") -> dict[str, object]:
    """An optimizer's settings under their names in torch, where Keras has them."""
    settings: dict[str, object] = {"lr": float(optimizer.learning_rate), "decoupled_weight_decay": True}
    for name, ours in (("weight_decay", "weight_decay"), ("momentum", "momentum"), ("epsilon", "eps")):
        value = getattr(optimizer, name, None)
        if isinstance(value, int | float):
            settings[ours] = float(value)
    betas = [getattr(optimizer, name, None) for name in ("beta_1", "beta_2")]
    if all(isinstance(beta, int | float) for beta in betas):
        settings["betas"] = tuple(betas)
    return settings


def _layers(model: "keras.Model", prefix: str) -> Iterator[tuple[nn.Module, str]]:
    for layer in model.layers:
        if getattr(layer, "layers", None):  # a model inside the model
            yield from _layers(layer, f"{prefix}{layer.name}/")
        else:
            yield layer, prefix + layer.name


def _weights(layer: "keras.layers.Layer") -> "Iterator[keras.Variable]":
    """The variables that the optimizer trains, or would if the layer were not frozen."""
    if layer.trainable:
        yield from layer.trainable_variables
    else:
        layer_statistics = {"moving_mean", "moving_variance", "seed_generator_state"}
        yield from (variable for variable in layer.weights if variable.name not in layer_statistics)
