"""Hands a callback of ours to functions that take a parameter `callbacks`."""

import inspect

from . import events


def add(function, arguments, keywords, callback):
    """The arguments of a call of `function` with `callback` in front of the program's own, however they are given."""
    try:
        call = inspect.signature(function).bind_partial(*arguments, **keywords)
    except TypeError as problem:  # the function itself will say what is wrong, or take it in an old way
        events.note(f"{function.__qualname__} was not watched: {problem}")
        return arguments, keywords
    own = call.arguments.get("callbacks")
    if own is None or isinstance(own, (list, tuple, set)):
        call.arguments["callbacks"] = [callback, *(own or [])]
    elif hasattr(own, "append"):
        own.append(callback)  # Keras: a list of callbacks in a class of its own
    else:
        call.arguments["callbacks"] = [callback, own]
    return call.args, call.kwargs
