"""Seeds: which library got which one, and where in the program."""

import functools

from . import enforce, events, generators, operations

# SciPy makes the same generators again and again while it is imported.
_told_in_imports = set()


def attach(module):
    """Watch the functions that seed `module`."""
    generators.attach(module)
    if module.__name__ == "random":
        watch(module, "seed")
    elif module.__name__ == "numpy":
        watch(module.random, "seed")
        watch(module.random, "default_rng")


def watch(owner, name, library=None, call=None):
    """Record calls of owner.name, which seeds a generator with its first argument or takes entropy without."""
    function = getattr(owner, name)
    library = library or owner.__name__.split(".")[0]
    call = call or f"{owner.__name__}.{name}"

    @functools.wraps(function)
    def seeded(*arguments, **keywords):
        other = _instead(call, library, arguments, keywords)
        if other is None:
            _record(call, library, arguments, keywords)
            return function(*arguments, **keywords)
        _record(call, library, (other,), {})
        result = function(other)
        generators.forget(library)
        return result

    setattr(owner, name, seeded)


def _value(arguments, keywords):
    return arguments[0] if arguments else next(iter(keywords.values()), None)


@events.safely
def _instead(call, library, arguments, keywords):
    at = events.caller()
    if "/torch/utils/data/_utils/" in at:
        return None  # a worker's seed comes from the loader's
    own = _value(arguments, keywords)
    other = enforce.replacement(call, own)
    if other is not None:
        told = None if own is None else str(own)
        enforce.enforced(library, call, str(other), instead_of=told, at=operations.place()["at"])
    return other


@events.safely
def _record(call, library, arguments, keywords):
    value = _value(arguments, keywords)
    if hasattr(value, "bit_generator"):
        return  # default_rng(generator) gives it back
    at, by = operations.place()["at"], events.caller()
    event = {"library": library, "call": call, "value": None if value is None else str(value), "at": at}
    if by != at:
        event["by"] = by  # a library's function for seeds: seed_everything, set_random_seed
    if operations.called_by_import():
        key = tuple(event.values())
        if key in _told_in_imports:
            return
        _told_in_imports.add(key)
    events.write(event="seed", **event)
