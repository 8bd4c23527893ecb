"""What --seed, --deterministic and --setup ask for: settings held still, each one told.

Every change is an event `enforced`; what was asked for and could not be had is an event `not_enforced`. Without
the variables IBID_HOOK_SEED and IBID_HOOK_ENFORCE nothing here changes anything.
"""

import numbers
import os

from . import events

_text = os.environ.get("IBID_HOOK_SEED", "")
ENTROPY = _text == "entropy"  # the program's own seeds give way to fresh ones
SEED = int(_text) if _text and not ENTROPY else None
REPLACES = os.environ.get("IBID_HOOK_OWN_SEEDS") == "replaced"  # SEED instead of the program's own
DETERMINISTIC = os.environ.get("IBID_HOOK_ENFORCE") == "1"
STRICT = os.environ.get("IBID_HOOK_STRICT") == "1"
THREADS = int(os.environ.get("IBID_HOOK_THREADS", "1"))

_SEEDABLE = (numbers.Integral, float, str, bytes, bytearray, list, tuple, type(None))
_told = set()
_held = []
_state = {"entropy_calls": 0}


def enforced(library, name, value, **more):
    """Tell that `name` of `library` has `value` now, once."""
    _tell("enforced", library, name, value=value, **more)


def not_enforced(library, name, reason):
    """Tell that `name` could not be held still, once."""
    _tell("not_enforced", library, name, reason=str(reason))


def _tell(kind, library, name, **more):
    key = (kind, library, name, repr(sorted(more.items(), key=str)))
    if key not in _told:
        _told.add(key)
        events.write(event=kind, library=library, name=name, **more)


def hold(library, name, value, change, ask=None):
    """Call `change`, and tell. With `ask`, see at the end whether the program has left it so."""
    try:
        with events.guarded():
            change()
    except Exception as problem:
        not_enforced(library, name, f"it failed: {problem}")
        return
    enforced(library, name, value)
    if ask is not None:
        if not _held:
            events.at_end(_look_again)
        _held.append((library, name, value, ask))


def _look_again():
    for library, name, value, ask in _held:
        now = ask()
        if now != value:
            not_enforced(library, name, f"the program itself has set it to {now}")


def original(function):
    """`function` without our watching, so that our own seeds are not told as the program's."""
    return getattr(function, "__wrapped__", function)


def fresh_seed():
    """A seed of 32 bits from the system."""
    return int.from_bytes(os.urandom(4), "little")


def replacement(call, value):
    """The seed to use instead of `value` (None: entropy) that the program gives to `call`; None: its own stands.

    A program that asks for entropy gets the seed. Its own seeds stand, unless they are to be replaced.
    """
    if not isinstance(value, _SEEDABLE) and not hasattr(value, "dtype"):
        return None  # a generator's state, handed on
    if ENTROPY:
        return fresh_seed()
    if SEED is None or (value is not None and not REPLACES):
        return None
    if call != "numpy.random.default_rng":
        return SEED % 2**32
    # Several generators side by side must not become one.
    if value is None:
        _state["entropy_calls"] += 1
        return [SEED, 0, _state["entropy_calls"]]
    return [SEED, 1, value] if isinstance(value, numbers.Integral) else SEED


def parameter_seed(own):
    """The seed for a library that takes it as a parameter whose value is `own`; None: leave it."""
    if ENTROPY:
        return fresh_seed() % 2**31
    if SEED is None or (own is not None and not REPLACES):
        return None
    return SEED % 2**31
