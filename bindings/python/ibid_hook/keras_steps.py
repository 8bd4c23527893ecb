"""Keras: a digest of weights and optimiser after each batch, and the metrics of each epoch."""

import functools
import sys

from . import array_digests, callbacks, events, metrics, steps

def attach(keras):
    """Watch Model.fit of `keras`."""
    model = keras.Model
    fit = model.fit
    callback = _callback(keras)

    @functools.wraps(fit)
    def call(self, *arguments, **keywords):
        arguments, keywords = callbacks.add(fit, (self, *arguments), keywords, callback())
        return fit(*arguments, **keywords)

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
        _add(tensors, f"weights.{_name(weight, index)}", weight)
    for index, variable in enumerate(_variables(model.optimizer)):
        _add(tensors, f"optimiser.{_name(variable, index)}", variable)
    return tensors


def _variables(optimiser):
    variables = getattr(optimiser, "variables", [])
    return variables() if callable(variables) else variables


def _name(variable, index):
    # Several variables may have one name.
    text = getattr(variable, "path", None) or variable.name
    return f"{index}-{text.replace('.', '_')}"


def _add(tensors, name, variable):
    value = sys.modules["numpy"].asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
    try:
        tensors[name] = array_digests.of_array(value)
    except (ValueError, AttributeError) as problem:
        events.note(f"{name}: {problem}")
