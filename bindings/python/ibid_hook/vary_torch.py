"""What a variation of `ibid verify` changes inside PyTorch: the workers of data loaders, the order of samples.

Without the variables IBID_HOOK_WORKERS and IBID_HOOK_ORDER_SEED nothing here changes anything.
"""

import functools
import inspect
import os

from . import enforce, events

_WORKERS = os.environ.get("IBID_HOOK_WORKERS", "")
_ORDER_SEED = os.environ.get("IBID_HOOK_ORDER_SEED", "")
# Arguments of a data loader that make sense with worker processes only.
_OF_WORKERS = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")


@events.safely
def attach(torch):
    """Change what was asked for in `torch`."""
    if _WORKERS:
        _replace_workers(torch, int(_WORKERS))
    if _ORDER_SEED:
        _shuffle_again(torch, int(_ORDER_SEED))


def _replace_workers(torch, n):
    from torch.utils.data import DataLoader

    construct = DataLoader.__init__
    signature = inspect.signature(construct)

    @functools.wraps(construct)
    def __init__(self, *arguments, **keywords):
        try:
            call = signature.bind(self, *arguments, **keywords)
        except TypeError:  # the loader itself says what is wrong
            return construct(self, *arguments, **keywords)
        own = call.arguments.get("num_workers", 0)
        call.arguments["num_workers"] = n
        for name in _OF_WORKERS if n == 0 else ():
            call.arguments.pop(name, None)
        _put_in_order(call)
        enforce.enforced("torch", "DataLoader.num_workers", n, instead_of=own)
        return construct(*call.args, **call.kwargs)

    DataLoader.__init__ = __init__


def _put_in_order(call):
    # An argument that was added stands last, and arguments are handed on in their order.
    names = [name for name in call.signature.parameters if name in call.arguments]
    call.arguments = type(call.arguments)((name, call.arguments[name]) for name in names)


def _shuffle_again(torch, seed):
    """Samplers that shuffle give what they gave, in another order.

    They draw from their generators as ever, so that whatever else is random stays as it was: initial weights,
    dropout, which samples were drawn. Only what comes after the draw is changed.
    """
    from torch.utils.data import distributed, sampler

    for kind in (sampler.RandomSampler, sampler.SubsetRandomSampler, sampler.WeightedRandomSampler,
                 distributed.DistributedSampler):
        kind.__iter__ = _shuffling(kind.__iter__, seed)


_passes = {"count": 0}


def _shuffling(iterate, seed):
    import random

    @functools.wraps(iterate)
    def __iter__(self):
        if not getattr(self, "shuffle", True):  # DistributedSampler may be told not to
            yield from iterate(self)
            return
        samples = list(iterate(self))
        _passes["count"] += 1
        # Seeded by text: its hash spreads neighbouring numbers.
        random.Random(f"{seed}, pass {_passes['count']}").shuffle(samples)
        enforce.enforced("torch", "order of samples", seed)
        yield from samples

    return __iter__
