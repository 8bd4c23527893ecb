"""PyTorch held still: its seed, deterministic algorithms, no TF32, one number of threads, data loaders."""

import functools
import re
import warnings

from . import enforce, events, generators

_WITHOUT_DETERMINISTIC_WAY = re.compile(r"^(\S+) does not have a deterministic implementation")


@events.safely
def attach(torch):
    """Seed `torch` on all its devices, and where asked for hold its switches and data loaders still."""
    if enforce.SEED is not None:
        seed = enforce.SEED
        enforce.hold("torch", "torch.manual_seed", seed, lambda: enforce.original(torch.manual_seed)(seed))
        generators.attach(torch)
    if enforce.DETERMINISTIC:
        _hold_algorithms(torch)
        _hold_backends(torch)
        _hold_threads(torch)
        _hold_loaders(torch)


def _hold_algorithms(torch):
    # Without a deterministic implementation an operation warns, which is told; strictly, PyTorch raises there.
    enforce.hold("torch", "torch.use_deterministic_algorithms", True,
                 lambda: torch.use_deterministic_algorithms(True, warn_only=not enforce.STRICT),
                 torch.are_deterministic_algorithms_enabled)
    show = warnings.showwarning

    @functools.wraps(show)
    def listen(message, category, filename, lineno, *arguments, **keywords):
        found = _WITHOUT_DETERMINISTIC_WAY.match(str(message))
        if found:
            enforce.not_enforced("torch", found.group(1), f"PyTorch has no deterministic way to compute it ({filename}:{lineno})")
        return show(message, category, filename, lineno, *arguments, **keywords)

    warnings.showwarning = listen


def _hold_backends(torch):
    for owner, path, value in (
        (torch.backends.cudnn, "torch.backends.cudnn.deterministic", True),
        (torch.backends.cudnn, "torch.backends.cudnn.benchmark", False),
        (torch.backends.cudnn, "torch.backends.cudnn.allow_tf32", False),
        (torch.backends.cuda.matmul, "torch.backends.cuda.matmul.allow_tf32", False),
    ):
        name = path.rsplit(".", 1)[1]
        enforce.hold("torch", path, value, functools.partial(setattr, owner, name, value),
                     functools.partial(getattr, owner, name))


def _hold_threads(torch):
    n = enforce.THREADS
    enforce.hold("torch", "torch.set_num_threads", n, lambda: torch.set_num_threads(n), torch.get_num_threads)
    enforce.hold("torch", "torch.set_num_interop_threads", n, lambda: torch.set_num_interop_threads(n),
                 torch.get_num_interop_threads)


def seed_worker(_):
    """Seed what a data loader's worker draws from by the seed PyTorch gives it; older ones leave NumPy alone."""
    import random
    import sys

    seed = sys.modules["torch"].initial_seed() % 2**32
    enforce.original(random.seed)(seed)
    if "numpy" in sys.modules:
        enforce.original(sys.modules["numpy"].random.seed)(seed)


def _hold_loaders(torch):
    from torch.utils.data import DataLoader

    construct = DataLoader.__init__

    @functools.wraps(construct)
    def __init__(self, *arguments, **keywords):
        if enforce.SEED is not None:
            _complete(torch, keywords, given_by_position=len(arguments))
        construct(self, *arguments, **keywords)

    DataLoader.__init__ = __init__


# How many of the data loader's arguments stand before these.
_WORKER_INIT_PLACE, _GENERATOR_PLACE = 10, 12


def _complete(torch, keywords, given_by_position):
    if given_by_position <= _GENERATOR_PLACE and keywords.get("generator") is None:
        keywords["generator"] = torch.Generator().manual_seed(enforce.SEED)
        enforce.enforced("torch", "DataLoader.generator", enforce.SEED)
    if given_by_position <= _WORKER_INIT_PLACE and keywords.get("worker_init_fn") is None:
        keywords["worker_init_fn"] = seed_worker
        enforce.enforced("torch", "DataLoader.worker_init_fn", "seeds Python's and NumPy's generators")
