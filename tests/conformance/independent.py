#!/usr/bin/env python3
"""Checks a conformance file with nothing of ibid's: Python's integers and fractions, written from docs/formats/ and
docs/ARITHMETIC.md alone. It knows few operations; what it shows is that the file can be checked by others, and that
inputs, digests and the two orders of addition are what the text says. Usage: independent.py FILE"""

import re
import struct
import sys
from fractions import Fraction

MASK64 = (1 << 64) - 1


# --- XXH3-128, seed 0 ---

P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
MX1 = 0x165667919E3779F9
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d"
    "8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc"
    "8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)


def u64(data, at):
    return int.from_bytes(data[at : at + 8], "little")


def avalanche(h):
    h = ((h ^ h >> 37) * MX1) & MASK64
    return h ^ h >> 32


def fold(a, b):
    product = a * b
    return product & MASK64 ^ product >> 64


def mix16(data, at, secret):
    return fold(u64(data, at) ^ u64(SECRET, secret), u64(data, at + 8) ^ u64(SECRET, secret + 8))


def accumulate(acc, data, at, secret):
    for lane in range(8):
        value = u64(data, at + 8 * lane)
        key = value ^ u64(SECRET, secret + 8 * lane)
        acc[lane ^ 1] = (acc[lane ^ 1] + value) & MASK64
        acc[lane] = (acc[lane] + (key & 0xFFFFFFFF) * (key >> 32)) & MASK64


def merge(acc, secret, start):
    for pair in range(4):
        start += fold(acc[2 * pair] ^ u64(SECRET, secret + 16 * pair), acc[2 * pair + 1] ^ u64(SECRET, secret + 16 * pair + 8))
    return avalanche(start & MASK64)


def xxh3_128(data):
    """Inputs of 9 bytes and more, which every tensor that is not empty has."""
    n = len(data)
    assert n > 8
    if n <= 16:
        return xxh3_128_tiny(data)
    if n <= 240:
        return xxh3_128_short(data)
    acc = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]
    stripes_of_block = (len(SECRET) - 64) // 8
    n_stripes = (n - 1) // 64
    for stripe in range(n_stripes):
        accumulate(acc, data, 64 * stripe, 8 * (stripe % stripes_of_block))
        if stripe % stripes_of_block == stripes_of_block - 1:
            for lane in range(8):
                value = acc[lane] ^ acc[lane] >> 47 ^ u64(SECRET, len(SECRET) - 64 + 8 * lane)
                acc[lane] = value * P32[0] & MASK64
    accumulate(acc, data, n - 64, len(SECRET) - 64 - 7)
    low = merge(acc, 11, n * P64[0] & MASK64)
    high = merge(acc, len(SECRET) - 64 - 11, ~(n * P64[1]) & MASK64)
    return f"{high:016x}{low:016x}"


def xxh3_128_tiny(data):
    n = len(data)
    first, last = u64(data, 0), u64(data, n - 8)
    product = (first ^ last ^ u64(SECRET, 32) ^ u64(SECRET, 40)) * P64[0]
    low, high = product & MASK64, product >> 64
    low = (low + ((n - 1) << 54)) & MASK64
    last ^= u64(SECRET, 48) ^ u64(SECRET, 56)
    high = (high + last + (last & 0xFFFFFFFF) * (P32[1] - 1)) & MASK64
    low ^= int.from_bytes(high.to_bytes(8, "little"), "big")
    product = low * P64[1]
    low, high = avalanche(product & MASK64), avalanche((product >> 64) + high * P64[1] & MASK64)
    return f"{high:016x}{low:016x}"


