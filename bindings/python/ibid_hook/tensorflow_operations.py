"""TensorFlow's operations one by one, as they run eagerly.

Compiled functions show nothing of what is inside them, so while operations are watched all of them run eagerly. What
TensorFlow fuses in a graph is computed in parts then, which may round otherwise: two runs that are compared do the same.
"""

import functools
import sys

from . import array_digests, digests, events, operations

# They take from a state that is no tensor: the value is what went in, and no operation has made it.
_FETCH = {"ReadVariableOp", "IteratorGetNext", "IteratorGetNextSync", "OptionalGetValue", "QueueDequeueV2", "LookupTableFindV2"}
_WRITE = ("Assign", "ResourceApply", "ResourceSparseApply", "ResourceScatter", "ResourceStridedSliceAssign")
_DRAWS = {
    "RandomStandardNormal", "RandomUniform", "RandomUniformInt", "TruncatedNormal", "ParameterizedTruncatedNormal",
    "RandomGamma", "RandomPoissonV2", "RandomShuffle", "Multinomial", "RandomCrop", "RngReadAndSkip", "NonDeterministicInts",
}
_LEFT_OUT = {"VarHandleOp", "NoOp", "Placeholder", "DestroyResourceOp"}
# Names and seeds of their own, which differ between runs or are told otherwise.
_NO_ARGUMENTS = {"container", "shared_name", "debug_name", "allowed_devices", "metadata", "seed", "seed2"}
_PLAIN = (bool, int, float, str, bytes)

_layers = []  # those whose call is running, the innermost last
_origins = {}  # by a tensor's number: places and layers of the forward operations that took or made it
_state = {"tensorflow": None, "backward": False, "unseeded_data": False, "node": {}}


@events.safely
def attach(module):
    """Watch the operations of this thread; of Keras know which layer is running."""
    if not operations.are_watched():
        return
    if module.__name__ == "tensorflow":
        _watch_operations(module)
    else:
        _watch_layers(module.layers.Layer)


def _watch_operations(tensorflow):
    from tensorflow.python.eager import backprop
    from tensorflow.python.framework import op_callbacks

    _state["tensorflow"] = tensorflow
    tensorflow.config.run_functions_eagerly(True)
    op_callbacks.add_op_callback(_called)
    for name in ("gradient", "jacobian", "batch_jacobian"):
        setattr(backprop.GradientTape, name, _watched_backward(getattr(backprop.GradientTape, name)))
    _watch_gradient_functions(backprop)


def _watch_layers(layer):
    original = layer.__call__

    @functools.wraps(original)
    def call(self, *arguments, **keywords):
        _layers.append(getattr(self, "path", None) or self.name)
        try:
            return original(self, *arguments, **keywords)
        finally:
            _layers.pop()

    layer.__call__ = call


def _watched_backward(original):
    @functools.wraps(original)
    def backward(*arguments, **keywords):
        outer, _state["backward"] = _state["backward"], True
        try:
            return original(*arguments, **keywords)
        finally:
            _state["backward"] = outer
            _origins.clear()

    return backward


def _watch_gradient_functions(backprop):
    """Each node of the backward pass tells which operation it belongs to."""
    original = backprop._gradient_function

    def gradient(name, attributes, count, inputs, outputs, *others):
        _state["node"] = _origin(name, (*(outputs or ()), *(inputs or ())))
        try:
            return original(name, attributes, count, inputs, outputs, *others)
        finally:
            _state["node"] = {}

    backprop.pywrap_tfe.TFE_Py_RegisterGradientFunction(gradient)


def _origin(name, tensors):
    """What is known of the forward operation `name` that most of `tensors` belonged to; the others are not kept."""
    node = name.decode() if isinstance(name, bytes) else name
    found = [origin for tensor in tensors for origin in _origins.get(getattr(tensor, "_id", None), ())]
    found = [origin for origin in found if origin["node"] == node]
    return max(found, key=lambda origin: sum(other is origin for other in found), default={"node": node})


def _called(op_type, inputs, attributes, outputs, op_name=None, graph=None):
    name = op_type.decode() if isinstance(op_type, bytes) else op_type
    _look_for_data_without_seed(name, inputs, attributes, graph)
    if graph is None and name not in _LEFT_OUT and operations.is_open() and not events.is_guarded():
        _record(name, inputs, attributes, outputs)
    return None  # the outputs stay what they are


