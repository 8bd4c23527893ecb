"""Operations, gradients and optimisers against PyTorch, in f64 and f32. PyTorch is channels first, ibid last."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-torch")
    sys.exit(77)

PROBE = os.environ["IBID_TORCH_PROBE"]
TYPES = {"F32": numpy.float32, "F64": numpy.float64, "I64": numpy.int64}
NAMES = {numpy.dtype(value): name for name, value in TYPES.items()}


def write_tensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, value in tensors.items():
        value = numpy.ascontiguousarray(value).reshape(value.shape)
        offsets = [len(data), len(data) + value.nbytes]
        header[name] = {"dtype": NAMES[value.dtype], "shape": value.shape, "data_offsets": offsets}
        data += value.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read_tensors(path):
    with open(path, "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    data, result = content[8 + size :], {}
    for name, entry in json.loads(content[8 : 8 + size]).items():
        begin, end = entry["data_offsets"]
        result[name] = numpy.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return result


def last(tensor):
    """Channels first to channels last."""
    return torch.movedim(tensor, 1, -1)


def same(tensor):
    return tensor


class Cases:
    """Gathers what ibid shall compute and what PyTorch says."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.random = torch.Generator().manual_seed(1)
        self.tensors, self.cases, self.expected = {}, [], {}

    def draw(self, *shape):
        return torch.randn(shape, generator=self.random, dtype=torch.float64).to(self.dtype)

    def add(self, op, inputs, expected, **options):
        name = f"case{len(self.cases)}"
        self.cases.append({"name": name, "op": op, **options})
        for part, value in inputs.items():
            self.tensors[f"{name}.{part}"] = value.detach().numpy()
        for part, value in expected.items():
            self.expected[f"{name}.{part}"] = (value.detach().numpy(), f"{op} {options} {part}")

    def function(self, op, f, x, weight=None, bias=None, layout=last, weight_layout=None, extra=None, **options):
        """One operation with the gradient of a random linear function of its result (or of a loss itself)."""
        leaves = [v.clone().requires_grad_() for v in (x, weight, bias) if v is not None]
        y = f(*leaves)
        is_loss = y.dim() == 0
        dy = torch.ones_like(y) if is_loss else self.draw(*y.shape)
        y.backward(dy)
        weight_layout = weight_layout or layout
        inputs = {"x": layout(x), **(extra or {})}
        expected = {"y": y if is_loss else layout(y), "dx": layout(leaves[0].grad)}
        if not is_loss:
            inputs["dy"] = layout(dy)
        if weight is not None:
            inputs["weight"] = weight_layout(weight)
            expected["dweight"] = weight_layout(leaves[1].grad)
        if bias is not None:
            inputs["bias"] = bias
            expected["dbias"] = leaves[-1].grad
        self.add(op, inputs, expected, **options)

    def check(self, test, tolerance):
        with tempfile.TemporaryDirectory(prefix="ibid_torch_") as folder:
            source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
            write_tensors(source, self.tensors, {"cases": json.dumps(self.cases)})
            finished = subprocess.run([PROBE, source, target], capture_output=True, text=True, timeout=120)
            test.assertEqual(finished.returncode, 0, finished.stderr)
            found = read_tensors(target)
        for name, (value, what) in self.expected.items():
            test.assertEqual(found[name].shape, value.shape, what)
            scale = max(1.0, float(numpy.abs(value).max()))
            error = float(numpy.abs(found[name].astype(numpy.float64) - value).max()) / scale
            # The standard's GELU has binary32 constants, for f64 as well.
            allowed = max(tolerance, 3e-8) if what.startswith("gelu") else tolerance
            test.assertLessEqual(error, allowed, what)
        return len(self.cases)


CONVS = (F.conv1d, F.conv2d, F.conv3d)
TRANSPOSED = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
MODES = ("linear", "bilinear", "trilinear")


