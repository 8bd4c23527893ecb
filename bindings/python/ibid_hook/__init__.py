"""ibid's run-time hook: watches a Python program and writes down what it sees.

It changes no number unless it is asked to (enforce.py): it reads tensors, never writes them, and draws from no
random generator. What goes wrong inside it becomes a note in the record, not an error of the program.

The lines it writes are specified in docs/formats/recorded_run.md, "Events".
"""

import atexit
import os

from . import enforce_folders, events, files, imports


def start():
    """Begin to watch this process. Settings come from IBID_HOOK_* variables, see the format's page."""
    events.open_log(os.environ["IBID_HOOK_EVENTS"])
    files.watch()
    imports.watch()
    enforce_folders.attach()
    atexit.register(events.end)
