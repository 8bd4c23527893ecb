"""JAX: seeds with their place, switches, updates of Optax outside compiled functions; no number changes."""

import unittest

from libraries_test import LibraryTest, needs

TRAINING = """
import jax, jax.numpy as jnp

def loss(weights, x):
    return jnp.mean((x @ weights) ** 2)

@jax.jit
def step(weights, x):
    return weights - 0.1 * jax.grad(loss)(weights, x)

x = jax.random.normal(jax.random.key(3), (50, 4))
weights = jax.random.uniform(jax.random.PRNGKey(5), (4,))
for _ in range(4):
    weights = step(weights, x)
print(weights.tobytes().hex() if hasattr(weights, "tobytes") else weights.tolist())
"""

OPTAX = """
import jax, jax.numpy as jnp, optax
optimiser = optax.adam(0.1)
weights = {"a": jnp.ones((3, 2)), "b": [jnp.zeros(2, jnp.bfloat16)]}
state = optimiser.init(weights)
x = jnp.arange(12.0).reshape(4, 3)

def step(weights, state):
    gradients = jax.grad(lambda w: jnp.sum((x @ w["a"] + w["b"][0].astype("float32")) ** 2))(weights)
    updates, state = optimiser.update(gradients, state)
    return optax.apply_updates(weights, updates), state

TAKE
for _ in range(3):
    weights, state = take(weights, state)
print([leaf.tolist() for leaf in jax.tree_util.tree_leaves(weights)])
"""


@needs("jax", "jax[cpu] from PyPI")
class Jax(LibraryTest):
    def seen(self, text, name):
        """What was seen of a run that prints what one without the hook prints."""
        folder, watched = self.python(text, "--digest-every", "1", name=name)
        self.assertEqual(watched, self.python(text, "--no-hook", name=name + "-plain")[1])
        return folder, self.read(folder, "seen.json")

    def test_seeds_and_switches(self):
        _, seen = self.seen(TRAINING, "r")
        self.assertEqual(seen["notes"], [])
        seeds = [(seed["call"], seed["value"], seed["at"].rsplit("/", 1)[-1]) for seed in seen["seeds"] if seed["library"] == "jax"]
        self.assertEqual(seeds, [("jax.random.key", "3", "script.py:11"), ("jax.random.PRNGKey", "5", "script.py:12")])
        switches = {switch["name"]: switch["value"] for switch in seen["switches"]}
        self.assertIs(switches["jax.config.jax_enable_x64"], False)
        self.assertIn("jax.devices()", switches)
        self.assertIn("jax", [library["name"] for library in seen["libraries"]])

    @needs("optax", "optax from PyPI")
    def test_updates_of_optax(self):
        folder, seen = self.seen(OPTAX.replace("TAKE", "take = step"), "r")
        self.assertEqual(seen["notes"], [])
        steps = self.digests(folder)
        self.assertEqual([step["step"] for step in steps], [0, 1, 2])
        self.assertEqual(sorted(steps[0]["tensors"]), ["parameters.['a']", "parameters.['b'][0]", "updates.['a']", "updates.['b'][0]"])
        again, _ = self.python(OPTAX.replace("TAKE", "take = step"), "--digest-every", "1", name="again")
        self.assertEqual(self.digests(again), steps)

    @needs("optax", "optax from PyPI")
    def test_inside_a_compiled_function_they_are_not_seen_which_is_told(self):
        folder, seen = self.seen(OPTAX.replace("TAKE", "take = jax.jit(step)"), "r")
        self.assertFalse((folder / "digests.jsonl").exists())
        self.assertIn("no digests", seen["notes"][0]["text"])


if __name__ == "__main__":
    unittest.main()
