"""Seeds: which library got which one, and where in the program."""

import functools

from . import enforce, events, generators


def attach(module):
    """Watch the functions that seed `module`."""
    generators.attach(module)
    if module.__name__ == "random":
        watch(module, "seed")
    elif module.__name__ == "numpy":
        watch(module.random, "seed")
        watch(module.random, "default_rng")


def watch(owner, name, library=None):
    """Record calls of owner.name, which seeds a generator with its first argument or takes entropy without."""
    function = getattr(owner, name)
    library = library or owner.__name__.split(".")[0]

    @functools.wraps(function)
    def seeded(*arguments, **keywords):
        other = _instead(f"{owner.__name__}.{name}", library, arguments, keywords)
        if other is None:
            _record(owner, name, library, arguments, keywords)
            return function(*arguments, **keywords)
        _record(owner, name, library, (other,), {})
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
        enforce.enforced(library, call, str(other), instead_of=None if own is None else str(own), at=at)
    return other


@events.safely
def _record(owner, name, library, arguments, keywords):
    value = _value(arguments, keywords)
    events.write(
        event="seed",
        library=library,
        call=f"{owner.__name__}.{name}",
        value=None if value is None else str(value),
        at=events.caller(),
    )
