"""scikit-learn's part in the log of operations: what a fit is given and has learned, and draws that got no seed.

With random_state=None scikit-learn draws from NumPy's global generator, from inside and often in compiled code: told is
the function or the estimator that the program itself has called, with the state of the generator as its input.
"""

import os
import sys
import threading

from . import array_digests, digests, events, operations

_OWN = os.path.dirname(__file__)


@events.safely
def attach(validation):
    """Watch check_random_state, through which every estimator and function gets its generator, in sklearn.utils.validation."""
    if not operations.are_watched():
        return
    original = validation.check_random_state

    def check_random_state(seed):
        generator = original(seed)
        # Threads of an estimator ask in any order; their seeds come from the generator of the outer one.
        if threading.current_thread() is threading.main_thread():
            _record_draw(seed, generator)
        return generator

    check_random_state.__doc__ = original.__doc__
    validation.check_random_state = check_random_state


@events.safely
def _record_draw(seed, generator):
    numpy = sys.modules["numpy"]
    if not operations.is_before_end() or (seed is not None and seed is not numpy.random):
        return
    operations.write(
        operations.begin(), op=_called(), arguments={"random_state": repr(seed)}, inputs=[], outputs=[],
        generator=_state(generator), **operations.place(),
    )


def _state(generator):
    name, keys, position, *gauss = generator.get_state(legacy=True)
    return digests.of_bytes("u8", keys.tobytes() + repr((name, position, gauss)).encode("ascii"))


def _called():
    """The public name of what the program has called: the outermost frame of scikit-learn."""
    name = "sklearn.utils.check_random_state"
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("sklearn."):
            owner = frame.f_locals.get("self")
            name = name_of(type(owner)) if owner is not None else _public(frame.f_globals["__name__"], frame.f_code.co_name)
        elif not frame.f_code.co_filename.startswith(_OWN) and not operations.is_library(frame.f_code.co_filename):
            break
        frame = frame.f_back
    return name


def name_of(kind):
    """The name under which people import a class: sklearn.ensemble.RandomForestClassifier."""
    return _public(kind.__module__, kind.__qualname__)


def _public(module, name):
    return ".".join([part for part in module.split(".") if not part.startswith("_")] + [name])


@events.safely
def record_fit(estimator, arguments, keywords):
    """A fit begins: the parameters of the estimator and what it is given. Returns the inputs, for record_fitted()."""
    if not operations.is_before_end():
        return None
    inputs = []
    for name, value in [*zip(("X", "y"), arguments), *sorted(keywords.items())]:
        found = {}
        value = value.to_numpy() if hasattr(value, "to_numpy") else value
        array_digests.add(found, name, value)
        shape, kind = list(getattr(value, "shape", ())), str(getattr(value, "dtype", type(value).__name__))
        inputs += [{"name": key, "type": kind, "shape": shape, "device": "cpu", "digest": found[key]} for key in found]
    given = {str(name): _text(value) for name, value in sorted(estimator.get_params().items())}
    _write(estimator, "fit", given, inputs, [])
    return inputs


@events.safely
def record_fitted(estimator, inputs):
    """A fit has ended: what the estimator has learned."""
    if inputs is None or not operations.is_before_end():
        return
    learned = {}
    array_digests.add(learned, type(estimator).__name__, estimator)
    outputs = [{"name": name, "value": "", "digest": digest} for name, digest in learned.items()]
    _write(estimator, "fitted", {}, inputs, outputs)


def _text(value):
    return repr(value) if isinstance(value, (bool, int, float, str, tuple, type(None))) else type(value).__name__


def _write(estimator, what, given, inputs, outputs):
    operations.write(
        operations.begin(), op=name_of(type(estimator)), module=f"{type(estimator).__name__}.{what}", arguments=given,
        inputs=inputs, outputs=outputs, **operations.place(),
    )
