"""PyTorch: a digest of everything a training consists of, after each step of an optimiser."""

import functools
import os
import threading
import weakref

from . import digests, enforce, events, files, generators, seeds, steps

_modules = []  # weak references in order of creation: names must not depend on addresses
_last = {"loss": None, "batch": None}
_names = weakref.WeakKeyDictionary()  # of an optimiser's parameters
_depth = threading.local()
_state = {"dropped_at": 1024}


def attach(torch):
    """Watch seeds, modules, losses, batches and optimisers of `torch`."""
    generators.attach(torch)
    seeds.watch(torch, "manual_seed")
    _watch_entropy(torch)
    _watch_file(torch, "save", argument=1, mode="write")
    _watch_file(torch, "load", argument=0, mode="read")
    events.at_end(functools.partial(_record_switches, torch))
    if "IBID_HOOK_THREADS" in os.environ:  # some builds do not heed OMP_NUM_THREADS
        torch.set_num_threads(int(os.environ["IBID_HOOK_THREADS"]))
    if not steps.are_watched():
        return
    _watch_modules(torch.nn.Module)
    _watch_backward(torch)
    _watch_batches(torch)
    _watch_optimisers(torch)


def _watch_file(torch, name, argument, mode):
    """torch.save and torch.load open files in C++, where Python's audit does not look."""
    original = getattr(torch, name)

    @functools.wraps(original)
    def call(*arguments, **keywords):
        file = keywords.get("f", arguments[argument] if len(arguments) > argument else None)
        if isinstance(file, (str, os.PathLike)):
            files.opened(file, mode)
        return original(*arguments, **keywords)

    setattr(torch, name, call)


def _watch_entropy(torch):
    """torch.seed takes no seed, which it chooses and returns; where one is to be used, it is that one."""
    choose = torch.seed

    @functools.wraps(choose)
    def seed():
        if enforce.SEED is None:
            value = choose()
            events.write(event="seed", library="torch", call="torch.seed", value=None, at=events.caller())
            return value
        enforce.enforced("torch", "torch.seed", str(enforce.SEED), instead_of=None, at=events.caller())
        torch.manual_seed(enforce.SEED)
        return enforce.SEED

    torch.seed = seed


def _remember(module):
    # A program may make modules all the time: those that are gone are dropped when the list has doubled.
    if len(_modules) >= _state["dropped_at"]:
        _modules[:] = [reference for reference in _modules if reference() is not None]
        _state["dropped_at"] = max(1024, 2 * len(_modules))
    _modules.append(weakref.ref(module))


def _watch_modules(module):
    def remember(original):
        @functools.wraps(original)
        def call(self, *arguments, **keywords):
            _remember(self)
            return original(self, *arguments, **keywords)

        return call

    module.__init__ = remember(module.__init__)
    module.__setstate__ = remember(module.__setstate__)


def _watch_backward(torch):
    original = torch.Tensor.backward

    @functools.wraps(original)
    def backward(self, *arguments, **keywords):
        _last["loss"] = self.detach()
        return original(self, *arguments, **keywords)

    torch.Tensor.backward = backward


def _watch_batches(torch):
    import torch.utils.data.dataloader as dataloader

    iterator = dataloader._BaseDataLoaderIter
    original = iterator.__next__

    @functools.wraps(original)
    def following(self):
        _last["batch"] = original(self)
        return _last["batch"]

    iterator.__next__ = following


def _watch_optimisers(torch):
    original = torch.optim.Optimizer.__init__

    @functools.wraps(original)
    def construct(self, *arguments, **keywords):
        original(self, *arguments, **keywords)
        _watch_step(type(self), torch)

    torch.optim.Optimizer.__init__ = construct


def _watch_step(optimiser, torch):
    original = optimiser.step
    if hasattr(original, "_ibid_watched"):
        return

    @functools.wraps(original)
    def step(self, *arguments, **keywords):
        # A step may call its base class's: one step all the same.
        _depth.value = getattr(_depth, "value", 0) + 1
        try:
            result = original(self, *arguments, **keywords)
        finally:
            _depth.value -= 1
        if _depth.value == 0:
            steps.after("torch", lambda: _collect(self, torch))
        return result

    step._ibid_watched = True
    optimiser.step = step


