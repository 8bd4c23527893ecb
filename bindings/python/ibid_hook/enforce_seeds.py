"""Seeds of Python's and NumPy's global generators, given when the library is imported."""

from . import enforce, events, generators


@events.safely
def attach(module):
    """Seed the global generator of `module`, random or numpy; the program may seed it again."""
    if enforce.SEED is None:
        return
    owner = module if module.__name__ == "random" else module.random
    seed = enforce.SEED if module.__name__ == "random" else enforce.SEED % 2**32
    enforce.hold(module.__name__, f"{owner.__name__}.seed", seed, lambda: enforce.original(owner.seed)(seed))
    generators.attach(module)
