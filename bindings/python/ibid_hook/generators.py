"""States of random generators.

A generator that nobody seeded and nobody drew from has a state from entropy that means nothing; only one that has
moved since its library was imported is part of a training.
"""

import sys

from . import digests, events

_at_import = {}


@events.safely
def attach(library):
    """Remember the state of the generator of `library`, a module: torch, random or numpy."""
    name = "python" if library.__name__ == "random" else library.__name__
    _at_import[name] = _STATES[name](library)


def forget(library):
    """What the generator of `library`, a name, has done so far is not the program's: we have seeded it."""
    if library in ("random", "numpy", "torch"):
        attach(sys.modules[library])


def add(tensors):
    """The states of those that have moved, as random.NAME."""
    for name, state in _STATES.items():
        library = sys.modules.get("random" if name == "python" else name)
        if library is None:
            continue
        digest = state(library)
        if digest != _at_import.get(name):
            tensors[f"random.{name}"] = digest


def _torch(torch):
    return digests.of_tensor(torch.get_rng_state())


def _python(random):
    return digests.of_bytes("u8", repr(random.getstate()).encode("ascii"))


def _numpy(numpy):
    name, keys, position, *gauss = numpy.random.get_state()
    return digests.of_bytes("u8", keys.tobytes() + repr((name, position, gauss)).encode("ascii"))


_STATES = {"torch": _torch, "python": _python, "numpy": _numpy}
