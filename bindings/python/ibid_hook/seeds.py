"""Seeds: which library got which one, and where in the program."""

import functools

from . import events, generators


def attach(module):
    """Watch the functions that seed `module`."""
    generators.attach(module)
    if module.__name__ == "random":
        watch(module, "seed")
    elif module.__name__ == "numpy":
        watch(module.random, "seed")
        watch(module.random, "default_rng")


def watch(owner, name):
    """Record calls of owner.name, which seeds a generator with its first argument or takes entropy without."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def seeded(*arguments, **keywords):
        _record(owner, name, arguments, keywords)
        return function(*arguments, **keywords)

    setattr(owner, name, seeded)


@events.safely
def _record(owner, name, arguments, keywords):
    value = arguments[0] if arguments else next(iter(keywords.values()), None)
    events.write(
        event="seed",
        library=owner.__name__.split(".")[0],
        call=f"{owner.__name__}.{name}",
        value=None if value is None else str(value),
        at=events.caller(),
    )
