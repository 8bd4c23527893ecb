"""Digests of NumPy's arrays, and of what fitted models are made of."""

import ctypes
import numbers

from . import digests

_KINDS = {
    "bfloat16": ("bf16", digests.BF16),  # of ml_dtypes, which TensorFlow and JAX use
    "float16": ("f16", digests.F16), "float32": ("f32", digests.F32), "float64": ("f64", digests.F64),
    **{f"int{bits}": (f"i{bits}", digests.BITS) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (f"u{bits}", digests.BITS) for bits in (8, 16, 32, 64)},
    "bool": ("bool", digests.BITS),
}
_DEEPEST = 8


def of_array(array):
    """The digest of an array of numbers. Raises ValueError for other elements."""
    name = array.dtype.name
    if name not in _KINDS:
        raise ValueError(f"no digest is defined for elements of type {name}")
    kind, element = _KINDS[name]
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    content = array if array.flags.c_contiguous else array.copy(order="C")
    n = content.nbytes if element == digests.BITS else content.size
    return digests.of_memory(kind, array.shape, element, content.ctypes.data, n)


def add(tensors, name, value, depth=0):
    """Add the digests of `value`: arrays, numbers, texts, and collections and fitted models of them."""
    if depth > _DEEPEST or value is None:
        return
    if hasattr(value, "dtype") and hasattr(value, "ctypes"):
        _add_array(tensors, name, value, depth)
    elif isinstance(value, str):
        tensors[name] = digests.of_bytes("u8", value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, (bool, numbers.Real)) or (hasattr(value, "dtype") and value.dtype.kind in "biuf"):
        tensors[name] = _of_number(value)
    elif isinstance(value, dict):
        _add_all(tensors, name, [(str(key), value[key]) for key in sorted(value, key=str)], depth)
    elif isinstance(value, (list, tuple)):
        _add_all(tensors, name, [(str(index), item) for index, item in enumerate(value)], depth)
    else:
        _add_all(tensors, name, _parts(value), depth)


def _add_all(tensors, name, items, depth):
    for key, item in items:
        # A dot would be another level of the tree; times of fits are no results.
        if "time" not in key:
            add(tensors, f"{name}.{key.replace('.', '_')}", item, depth + 1)


def _add_array(tensors, name, array, depth):
    if array.dtype.names:
        # By field: between fields there may be bytes that nobody has set.
        _add_all(tensors, name, [(field, array[field]) for field in array.dtype.names], depth)
    elif array.dtype.kind in "US":
        tensors[name] = digests.of_bytes("u8", array.tobytes())
    elif array.dtype.kind == "O":
        _add_all(tensors, name, [(str(index), item) for index, item in enumerate(array.ravel().tolist())], depth)
    elif array.dtype.name in _KINDS:
        tensors[name] = of_array(array)


def _of_number(value):
    content = ctypes.c_double(float(value))
    return digests.of_memory("f64", (), digests.F64, ctypes.addressof(content), 1)


def _parts(value):
    """What a fitted model holds: its attributes that end in `_`, a pipeline's steps, a tree's or a sparse matrix's arrays."""
    if all(hasattr(value, name) for name in ("indptr", "indices", "data")):
        return [(name, getattr(value, name)) for name in ("data", "indices", "indptr")]
    if type(value).__name__ == "Tree" and hasattr(value, "node_count"):
        state = value.__getstate__()
        return [(name, state[name]) for name in ("nodes", "values")]
    if not hasattr(value, "get_params") or not hasattr(value, "__dict__"):
        return []
    names = [name for name in vars(value) if name == "steps" or (name.endswith("_") and not name.startswith("_"))]
    return [(name, vars(value)[name]) for name in sorted(names)]