@events.safely
def _look_for_data_without_seed(name, inputs, attributes, graph):
    """Data in an order that no seed gives: what iterators return of it is drawn."""
    if graph is not None and name in _DRAWS:
        _state["unseeded_data"] |= _seeds(attributes) == (0, 0)
    elif graph is None and name.startswith(("ShuffleDataset", "ShuffleAndRepeatDataset", "AnonymousRandomSeedGenerator")):
        own = [int(value.numpy()) for label, value in _named(name, inputs) if label in ("seed", "seed2")]
        _state["unseeded_data"] |= own == [0, 0]


@events.safely
def _record(name, inputs, attributes, outputs):
    results = [(label, tensor) for label, tensor in _named(name, outputs, "output") if hasattr(tensor, "numpy")]
    if name.startswith(_WRITE):
        results += _variables(name, inputs, attributes)
    described = [_described(label, tensor) for label, tensor in results]
    given = described if name in _FETCH else [_described(label, tensor) for label, tensor in _named(name, inputs)]
    entry = {"op": f"tf.{name}", "inputs": given, "outputs": described, **operations.place()}
    values = _arguments(attributes)
    if values:
        entry["arguments"] = values
    if name in _DRAWS or (name == "IteratorGetNext" and _state["unseeded_data"]):
        entry["generator"] = _generator(attributes, described)
        entry["inputs"] = [] if name in _FETCH else given
    _add_origin(entry, name, (*inputs, *outputs))
    number = operations.begin()
    operations.write(number, **entry)
    _keep(number, results)


def _add_origin(entry, name, tensors):
    if _state["backward"]:
        entry.update({"backward": True, **_state["node"]})
        return
    if _layers:
        entry["module"] = _layers[-1]
    origin = {"node": name, "forward_at": entry["at"], "forward_code": entry["code"]}
    if _layers:
        origin["module"] = _layers[-1]
    for tensor in tensors:
        _origins.setdefault(getattr(tensor, "_id", None), []).append(origin)


def _named(name, tensors, kind="input"):
    """Tensors with the names that TensorFlow's definition of the operation gives them."""
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(name)
    known = [] if definition is None else [argument.name for argument in getattr(definition, f"{kind}_arg")]
    for index, tensor in enumerate(tensors):
        yield (known[index] if len(known) == len(tensors) else f"{kind}.{index}"), tensor


def _variables(name, inputs, attributes):
    """What the variables hold now that an operation has written."""
    kinds = {key: value for key, value in zip(attributes[::2], attributes[1::2])}
    kind = kinds.get("dtype", kinds.get("T"))
    read = _state["tensorflow"].raw_ops.ReadVariableOp
    handles = [(label, tensor) for label, tensor in _named(name, inputs) if tensor.dtype.name == "resource"]
    return [(label, read(resource=handle, dtype=kind)) for label, handle in handles] if kind is not None else []


def _described(label, tensor):
    described = {
        "name": label,
        "type": tensor.dtype.name,
        "shape": [int(size) for size in tensor.shape] if tensor.shape.rank is not None else [],
        "device": _device(tensor.device),
    }
    try:
        described["digest"] = _digest(tensor.numpy())
    except Exception as problem:  # resources, variants, complex numbers: each says so in its own way
        described["no_digest"] = str(problem).partition("\n")[0]
    return described


def _digest(value):
    array = sys.modules["numpy"].asarray(value)
    if array.dtype.kind in "OSU":
        return digests.of_bytes("u8", repr(array.tolist()).encode("utf-8", "surrogatepass"))
    return array_digests.of_array(array)


def _device(name):
    kind, _, index = name.rpartition("device:")[2].partition(":")
    return f"cuda:{index}" if kind == "GPU" else kind.lower()


def _arguments(attributes):
    return {
        name: str(value)
        for name, value in zip(attributes[::2], attributes[1::2])
        if name not in _NO_ARGUMENTS and not name.startswith(("T", "_")) and isinstance(value, _PLAIN)
    }


def _seeds(attributes):
    named = dict(zip(attributes[::2], attributes[1::2]))
    return (named.get("seed") or 0, named.get("seed2") or 0)


def _generator(attributes, outputs):
    """The seeds of a draw; of one without any, whose state nobody can see, what it has drawn."""
    seeds = _seeds(attributes)
    seen = seeds if seeds != (0, 0) else [output.get("digest") for output in outputs]
    return digests.of_bytes("u8", repr(seen).encode("ascii"))


def _keep(number, results):
    numpy = sys.modules["numpy"]
    arrays = {}
    for index, (label, tensor) in enumerate(results):
        if tensor.dtype.name not in ("resource", "variant", "string"):
            arrays[f"{index}.{label}"] = tensor.numpy()

    def save(path):
        with open(path, "wb") as file:  # given a name, NumPy would add another ending
            numpy.savez(file, **arrays)

    if arrays:
        operations.keep(number, sum(array.nbytes for array in arrays.values()), save)
