"""Digests of tensors, as docs/formats/digests.md specifies them, computed by ibid's own library."""

import ctypes
import os

BITS, F16, BF16, F32, F64 = range(5)

# PyTorch's names of element types: ours, and how the library reads the bits.
_TORCH_TYPES = {
    "float16": ("f16", F16),
    "bfloat16": ("bf16", BF16),
    "float32": ("f32", F32),
    "float64": ("f64", F64),
    "int8": ("i8", BITS),
    "int16": ("i16", BITS),
    "int32": ("i32", BITS),
    "int64": ("i64", BITS),
    "uint8": ("u8", BITS),
    "bool": ("bool", BITS),
}


def _load():
    library = ctypes.CDLL(os.environ["IBID_HOOK_LIBRARY"])
    function = library.ibid_tensor_digest
    function.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p]
    function.restype = ctypes.c_int
    return function


_digest = _load()


def of_tensor(tensor):
    """The digest of a PyTorch tensor of any layout and device, as 32 hexadecimal digits.

    Raises ValueError for an element type without a digest (quantised, complex).
    """
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in _TORCH_TYPES:
        raise ValueError(f"no digest is defined for elements of type {name}")
    kind, element = _TORCH_TYPES[name]
    tensor = tensor.detach()
    if tensor.device.type != "cpu" or not tensor.is_contiguous():
        tensor = tensor.cpu().contiguous()
    n = tensor.numel() * (tensor.element_size() if element == BITS else 1)
    return _call(_header(kind, tensor.shape), element, tensor.data_ptr(), n)


def of_bytes(kind, content):
    """The digest of `content` as a list of bytes, for states of random generators."""
    return _call(_header(kind, (len(content),)), BITS, ctypes.cast(content, ctypes.c_void_p), len(content))


def of_memory(kind, shape, element, address, n):
    """The digest of `n` elements (of BITS: bytes) at `address`."""
    return _call(_header(kind, shape), element, address, n)


def _header(kind, shape):
    sizes = ", ".join(str(size) for size in shape)
    comma = "," if len(shape) == 1 else ""
    return f"{kind} ({sizes}{comma})\n".encode("ascii")


def _call(header, element, address, n):
    hexadecimal = ctypes.create_string_buffer(33)
    if _digest(header, element, address, n, hexadecimal) != 0:
        raise ValueError("the digest could not be computed")
    return hexadecimal.value.decode("ascii")