def convolutions(c):
    for dims, shape, weight, options in (
        (1, (3, 4, 11), (6, 4, 3), {}),
        (1, (3, 4, 11), (6, 2, 3), dict(stride=2, padding=1, groups=2)),
        (2, (2, 4, 7, 6), (6, 4, 3, 2), dict(stride=(2, 1), padding=(1, 0))),
        (2, (2, 4, 9, 8), (4, 1, 3, 3), dict(padding=2, dilation=2, groups=4)),
        (3, (2, 2, 4, 5, 4), (3, 2, 2, 3, 2), dict(stride=(1, 2, 1), padding=(0, 1, 1))),
    ):
        own = {k: list(v) if isinstance(v, tuple) else v if k == "groups" else [v] for k, v in options.items()}
        f = lambda x, w, b, dims=dims, options=options: CONVS[dims - 1](x, w, b, **options)
        c.function("conv", f, c.draw(*shape), c.draw(*weight), c.draw(weight[0]), **own)
    for dims, shape, weight, options in (
        (1, (3, 4, 6), (4, 3, 3), dict(stride=2, padding=1, output_padding=1)),
        (2, (2, 4, 5, 4), (4, 3, 3, 2), dict(stride=(2, 3), padding=(1, 0), output_padding=(0, 2), groups=2)),
        (2, (2, 3, 5, 4), (3, 2, 3, 3), dict(dilation=2, padding=1)),
        (3, (2, 2, 3, 3, 2), (2, 3, 2, 2, 2), dict(stride=2)),
    ):
        own = {k: list(v) if isinstance(v, tuple) else v if k == "groups" else [v] for k, v in options.items()}
        f = lambda x, w, b, dims=dims, options=options: TRANSPOSED[dims - 1](x, w, b, **options)
        channels = weight[1] * options.get("groups", 1)
        c.function("conv_transpose", f, c.draw(*shape), c.draw(*weight), c.draw(channels), **own)


def norms(c):
    for shape in ((8, 3), (4, 3, 5), (3, 4, 3, 2)):
        channels = shape[1]
        mean, variance = c.draw(channels), c.draw(channels).abs() + 0.5
        running = mean.clone(), variance.clone()
        f = lambda x, w, b, running=running: F.batch_norm(x, *running, w, b, training=True, momentum=0.3)
        extra = {"mean": mean, "variance": variance}
        c.function("batch_norm", f, c.draw(*shape), c.draw(channels), c.draw(channels),
                   weight_layout=same, extra=extra, momentum=0.3)  # fmt: skip
        name = f"case{len(c.cases) - 1}"
        c.expected[name + ".mean"] = (running[0].numpy(), "running mean")
        c.expected[name + ".variance"] = (running[1].numpy(), "running variance")
    c.function("layer_norm", lambda x, w, b: F.layer_norm(x, (70,), w, b), c.draw(5, 3, 70), c.draw(70), c.draw(70),
               layout=same)  # fmt: skip
    for groups in (1, 2, 4):
        f = lambda x, w, b, groups=groups: F.group_norm(x, groups, w, b)
        c.function("group_norm", f, c.draw(3, 4, 5, 2), c.draw(4), c.draw(4), weight_layout=same, groups=groups)


def pools(c):
    for ceil in (False, True):
        f = lambda x, ceil=ceil: F.max_pool2d(x, (3, 2), (2, 2), (1, 0), ceil_mode=ceil)
        c.function("max_pool", f, c.draw(2, 3, 8, 7), kernel=[3, 2], stride=[2], padding=[1, 0], ceil=ceil)
        f = lambda x, ceil=ceil: F.max_pool1d(x, 2, 2, 1, ceil_mode=ceil)
        c.function("max_pool", f, c.draw(2, 3, 7), kernel=[2], stride=[2], padding=[1], ceil=ceil)
        for count in (False, True):
            f = lambda x, ceil=ceil, count=count: F.avg_pool2d(x, 3, 2, 1, ceil, count)
            c.function("average_pool", f, c.draw(2, 3, 8, 6), kernel=[3], stride=[2], padding=[1], ceil=ceil,
                       count_padding=count)  # fmt: skip
            f = lambda x, ceil=ceil, count=count: F.avg_pool3d(x, 2, 3, 1, ceil, count)
            c.function("average_pool", f, c.draw(2, 2, 5, 6, 7), kernel=[2], stride=[3], padding=[1], ceil=ceil,
                       count_padding=count)  # fmt: skip
    f = lambda x: F.max_pool2d(x, 2, 1, 0, dilation=2)
    c.function("max_pool", f, c.draw(2, 3, 6, 7), kernel=[2], stride=[1], dilation=[2])
    f = lambda x: F.adaptive_avg_pool2d(x, (3, 2))
    c.function("adaptive_average_pool", f, c.draw(2, 3, 7, 5), out_size=[3, 2])


