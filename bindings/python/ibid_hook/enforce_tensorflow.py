"""TensorFlow held still: its seed, deterministic operations, one number of threads."""

from . import enforce, events, seeds


@events.safely
def attach(tensorflow):
    """Watch the seed of `tensorflow`, set it, and where asked for turn on deterministic operations."""
    for module in modules_of_seeds(tensorflow):
        seeds.watch(module, "set_seed", library="tensorflow", call="tf.random.set_seed")
    if enforce.SEED is not None:
        set_seed = enforce.original(tensorflow.random.set_seed)
        enforce.hold("tensorflow", "tf.random.set_seed", enforce.SEED, lambda: set_seed(enforce.SEED))
    if not enforce.DETERMINISTIC:
        return
    config = tensorflow.config
    enforce.hold("tensorflow", "tf.config.experimental.enable_op_determinism", True,
                 config.experimental.enable_op_determinism)
    threading, n = config.threading, enforce.THREADS
    for name in ("intra_op_parallelism_threads", "inter_op_parallelism_threads"):
        change, ask = getattr(threading, f"set_{name}"), getattr(threading, f"get_{name}")
        enforce.hold("tensorflow", f"tf.config.threading.{name}", n, lambda change=change: change(n), ask)


def modules_of_seeds(tensorflow):
    """The modules by whose names programs call `set_seed`."""
    # Keras 2 calls the same function by another name.
    other = getattr(getattr(getattr(tensorflow, "compat", None), "v2", None), "random", None)
    return [tensorflow.random] if other in (None, tensorflow.random) else [tensorflow.random, other]