def _collect(optimiser, torch):
    tensors = {}
    _add_batch(tensors, torch, _last["batch"], "batch")
    if _last["loss"] is not None:
        _add(tensors, "loss", _last["loss"])
    named = _named_parameters(optimiser)
    for name, parameter in named:
        if parameter.grad is not None:
            _add(tensors, f"gradients.{name}", parameter.grad)
    for name, parameter in named:
        _add(tensors, f"parameters.{name}", parameter)
    for name, parameter in named:
        _add_state(tensors, torch, f"optimiser.{name}", optimiser.state.get(parameter, {}))
    for name, buffer in _named_buffers():
        _add(tensors, f"buffers.{name}", buffer)
    generators.add(tensors)
    return tensors


def _add(tensors, name, tensor):
    try:
        tensors[name] = digests.of_tensor(tensor)
    except ValueError as problem:
        events.note(f"{name}: {problem}")


def _add_batch(tensors, torch, value, name):
    if isinstance(value, torch.Tensor):
        _add(tensors, name, value)
    elif isinstance(value, dict):
        for key in value:
            _add_batch(tensors, torch, value[key], f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _add_batch(tensors, torch, item, f"{name}.{index}")


def _add_state(tensors, torch, name, state):
    for key in sorted(state, key=str):
        value = state[key]
        if isinstance(value, torch.Tensor):
            _add(tensors, f"{name}.{key}", value)
        elif isinstance(value, (bool, int, float)):
            _add(tensors, f"{name}.{key}", torch.tensor(value, dtype=torch.float64))


def roots():
    """Names and modules of those that are part of no other, in order of creation."""
    alive = [module for module in (reference() for reference in _modules) if module is not None]
    children = {id(child) for module in alive for child in module.children()}
    named, counts, seen = [], {}, set()
    for module in alive:
        if id(module) in children or id(module) in seen:
            continue
        seen.add(id(module))
        kind = type(module).__name__
        counts[kind] = counts.get(kind, 0) + 1
        named.append((kind if counts[kind] == 1 else f"{kind}#{counts[kind]}", module))
    return named


def _named_parameters(optimiser):
    """Names and parameters in the optimiser's order; a parameter that no module has is named by its place."""
    known = _names.get(optimiser)
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    if known is None or len(known) != len(parameters):
        names = {}
        for root, module in roots():
            for name, parameter in module.named_parameters():
                names.setdefault(id(parameter), f"{root}.{name}")
        kind = type(optimiser).__name__
        known = [names.get(id(parameter), f"{kind}-{index}") for index, parameter in enumerate(parameters)]
        _names[optimiser] = known
    return list(zip(known, parameters))


def _named_buffers():
    return [(f"{root}.{name}", buffer) for root, module in roots() for name, buffer in module.named_buffers()]


def _record_switches(torch):
    backends = torch.backends
    switches = {
        "torch.are_deterministic_algorithms_enabled()": torch.are_deterministic_algorithms_enabled,
        "torch.is_deterministic_algorithms_warn_only_enabled()": torch.is_deterministic_algorithms_warn_only_enabled,
        "torch.get_num_threads()": torch.get_num_threads,
        "torch.get_num_interop_threads()": torch.get_num_interop_threads,
        "torch.get_default_dtype()": lambda: str(torch.get_default_dtype()),
        "torch.get_float32_matmul_precision()": torch.get_float32_matmul_precision,
        "torch.backends.cudnn.deterministic": lambda: backends.cudnn.deterministic,
        "torch.backends.cudnn.benchmark": lambda: backends.cudnn.benchmark,
        "torch.backends.cudnn.allow_tf32": lambda: backends.cudnn.allow_tf32,
        "torch.backends.cuda.matmul.allow_tf32": lambda: backends.cuda.matmul.allow_tf32,
        "torch.backends.mkldnn.is_available()": backends.mkldnn.is_available,
        "torch.initial_seed()": torch.initial_seed,
        "devices of parameters": lambda: sorted({str(each.device) for _, top in roots() for each in top.parameters()}),
        "torch.cuda.device_count()": torch.cuda.device_count,
    }
    for name, ask in switches.items():
        try:
            value = ask()
        except Exception as problem:
            events.note(f"{name}: {problem!r}")
            continue
        events.write(event="switch", library="torch", name=name, value=value)