def upsampling(c):
    for dims, shape, out in ((1, (2, 3, 5), [9]), (2, (2, 3, 4, 6), [7, 3]), (3, (1, 2, 2, 3, 4), [4, 5, 4])):
        f = lambda x, out=out: F.interpolate(x, out, mode="nearest")
        c.function("upsample", f, c.draw(*shape), out_size=out)
        for align in (False, True):
            f = lambda x, out=out, mode=MODES[dims - 1], align=align: F.interpolate(x, out, mode=mode, align_corners=align)
            c.function("upsample", f, c.draw(*shape), out_size=out, linear=True, align_corners=align)


def losses(c):
    targets = torch.tensor([1, 0, 3, 2, 1, 3, 0])
    weights = c.draw(4).abs() + 0.2
    for weight in (None, weights):
        for ignore in (None, 3):
            for reduction in ("mean", "sum"):
                arguments = dict(weight=weight, ignore_index=-100 if ignore is None else ignore, reduction=reduction)
                extra = {"targets": targets} if weight is None else {"targets": targets, "class_weights": weight}
                own = {"sum": reduction == "sum"} if ignore is None else {"sum": reduction == "sum", "ignore": ignore}
                for smoothing in (0.0, 0.15):
                    f = lambda x, a=arguments, s=smoothing: F.cross_entropy(x, targets, label_smoothing=s, **a)
                    c.function("cross_entropy", f, 2 * c.draw(7, 4), layout=same, extra=extra, smoothing=smoothing, **own)
                f = lambda x, a=arguments: F.nll_loss(x, targets, **a)
                c.function("nll", f, F.log_softmax(c.draw(7, 4), 1), layout=same, extra=extra, **own)
    soft = torch.rand(6, 3, generator=c.random, dtype=torch.float64).to(c.dtype)
    f = lambda x: F.binary_cross_entropy_with_logits(x, soft)
    c.function("bce", f, 3 * c.draw(6, 3), layout=same, extra={"targets": soft})
    f = lambda x: F.binary_cross_entropy_with_logits(x, soft, pos_weight=torch.tensor(2.5, dtype=c.dtype))
    c.function("bce", f, 3 * c.draw(6, 3), layout=same, extra={"targets": soft}, positive_weight=2.5)


def functions(c):
    c.function("gelu", F.gelu, 2 * c.draw(50), layout=same)
    c.function("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), 2 * c.draw(50), layout=same)
    c.function("softmax", lambda x: F.softmax(x, 1), 2 * c.draw(3, 70, 4), layout=same)


def optimisers(c):
    for op, create, options in (
        ("sgd", lambda p: torch.optim.SGD(p, 0.1), {}),
        ("sgd", lambda p: torch.optim.SGD(p, 0.1, 0.9, 0.2, 0.01), dict(momentum=0.9, dampening=0.2, decay=0.01)),
        ("sgd", lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True), dict(momentum=0.9, nesterov=True)),
        ("adam", lambda p: torch.optim.Adam(p, 0.1), {}),
        ("adam", lambda p: torch.optim.Adam(p, 0.1, weight_decay=0.02), dict(decay=0.02)),
        ("adam", lambda p: torch.optim.Adam(p, 0.1, amsgrad=True), dict(amsgrad=True)),
        ("adam", lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.05), dict(decay=0.05, decoupled=True)),
    ):
        parameter = c.draw(30).requires_grad_()
        inputs = {"x": parameter.clone()}
        optimiser = create([parameter])
        for step in range(4):
            parameter.grad = c.draw(30)
            inputs[f"g{step}"] = parameter.grad
            optimiser.step()
        c.add(op, inputs, {"y": parameter}, lr=0.1, **options)


class Torch(unittest.TestCase):
    def check_all(self, dtype, tolerance):
        torch.set_num_threads(1)
        cases = Cases(dtype)
        for group in (convolutions, norms, pools, upsampling, losses, functions, optimisers):
            group(cases)
        print(f"{cases.check(self, tolerance)} cases in {dtype}")

    def test_f64(self):
        self.check_all(torch.float64, 1e-11)

    def test_f32(self):
        self.check_all(torch.float32, 2e-5)


if __name__ == "__main__":
    unittest.main()
