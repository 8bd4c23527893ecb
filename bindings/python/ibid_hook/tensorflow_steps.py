"""TensorFlow: a digest after each step of an optimiser in a loop of the program's own, and its switches at the end.

A compiled function (tf.function) that applies gradients runs Python only while it is traced: what is applied inside is
remembered then, and each of its calls is a step.
"""

import functools
import threading

from . import events, generators, keras_steps, steps

_depth = threading.local()
_calls = []  # compiled functions that are running, the outermost first
_state = {"tensorflow": None}


def attach(module):
    """Watch compiled functions of TensorFlow, or the optimisers of Keras."""
    if module.__name__ == "tensorflow":
        _state["tensorflow"] = module
        events.at_end(functools.partial(_record_switches, module))
        if steps.are_watched():
            _watch_functions()
    elif steps.are_watched() and _uses_tensorflow(module):
        _watch_optimisers(module.optimizers.Optimizer)


def _uses_tensorflow(keras):
    return not hasattr(keras, "config") or getattr(keras.config, "backend", lambda: "tensorflow")() == "tensorflow"


def _watch_optimisers(optimiser):
    """Keras 3 does everything in `apply`, which `apply_gradients` calls; Keras 2 has only the latter."""
    name = "apply" if hasattr(optimiser, "apply") else "apply_gradients"
    original = getattr(optimiser, name)

    @functools.wraps(original)
    def apply(self, *arguments, **keywords):
        if arguments and hasattr(arguments[0], "__next__"):  # zip(gradients, variables) can be gone through once
            arguments = (list(arguments[0]), *arguments[1:])
        _depth.value = getattr(_depth, "value", 0) + 1
        try:
            result = original(self, *arguments, **keywords)
        finally:
            _depth.value -= 1
        if _depth.value == 0 and not keras_steps.is_fitting():
            _applied(self, *arguments, **keywords)
        return result

    setattr(optimiser, name, apply)


@events.safely
def _applied(optimiser, gradients=(), variables=None, *_, **named):
    gradients = list(gradients or named.get("grads") or named.get("grads_and_vars") or ())
    variables = named.get("trainable_variables", variables if isinstance(variables, (list, tuple)) else None)
    if variables is None and gradients and isinstance(gradients[0], (list, tuple)):
        gradients, variables = zip(*gradients)
    if variables is None:  # those that the optimiser was built with
        variables = getattr(optimiser, "_trainable_variables", ())
    variables = list(variables)
    if _state["tensorflow"].executing_eagerly():
        _stepped([(optimiser, gradients, variables)])
    elif _calls:
        applied = _calls[0].__dict__.setdefault("_ibid_applied", {})
        applied[id(optimiser)] = (optimiser, (), variables)  # gradients have no values in a graph


def _watch_functions():
    from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function

    original = Function.__call__

    @functools.wraps(original)
    def call(self, *arguments, **keywords):
        if keras_steps.is_fitting() or not _state["tensorflow"].executing_eagerly():
            return original(self, *arguments, **keywords)
        _calls.append(self)
        try:
            result = original(self, *arguments, **keywords)
        finally:
            _calls.pop()
        if not _calls and "_ibid_applied" in self.__dict__ and not _runs_eagerly():
            _stepped(list(self._ibid_applied.values()))
        return result

    Function.__call__ = call


def _runs_eagerly():
    return _state["tensorflow"].config.functions_run_eagerly()


def _stepped(applied):
    steps.after("tensorflow", lambda: _collect(applied))


def _collect(applied):
    tensors = {}
    for number, (optimiser, gradients, variables) in enumerate(applied):
        prefix = "" if number == 0 else f"{number}."
        named = [(keras_steps.name_of(variable, index), variable) for index, variable in enumerate(variables)]
        for (name, _), gradient in zip(named, gradients):
            if gradient is not None:
                keras_steps.add(tensors, f"{prefix}gradients.{name}", _dense(gradient))
        for name, variable in named:
            keras_steps.add(tensors, f"{prefix}weights.{name}", variable)
        keras_steps.add_optimiser(tensors, optimiser, prefix)
    generators.add(tensors)
    return tensors


def _dense(gradient):
    # Of an embedding only the rows that were looked up.
    return gradient.values if hasattr(gradient, "indices") else gradient


def _record_switches(tensorflow):
    config, threads = tensorflow.config, tensorflow.config.threading
    switches = {
        "is_op_determinism_enabled()": _is_deterministic,
        "tf.config.experimental.tensor_float_32_execution_enabled()":
            config.experimental.tensor_float_32_execution_enabled,
        "tf.config.functions_run_eagerly()": config.functions_run_eagerly,
        "tf.config.optimizer.get_jit()": config.optimizer.get_jit,
        "tf.config.threading.get_intra_op_parallelism_threads()": threads.get_intra_op_parallelism_threads,
        "tf.config.threading.get_inter_op_parallelism_threads()": threads.get_inter_op_parallelism_threads,
        "tf.config.list_physical_devices()": lambda: [device.name for device in config.list_physical_devices()],
    }
    for name, ask in switches.items():
        try:
            events.write(event="switch", library="tensorflow", name=name, value=ask())
        except Exception as problem:
            events.note(f"{name}: {problem!r}")


def _is_deterministic():
    # The public interface can turn it on and not ask.
    from tensorflow.python.framework import config

    return config.is_op_determinism_enabled()
