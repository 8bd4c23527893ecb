"""scikit-learn: a digest of what each fit has learned, and the parameters it had."""

import functools
import multiprocessing
import sys
import threading

from . import array_digests, events, sklearn_operations, steps

_METHODS = ("fit", "partial_fit", "fit_transform", "fit_predict")
_lock = threading.Lock()
_state = {"depth": 0}


def attach(base):
    """Watch the methods that fit, of every estimator defined from now on; `base` is sklearn.base."""
    if _is_worker():
        return  # which of its processes fits which part is up to joblib; the outer fit has it all
    estimator = base.BaseEstimator
    own = estimator.__dict__.get("__init_subclass__")

    def __init_subclass__(cls, **keywords):
        if own is not None:
            own.__func__(cls, **keywords)
        else:
            super(estimator, cls).__init_subclass__(**keywords)
        for name in _METHODS:
            if callable(cls.__dict__.get(name)):
                setattr(cls, name, _watched(cls.__dict__[name]))

    estimator.__init_subclass__ = classmethod(__init_subclass__)


def _is_worker():
    return multiprocessing.parent_process() is not None or any("loky" in word for word in sys.orig_argv)


def _watched(fit):
    @functools.wraps(fit)
    def call(self, *arguments, **keywords):
        # Estimators fit others, perhaps in threads: the outermost counts.
        with _lock:
            _state["depth"] += 1
            is_outermost = _state["depth"] == 1
        given = sklearn_operations.record_fit(self, arguments, keywords) if is_outermost else None
        try:
            result = fit(self, *arguments, **keywords)
        finally:
            with _lock:
                _state["depth"] -= 1
        if is_outermost:
            sklearn_operations.record_fitted(self, given)
            _record(self)
        return result

    return call


@events.safely
def _record(estimator):
    kind = type(estimator).__name__
    for name, value in sorted(estimator.get_params().items()):
        plain = value if isinstance(value, (bool, int, float, str, type(None))) else repr(value)
        events.write(event="parameter", source="sklearn", name=f"{kind}.{name}", value=plain)
    if not steps.are_watched():
        return

    def collect():
        tensors = {}
        array_digests.add(tensors, kind, estimator)
        return tensors

    steps.after("sklearn", collect)
