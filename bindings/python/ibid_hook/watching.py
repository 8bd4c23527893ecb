"""Functions of libraries watched: what they are given and return is seen, and nothing of it changed."""

import functools
import threading

from . import events

_inside = threading.local()


def watch(owner, name, before=None, after=None):
    """Replace owner.name by a function that does the same and tells.

    `before` is called with its arguments, `after` with its result and them; what goes wrong in either becomes a note.
    A function that `owner` does not have, in another version of the library, becomes a note too.
    """
    original = getattr(owner, name, None)
    if original is None:
        events.note(f"{getattr(owner, '__name__', owner)} has no {name}: it was not watched")
        return

    before, after = before and events.safely(before), after and events.safely(after)

    @functools.wraps(original)
    def watched(*arguments, **keywords):
        if before is not None:
            before(*arguments, **keywords)
        result = original(*arguments, **keywords)
        if after is not None:
            after(result, *arguments, **keywords)
        return result

    setattr(owner, name, watched)


def watch_outermost(owner, name, before, group):
    """watch(), but of calls within one another only the outermost of the same `group` is told."""
    original = getattr(owner, name, None)
    if original is None:
        return
    before = events.safely(before)

    @functools.wraps(original)
    def watched(*arguments, **keywords):
        groups = _inside.__dict__.setdefault("groups", set())
        if group in groups:
            return original(*arguments, **keywords)
        groups.add(group)
        try:
            before(*arguments, **keywords)
            return original(*arguments, **keywords)
        finally:
            groups.discard(group)

    setattr(owner, name, watched)
