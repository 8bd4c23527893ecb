# Run by `ibid env capture` in the interpreter that is looked at; prints one JSON object. It imports nothing but what
# every start imports anyway or what costs next to nothing.
import json, platform, sys

flags = {name: getattr(sys.flags, name) for name in dir(sys.flags)
         if not name.startswith(("_", "n_")) and isinstance(getattr(sys.flags, name), int)}
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "compiler": platform.python_compiler(),
    "executable": sys.executable,
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "path": [entry for entry in sys.path if entry],
    "flags": {name: int(value) for name, value in flags.items()},
}))
