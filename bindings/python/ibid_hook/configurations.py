"""Configuration files that the program reads: JSON, YAML and TOML below the folder it was started in."""

import os

from . import parameters, watching

_LARGEST = 1 << 20  # bytes: larger ones are data
_ENDINGS = {"json": (".json",), "yaml": (".yaml", ".yml"), "toml": (".toml",)}
_KINDS = {"json": "json", "yaml": "yaml", "tomllib": "toml", "tomli": "toml"}
_seen = set()
_start = os.path.abspath(os.curdir)


def attach(module):
    """Watch `load` of json, yaml, tomllib or tomli: yaml.safe_load and its like call it."""
    kind = _KINDS[module.__name__]

    def after(result, *arguments, **keywords):
        # The stream is called fp, stream or nothing at all.
        stream = arguments[0] if arguments else next(iter(keywords.values()), None)
        _record(kind, getattr(stream, "name", None), result)

    watching.watch(module, "load", after=after)


def _record(kind, name, values):
    if not isinstance(name, str) or not isinstance(values, dict):
        return
    path = os.path.abspath(name)
    if not path.startswith(os.path.join(_start, "")) or not path.endswith(_ENDINGS[kind]):
        return
    status = os.stat(path)
    key = (path, status.st_size, status.st_mtime_ns)
    if status.st_size >= _LARGEST or key in _seen:
        return
    _seen.add(key)
    parameters.record_all(kind, values, file=os.path.relpath(path, _start))