def xxh3_128_short(data):
    n = len(data)
    low, high = n * P64[0] & MASK64, 0

    def mix32(first, second, secret):
        nonlocal low, high
        low = (low + mix16(data, first, secret)) & MASK64 ^ (u64(data, second) + u64(data, second + 8)) & MASK64
        high = (high + mix16(data, second, secret + 16)) & MASK64 ^ (u64(data, first) + u64(data, first + 8)) & MASK64

    if n <= 128:
        for part in reversed(range((n - 1) // 32 + 1)):
            mix32(16 * part, n - 16 * (part + 1), 32 * part)
    else:
        for part in range(4):
            mix32(32 * part, 32 * part + 16, 32 * part)
        low, high = avalanche(low), avalanche(high)
        for part in range(4, n // 32):
            mix32(32 * part, 32 * part + 16, 3 + 32 * (part - 4))
        mix32(n - 16, n - 32, 136 - 17 - 16)
    total = (low * P64[0] + high * P64[3] + n * P64[1]) & MASK64
    low, high = avalanche((low + high) & MASK64), -avalanche(total) & MASK64
    return f"{high:016x}{low:016x}"


# --- inputs ---


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def words(number, n):
    result = []
    while len(result) < n:
        result += philox((len(result) // 4, 0, 0, number | 12 << 24), (0, 0))
    return result[:n]


def from_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def f32_value(kind, word):
    plain = ((word >> 8) - (1 << 23)) * 2.0**-23
    die = word & 255
    if kind == "bits":
        return from_bits(word)
    if kind == "wide":
        return plain * 16
    if kind == "positive":
        return abs(plain) or 1.0
    if kind == "plain" or die >= (38 if kind == "special" else 32):
        return plain
    if die < 16:
        return -0.0 if die % 2 else 0.0
    if die < 24:
        return from_bits((plain < 0) << 31 | word >> 9 & 0x7FFFFF)
    if die < 32:
        return plain * (2.0**60 if die < 28 else 2.0**-70)
    return float("nan") if die >= 36 else float("-inf") if die % 2 else float("inf")


def shape_of(text):
    return [int(size) for size in text.split(",")] if text else []


def size_of(shape):
    size = 1
    for n in shape:
        size *= n
    return size


def f32_tensor(recipe):
    match = re.fullmatch(r"f32\(([\d,]*)\)#(\d+):(\w+)", recipe)
    if not match:
        return None
    shape = shape_of(match[1])
    return shape, [f32_value(match[3], word) for word in words(int(match[2]), size_of(shape))]


# --- arithmetic: exact numbers, rounded here ---


def rounded(x, negative_zero=False):
    """The f32 nearest to a Fraction, ties to even, as a Python float."""
    if x == 0:
        return -0.0 if negative_zero else 0.0
    sign, x = (-1.0, -x) if x < 0 else (1.0, x)
    exponent = x.numerator.bit_length() - x.denominator.bit_length()
    exponent -= x < Fraction(2) ** exponent
    unit = max(exponent, -126) - 23
    scaled = x / Fraction(2) ** unit
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    whole += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    if whole * Fraction(2) ** unit >= Fraction(2) ** 128:
        return sign * float("inf")
    return sign * whole * 2.0**unit


def fma(a, b, c):
    """Of finite numbers."""
    negative = lambda x: struct.pack("<d", x)[7] >> 7 == 1
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    both = (a == 0 or b == 0) and (negative(a) != negative(b)) and c == 0 and negative(c)
    return rounded(exact, both)


def add(a, b):
    return fma(a, 1.0, b)


def product_chain(terms):
    """Section 1: chunks of 512, folded in order, closed."""
    total = None
    for begin in range(0, len(terms), 512):
        chain = 0.0
        for a, b in terms[begin : begin + 512]:
            chain = fma(a, b, chain)
        total = chain if total is None else add(total, chain)
    return add(0.0 if total is None else total, 0.0)


def lane_rule(values):
    """Section 3.1; binary64 sums of f32 block sums are Python's."""
    nodes = []
    for begin in range(0, len(values), 4096):
        lanes = [0.0] * 64
        for i, value in enumerate(values[begin : begin + 4096]):
            lanes[i % 64] = add(lanes[i % 64], value)
        for stride in (32, 16, 8, 4, 2, 1):
            for lane in range(stride):
                lanes[lane] = add(lanes[lane], lanes[lane + stride])
        nodes.append(add(lanes[0], 0.0))
    while len(nodes) > 1:
        nodes = [sum(nodes[i : i + 2]) if i + 1 < len(nodes) else nodes[i] for i in range(0, len(nodes), 2)]
    return rounded(Fraction(nodes[0])) if nodes else 0.0


def finite(values):
    return all(value - value == 0 for value in values)


def relu(inputs, parameters):
    shape, x = inputs["x"]
    return shape, [0.0 if value <= 0 else value for value in x]


def neg(inputs, parameters):
    shape, x = inputs["x"]
    return shape, [-value for value in x]


def whole_sum(inputs, parameters):
    shape, x = inputs["x"]
    return ([], [lane_rule(x)]) if not parameters and finite(x) else None


def linear(inputs, parameters):
    (*rows, depth), x = inputs["x"]
    (outputs, _), w = inputs["w"]
    n = size_of(rows)
    if "b" in inputs or parameters.keys() - {"samples_per_shard"} or not finite(x + w):
        return None
    return [*rows, outputs], [
        product_chain(list(zip(x[i * depth : (i + 1) * depth], w[o * depth : (o + 1) * depth])))
        for i in range(n)
        for o in range(outputs)
    ]


OPERATIONS = {"relu": relu, "neg": neg, "sum": whole_sum, "linear": linear}


# --- the file ---


def digest(shape, values):
    header = f"f32 {tuple(shape)}\n".encode()
    pack = lambda value: b"\0\0\xc0\x7f" if value != value else struct.pack("<f", value)
    data = header + b"".join(map(pack, values))
    return xxh3_128(data)


def pairs(text):
    return dict(word.split("=", 1) for word in text.split())


def check(line):
    """True or False; None for a case this script does not know."""
    head, inputs, outputs = line.split("|")
    name, _, parameters = head.strip().partition(" ")
    tensors = {key: f32_tensor(recipe) for key, recipe in pairs(inputs).items()}
    if name not in OPERATIONS or None in tensors.values():
        return None
    if sum(size_of(shape) for shape, _ in tensors.values()) > 25000:
        return None
    result = OPERATIONS[name](tensors, pairs(parameters))
    return digest(*result) == pairs(outputs)["y"] if result else None


def main():
    lines = [line.strip() for line in open(sys.argv[1], encoding="utf-8")]
    lines = [line for line in lines if line and not line.startswith("#")]
    assert lines[:2] == ["ibid-conformance 1", "arithmetic 1"], "not a conformance file of arithmetic 1"
    results = {line: check(line) for line in lines[2:]}
    for line, agrees in results.items():
        if agrees is False:
            print("differs:", line)
    n_checked = sum(agrees is not None for agrees in results.values())
    n_wrong = sum(agrees is False for agrees in results.values())
    print(f"{len(results)} cases, {n_checked} checked, {n_wrong} differ")
    return 1 if n_wrong or n_checked < 15 else 0


if __name__ == "__main__":
    sys.exit(main())
