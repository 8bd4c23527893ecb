"""PyTorch's operations one by one, below autograd, by its dispatcher.

Tensors that no operation has written yet hold whatever was in memory: such content is left out of the log, unless an
operation reads it, which is worth knowing.
"""

import functools
import weakref

from . import digests, events, operations, torch_steps

_HOLD_NOTHING = {"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "resize_"}
# They write all of the tensor they are called on, and read nothing of it.
_OVERWRITE = {
    "fill_", "zero_", "copy_", "normal_", "uniform_", "random_", "bernoulli_", "exponential_", "geometric_",
    "cauchy_", "log_normal_", "set_",
}
_LEFT_OUT = {"detach", "detach_", "alias", "_unsafe_view", "is_same_size", "_has_compatible_shallow_copy_type"}

_modules = []  # those whose forward is running, the innermost last
_names = weakref.WeakKeyDictionary()
_state = {"backward": False, "pending": [], "torch": None, "receives": False}
_unwritten = set()  # storages that hold nothing yet


@events.safely
def attach(torch):
    """Watch the operations of this thread and of what it forks."""
    if not operations.are_watched():
        return
    from torch.overrides import TorchFunctionMode
    from torch.utils._python_dispatch import TorchDispatchMode

    _state["torch"] = torch

    class Operations(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            return _dispatched(func, args, kwargs or {})

    class Calls(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if operations.is_open():
                _remember_nodes(result)
            return result

    # They stay until the program ends: contexts that it enters itself lie above them.
    Calls().__enter__()
    Operations().__enter__()
    torch.nn.modules.module.register_module_forward_pre_hook(lambda module, _: _modules.append(module))
    torch.nn.modules.module.register_module_forward_hook(_leave)
    _watch_backward(torch)
    _watch_loaders()


def _watch_loaders():
    """Batches of workers come in any order, in which the loader then hands them over: that one is told, and not theirs."""
    import torch.utils.data.dataloader as dataloader

    workers, iterator = dataloader._MultiProcessingDataLoaderIter, dataloader._BaseDataLoaderIter
    receive, following = workers._try_get_data, iterator.__next__

    @functools.wraps(receive)
    def _try_get_data(self, *arguments, **keywords):
        outer, _state["receives"] = _state["receives"], True
        try:
            return receive(self, *arguments, **keywords)
        finally:
            _state["receives"] = outer

    @functools.wraps(following)
    def __next__(self):
        batch = following(self)
        if operations.is_open():
            _record_batch(batch)
        return batch

    workers._try_get_data = _try_get_data
    iterator.__next__ = __next__


@events.safely
def _record_batch(batch):
    inputs = [_described(name, tensor, with_digest=True) for name, tensor in _tensors("batch", batch)]
    if inputs:
        operations.write(operations.begin(), op="torch.utils.data.DataLoader", inputs=inputs, outputs=[], **operations.place())


def _leave(module, *_):
    # A forward that raised has not left: whatever is above goes too.
    while _modules and _modules.pop() is not module:
        pass


def _watch_backward(torch):
    for owner, name in ((torch.Tensor, "backward"), (torch.autograd, "backward"), (torch.autograd, "grad")):
        setattr(owner, name, _watched_backward(getattr(owner, name)))


def _watched_backward(original):
    @functools.wraps(original)
    def backward(*arguments, **keywords):
        outer, _state["backward"] = _state["backward"], True
        try:
            return original(*arguments, **keywords)
        finally:
            _write_pending({})
            _state["backward"] = outer

    return backward


def _dispatched(func, args, kwargs):
    if _state["receives"]:
        result = func(*args, **kwargs)
        _unwritten.difference_update(_storage(tensor) for _, tensor in _tensors("", result))
        return result
    if not operations.is_open() or func.namespace == "profiler":
        return func(*args, **kwargs)
    name = func._schema.name.partition("::")[2]
    entry = _before(func, name, args, kwargs)
    result = func(*args, **kwargs)
    if entry is not None:
        _after(entry, name, func, args, kwargs, result)
    return result


@events.safely
def _before(func, name, args, kwargs):
    inputs, values = [], {}
    for argument, value in _named_arguments(func, args, kwargs):
        tensors = list(_tensors(argument.name, value))
        if not tensors:
            if value is not None and not isinstance(value, _state["torch"].Generator):
                values[argument.name] = _argument_text(value)
            continue
        written = argument.alias_info is not None and argument.alias_info.is_write
        for label, tensor in tensors:
            holds_nothing = _storage(tensor) in _unwritten and written and (name in _OVERWRITE or argument.is_out)
            inputs.append(_described(label, tensor, with_digest=not holds_nothing))
            if _storage(tensor) in _unwritten and not holds_nothing and tensor.numel():
                inputs[-1]["unwritten"] = True
    entry = {"op": str(func), "inputs": inputs}
    if values:
        entry["arguments"] = values
    if _draws(func):
        entry["generator"] = _generator_digest(kwargs, args)
    return entry


def _argument_text(value):
    # The text of a storage holds all its bytes, those that belong to no tensor and mean nothing among them.
    return type(value).__name__ if hasattr(value, "nbytes") else str(value)


@events.safely
def _after(entry, name, func, args, kwargs, result):
    outputs, tensors = [], []
    fresh = {_storage(tensor) for _, value in _named_arguments(func, args, kwargs) for _, tensor in _tensors("", value)}
    results = list(_tensors("output", result))
    for argument, value in _named_arguments(func, args, kwargs):
        if argument.alias_info is not None and argument.alias_info.is_write:
            known = {id(tensor) for _, tensor in results}
            results += [(label, tensor) for label, tensor in _tensors(argument.name, value) if id(tensor) not in known]
            _unwritten.difference_update(_storage(tensor) for _, tensor in _tensors("", value))
    for label, tensor in results:
        storage = _storage(tensor)
        if name in _HOLD_NOTHING:
            _unwritten.add(storage)
        elif storage not in fresh:
            _unwritten.discard(storage)
        outputs.append(_described(label, tensor, with_digest=storage not in _unwritten))
        tensors.append(tensor)
    if name in _LEFT_OUT:
        return
    if not tensors and result is not None:
        outputs.append({"name": "output", "value": str(result)})
    if name == "set_" and outputs:
        # What the tensor is made to show was there before: a loader's worker has put it into shared memory.
        entry["inputs"].append({**outputs[0], "name": "source"})
    number = operations.begin()
    entry["outputs"] = outputs
    _write(number, entry)
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    if tensors and name not in _HOLD_NOTHING:
        named = {f"{index}.{output['name']}": tensor for index, (output, tensor) in enumerate(zip(outputs, tensors))}
        operations.keep(number, size, lambda path: _save(named, path))


def _save(tensors, path):
    torch = _state["torch"]
    torch.save({name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}, path)


def _write(number, entry):
    entry.update(operations.place())
    if _state["backward"]:
        # Which part of the forward pass this belongs to is known when its node has run.
        _state["pending"].append((number, {**entry, "backward": True}))
        return
    if _modules:
        entry["module"] = _module_name(_modules[-1])
    operations.write(number, **entry)


def _write_pending(origin):
    for number, entry in _state["pending"]:
        operations.write(number, **entry, **origin)
    _state["pending"].clear()


@events.safely
def _remember_nodes(result):
    """Let each new node of the graph behind `result` know where in the forward pass it was made."""
    torch = _state["torch"]
    waiting = [value.grad_fn for _, value in _tensors("", result) if isinstance(value, torch.Tensor)]
    origin = None
    while waiting:
        node = waiting.pop()
        if node is None or "ibid" in node.metadata or type(node).__name__ == "AccumulateGrad":
            continue
        if origin is None:
            place = operations.place()
            origin = {"forward_at": place["at"], "forward_code": place["code"]}
            if _modules:
                origin["module"] = _module_name(_modules[-1])
        node.metadata["ibid"] = True
        own = {**origin, "node": type(node).__name__}
        node.register_hook(lambda *_, own=own: _write_pending(own))
        waiting += [following for following, _ in node.next_functions]


def _module_name(module):
    if module not in _names:
        for root, top in torch_steps.roots():
            for name, part in top.named_modules():
                _names[part] = f"{root}.{name}" if name else root
    return _names.get(module, type(module).__name__)


def _named_arguments(func, args, kwargs):
    for index, argument in enumerate(func._schema.arguments):
        if index < len(args):
            yield argument, args[index]
        elif argument.name in kwargs:
            yield argument, kwargs[argument.name]


def _tensors(name, value):
    torch = _state["torch"]
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _tensors(f"{name}.{index}", item)
    elif isinstance(value, dict):
        for key in value:
            yield from _tensors(f"{name}.{key}", value[key])


def _described(name, tensor, with_digest):
    described = {
        "name": name,
        "type": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "device": str(tensor.device),
    }
    if with_digest:
        try:
            described["digest"] = digests.of_tensor(tensor)
        except (ValueError, RuntimeError, NotImplementedError) as problem:  # sparse, complex, meta
            described["no_digest"] = str(problem)
    return described


def _storage(tensor):
    try:
        storage = tensor.untyped_storage() if hasattr(tensor, "untyped_storage") else tensor.storage()
        return storage.data_ptr()
    except (RuntimeError, NotImplementedError):
        return None


def _draws(func):
    tag = getattr(_state["torch"].Tag, "nondeterministic_seeded", None)
    return tag in getattr(func, "tags", ())


def _generator_digest(kwargs, args):
    torch = _state["torch"]
    for value in (*args, *kwargs.values()):
        if isinstance(value, torch.Generator):
            return digests.of_tensor(value.get_state())
    for value in args:
        if isinstance(value, torch.Tensor) and value.is_cuda:
            return digests.of_tensor(torch.cuda.get_rng_state(value.device))
    return digests.of_tensor(torch.get_rng_state())
