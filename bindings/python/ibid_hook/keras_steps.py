"""Keras: a digest of weights and optimiser after each batch, and the metrics of each epoch."""

import functools
import sys

from . import array_digests, callbacks, events, metrics, steps

_state = {"fits": 0}


def is_fitting():
    """Whether Model.fit is running, whose batches are the steps."""
    return _state["fits"] > 0


def attach(keras):
    """Watch Model.fit of `keras`."""
    model = keras.Model
    fit = model.fit
    callback = _callback(keras)

    @functools.wraps(fit)
    def call(self, *arguments, **keywords):
        arguments, keywords = callbacks.add(fit, (self, *arguments), keywords, callback())
        _state["fits"] += 1
        try:
            return fit(*arguments, **keywords)
        finally:
            _state["fits"] -= 1

    model.fit = call


def _callback(keras):
    class Batches(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if steps.are_watched():
                steps.after("keras", lambda: _collect(self.model, logs or {}))

        def on_epoch_end(self, epoch, logs=None):
            for name, value in (logs or {}).items():
                metrics.record(name, value, epoch, "keras")

    return Batches


def _collect(model, logs):
    tensors = {}
    for name in sorted(logs):
        array_digests.add(tensors, f"metrics.{name}", float(logs[name]))
    for index, weight in enumerate(model.weights):
        add(tensors, f"weights.{name_of(weight, index)}", weight)
    add_optimiser(tensors, model.optimizer)
    return tensors


def add_optimiser(tensors, optimiser, prefix=""):
    """Add the digests of an optimiser's variables."""
    variables = getattr(optimiser, "variables", [])
    for index, variable in enumerate(variables() if callable(variables) else variables):
        add(tensors, f"{prefix}optimiser.{name_of(variable, index)}", variable)


def name_of(variable, index):
    """A name for the variable that is number `index` of its list: several may have one name."""
    text = getattr(variable, "path", None) or variable.name
    return f"{index}-{text.replace('.', '_')}"


def add(tensors, name, variable):
    """Add the digest of a variable or tensor of Keras or TensorFlow; one without becomes a note."""
    value = sys.modules["numpy"].asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
    try:
        tensors[name] = array_digests.of_array(value)
    except (ValueError, AttributeError) as problem:
        events.note(f"{name}: {problem}")
