"""Values that a Python program takes from outside itself, call by call: random numbers, clocks, folders, identities.

Only watched together with operations, when two runs that differ are asked where. A generator's state counts as an
input of each draw, so that the log tells a draw from other states (the cause is earlier) from the first one.
"""

import functools

from . import digests, events, operations

_RANDOM = (
    "random randint randrange choice choices sample shuffle uniform gauss normalvariate betavariate expovariate "
    "gammavariate lognormvariate paretovariate triangular vonmisesvariate weibullvariate getrandbits randbytes"
).split()
_NUMPY = (
    "rand randn randint random random_sample ranf sample choice shuffle permutation normal uniform standard_normal "
    "beta binomial chisquare dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal "
    "logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f pareto poisson power "
    "rayleigh standard_cauchy standard_exponential standard_gamma standard_t triangular vonmises wald weibull zipf bytes"
).split()
# They give something else in every run, mostly for a good reason.
_EVER_NEW = {
    "time": "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns".split(),
    "os": "getpid getppid urandom".split(),
    "uuid": "uuid1 uuid4".split(),
    "secrets": "token_bytes token_hex token_urlsafe randbelow randbits choice".split(),
    "tempfile": "mkdtemp mkstemp mktemp".split(),
}
_FOLDERS = {"os": "listdir".split(), "glob": "glob".split()}


@events.safely
def attach(module):
    """Watch what `module`, one of those above, gives to the program."""
    if not operations.are_watched():
        return
    if module.__name__ == "random":
        _watch_all(module, _RANDOM, state=lambda: repr(module.getstate()))
        _watch_all(module, ["seed", "Random"])
    elif module.__name__ == "numpy":
        _watch_all(module.random, _NUMPY, state=lambda: _numpy_state(module))
        _watch_all(module.random, ["seed", "default_rng", "RandomState"])
    for name in _EVER_NEW.get(module.__name__, ()):
        _watch(module, name, ever_new=True)
    for name in _FOLDERS.get(module.__name__, ()):
        _watch(module, name)


def _watch_all(module, names, state=None):
    for name in names:
        _watch(module, name, state)


def _watch(module, name, state=None, ever_new=False):
    original = getattr(module, name, None)
    if original is None or hasattr(original, "_ibid_outside"):
        return
    call = f"{module.__name__}.{name}"
    wrapped = _watched_class if isinstance(original, type) else _watched
    setattr(module, name, wrapped(original, call, state, ever_new))


def _watched(original, call, state, ever_new):
    @functools.wraps(original)
    def outside(*arguments, **keywords):
        if events.is_guarded() or not operations.is_before_end() or (ever_new and not operations.called_by_program()):
            return original(*arguments, **keywords)
        before = _state_text(state)
        given = _text((arguments, sorted(keywords.items())))
        result = original(*arguments, **keywords)
        # What libraries draw while they are imported is another value in every run, before a program can give a seed.
        is_ever_new = ever_new or (state is not None and operations.is_importing_library())
        _record(call, given, before, arguments if call.endswith("shuffle") else result, is_ever_new)
        return result

    outside._ibid_outside = True
    return outside


def _watched_class(original, call, *_):
    """A class of generators: what matters is whether it was given a seed."""

    class Kind(type(original)):
        def __instancecheck__(cls, instance):
            return isinstance(instance, original)

    class Outside(original, metaclass=Kind):
        def __init__(self, *arguments, **keywords):
            super().__init__(*arguments, **keywords)
            # Libraries make generators for themselves, for names of temporary files.
            if not events.is_guarded() and operations.is_before_end() and operations.called_by_program():
                state = self.getstate() if hasattr(self, "getstate") else self.get_state(legacy=True)
                _record(call, _text((arguments, sorted(keywords.items()))), None, state, False)

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(Outside, name, getattr(original, name))
    Outside._ibid_outside = True
    return Outside


@events.safely
def _record(call, given, before, result, ever_new):
    entry = {"op": call, "inputs": [], "arguments": {"arguments": given}, **operations.place()}
    if before is not None:
        entry["generator"] = before
    shown = _text(result)
    entry["outputs"] = [{"name": "output", "value": shown[:200], "digest": _digest(shown)}]
    if ever_new:
        entry["ever_new"] = True
    operations.write(operations.begin(), **entry)


def _state_text(state):
    if state is None:
        return None
    with events.guarded():
        return _digest(state())


def _digest(text):
    return digests.of_bytes("u8", text.encode("utf-8", "surrogatepass"))


def _text(value):
    """All of a value as text: elements of arrays included, and the state of a generator."""
    if hasattr(value, "bit_generator"):
        return repr(value.bit_generator.state)
    if hasattr(value, "tobytes") and hasattr(value, "shape"):
        return f"{value.dtype} {value.shape} {_bytes_text(value)}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, (str, bytes, int, float, bool, dict, set, frozenset)) or value is None:
        return repr(value)
    return type(value).__name__  # its text may hold an address


def _bytes_text(array):
    return repr(array.tolist()) if array.size <= 8 else digests.of_bytes("u8", array.tobytes())


def _numpy_state(numpy):
    name, keys, position, *gauss = numpy.random.get_state()
    return f"{name} {keys.tobytes().hex()} {position} {gauss}"
