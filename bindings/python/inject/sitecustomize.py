"""Starts ibid's run-time hook before a Python program's own first line.

`ibid run` puts this folder in front of PYTHONPATH, and Python imports `sitecustomize` at its start. The folder
leaves sys.path at once, so that the program finds what it would have found without it, and a `sitecustomize` of
the user's own runs as it would have run.
"""

import os
import sys


def _start_hook(here):
    import importlib.util

    package = os.path.join(os.path.dirname(here), "ibid_hook")
    spec = importlib.util.spec_from_file_location(
        "ibid_hook", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    hook = importlib.util.module_from_spec(spec)
    sys.modules["ibid_hook"] = hook
    spec.loader.exec_module(hook)
    hook.start()


def _run_users_own():
    import importlib.machinery
    import importlib.util

    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


def _main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    if os.environ.get("IBID_HOOK_EVENTS"):
        try:
            _start_hook(here)
        except Exception as problem:  # a hook that fails must not take the program with it
            sys.stderr.write(f"ibid: the hook did not start: {problem!r}\n")
    _run_users_own()


_main()
