"""JAX: its seeds and switches, and a digest after each update of parameters that Optax applies outside a compiled function.

A compiled training step runs no Python: what happens inside is not seen, and nothing here asks for its values.
"""

import atexit
import os
import sys

from . import array_digests, events, seeds, steps, watching

_SWITCHES = (
    "jax_enable_x64 jax_default_matmul_precision jax_default_prng_impl jax_threefry_partitionable jax_disable_jit "
    "jax_numpy_dtype_promotion jax_platforms jax_debug_nans"
).split()


@events.safely
def attach(module):
    """Watch the seeds of jax and its switches at the end, or the updates of optax."""
    if module.__name__ == "optax":
        if steps.are_watched():
            watching.watch(module, "apply_updates", after=_updated)
        return
    for name in ("key", "PRNGKey"):
        seeds.watch(module.random, name, library="jax", call=f"jax.random.{name}")
    # JAX puts its devices away when Python ends: this comes before, as what is registered later does.
    atexit.register(_record_switches, module)


@events.safely
def _record_switches(jax):
    for name in _SWITCHES:
        if hasattr(jax.config, name):  # versions have other ones
            value = getattr(jax.config, name)
            _switch(f"jax.config.{name}", value if isinstance(value, (bool, int, float, type(None))) else str(value))
    _switch("XLA_FLAGS", os.environ.get("XLA_FLAGS"))
    if _has_backend():  # asking for devices would start one
        _switch("jax.devices()", [str(device) for device in jax.devices()])


def _has_backend():
    bridge = sys.modules.get("jax._src.xla_bridge")
    return bool(getattr(bridge, "_backends", None))


def _switch(name, value):
    events.write(event="switch", library="jax", name=name, value=value)


def _updated(result, params, updates, *_):
    jax = sys.modules["jax"]
    leaves = jax.tree_util.tree_leaves((params, updates, result))
    if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
        events.note("jax: Optax's updates inside compiled functions have no values to see: their steps have no digests")
        return
    steps.after("jax", lambda: _collect(jax, updates, result))


def _collect(jax, updates, parameters):
    tensors = {}
    for kind, tree in (("updates", updates), ("parameters", parameters)):
        for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
            name = jax.tree_util.keystr(path).replace(".", "_")
            tensors[f"{kind}.{name}"] = array_digests.of_array(sys.modules["numpy"].asarray(leaf))
    return tensors
