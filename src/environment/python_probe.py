# Run by `ibid env` in the interpreter that is looked at; prints one JSON object as its last line. It imports nothing
# but what every start imports anyway or what costs next to nothing, and the modules that --import names (arguments).
import importlib.machinery, json, os, platform, struct, sys


def floating_point():
    # Constants would be computed by the compiler: the operands come from bits.
    from_bits = lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0]
    one, quarter_ulp = from_bits(0x3FF0000000000000), from_bits(0x3C90000000000000)
    halved = from_bits(0x0010000000000000) * from_bits(0x3FE0000000000000)
    scaled = from_bits(1) * from_bits(0x43B0000000000000)
    up, down = one + quarter_ulp != one, -one - quarter_ulp != -one
    towards_zero = one - quarter_ulp * from_bits(0x3FE0000000000000) != one
    return {
        "flush_to_zero": struct.pack("<d", halved) == bytes(8),
        "denormals_are_zero": struct.pack("<d", scaled) == bytes(8),
        "rounding": "upward" if up else "downward" if down else "towards zero" if towards_zero else "to nearest",
    }


def ask(answers, name, question):
    try:
        answers[name] = str(question())
    except Exception:
        pass  # this version of the framework has no such switch


def torch_settings(torch):
    answers = {}
    for name in ("are_deterministic_algorithms_enabled", "is_deterministic_algorithms_warn_only_enabled",
                 "get_float32_matmul_precision", "get_num_threads", "get_num_interop_threads", "get_default_dtype"):
        ask(answers, f"torch.{name}()", lambda: getattr(torch, name)())
    for name in ("cudnn.deterministic", "cudnn.benchmark", "cudnn.allow_tf32", "cuda.matmul.allow_tf32",
                 "cuda.matmul.allow_fp16_reduced_precision_reduction", "mkldnn.enabled"):
        def value(at=torch.backends):
            for part in name.split("."):
                at = getattr(at, part)
            return at
        ask(answers, f"torch.backends.{name}", value)
    return answers


def tensorflow_settings(tf):
    answers, config = {}, tf.config
    ask(answers, "tf.config.experimental.is_op_determinism_enabled()",
        lambda: tf.python.framework.config.is_op_determinism_enabled())
    ask(answers, "tf.config.experimental.tensor_float_32_execution_enabled()",
        lambda: config.experimental.tensor_float_32_execution_enabled())
    ask(answers, "tf.config.threading.get_intra_op_parallelism_threads()",
        lambda: config.threading.get_intra_op_parallelism_threads())
    ask(answers, "tf.config.threading.get_inter_op_parallelism_threads()",
        lambda: config.threading.get_inter_op_parallelism_threads())
    return answers


def imports(names):
    failed = {}
    for name in names:
        try:
            __import__(name)
        except BaseException as problem:
            failed[name] = f"{type(problem).__name__}: {problem}"
    settings = {}
    for name, ask_module in (("torch", torch_settings), ("tensorflow", tensorflow_settings)):
        if name in sys.modules and name not in failed:
            settings.update(ask_module(sys.modules[name]))
    with open("/proc/self/maps") as maps:
        return {"names": names, "failed": failed, "settings": settings, "maps": maps.read(),
                "floating_point": floating_point()}


def c_library():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        return None


flags = {name: getattr(sys.flags, name) for name in dir(sys.flags)
         if not name.startswith(("_", "n_")) and isinstance(getattr(sys.flags, name), int)}
uname = os.uname()
answers = {
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "compiler": platform.python_compiler(),
    "platform": f"{uname.sysname.lower()}-{uname.machine}",
    "abi": importlib.machinery.EXTENSION_SUFFIXES[0].strip(".").rsplit(".", 1)[0],
    "c_library": c_library(),
    "executable": sys.executable,
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "path": [entry for entry in sys.path if entry],
    "flags": {name: int(value) for name, value in flags.items()},
    "floating_point": floating_point(),
}
if sys.argv[1:]:
    answers["imports"] = imports(sys.argv[1:])
print("\n" + json.dumps(answers))
