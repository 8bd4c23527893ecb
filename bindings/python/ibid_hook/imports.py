"""Attaches to libraries when the program imports them; one that it does not import costs nothing."""

import importlib
import importlib.util
import sys

from . import events, operations

# A library and the modules here that know it; those that hold it still do nothing unless they are asked to.
_WATCHERS = {
    "argparse": "parameters",
    "click": "parameters",
    "absl.flags": "parameters",
    "hydra": "",
    "hydra._internal.callbacks": "parameters",
    "json": "configurations",
    "yaml": "configurations",
    "tomllib": "configurations",
    "tomli": "configurations",
    "concurrent.futures": "completion_order",
    "multiprocessing.pool": "completion_order",
    "random": "seeds enforce_seeds",
    "numpy": "seeds enforce_seeds",
    "tensorflow": "enforce_tensorflow metrics tensorflow_steps tensorflow_operations",
    **dict.fromkeys(("keras", "tf_keras"), "keras_steps tensorflow_steps tensorflow_operations"),
    **dict.fromkeys(("jax", "optax"), "jax_steps"),
    "xgboost": "boosting_steps",
    "lightgbm": "boosting_steps",
    "sklearn": "",
    "sklearn.base": "sklearn_steps",
    "sklearn.utils.validation": "sklearn_operations",
    "torch": "torch_steps enforce_torch vary_torch torch_operations",
    "mlflow": "metrics",
    "torch.utils.tensorboard": "metrics",
    "tensorboardX": "metrics",
    "pytorch_lightning": "",
    "pytorch_lightning.core.module": "metrics",
    "lightning": "",
    "lightning.pytorch.core.module": "metrics",
    "transformers": "",
    "transformers.trainer": "metrics",
    "wandb": "metrics",
    "wandb.sdk.wandb_run": "metrics",
}

if operations.are_watched():
    for _name in ("glob", "os", "secrets", "tempfile", "time", "uuid", "random", "numpy", "tensorflow"):
        _WATCHERS[_name] = _WATCHERS.get(_name, "") + " outside_values"


def watch():
    """See imports from now on."""
    sys.meta_path.insert(0, _Finder())
    for name in _WATCHERS:
        if name in sys.modules:
            _attach(sys.modules[name])


class _Finder:
    def __init__(self):
        self._busy = set()

    def find_spec(self, name, path=None, target=None):
        """The spec that the other finders know, which attaches once the module has run."""
        if name not in _WATCHERS or name in self._busy:
            return None
        self._busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._busy.discard(name)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            _attach_after(spec.loader)
        return spec


def _attach_after(loader):
    run = loader.exec_module

    def exec_module(module):
        loader.__dict__.pop("exec_module", None)
        run(module)
        _attach(module)

    try:
        loader.exec_module = exec_module
    except AttributeError:  # a loader shared by all modules, such as that of built-in ones
        events.note("an import could not be watched: its loader takes no attributes")


@events.safely
def _attach(module):
    for name in _WATCHERS[module.__name__].split():
        importlib.import_module(f"{__package__}.{name}").attach(module)
    # What is Python's own has Python's version.
    is_own = module.__name__ in getattr(sys, "stdlib_module_names", ())
    if "." not in module.__name__ and not is_own and hasattr(module, "__version__"):
        events.write(event="library", name=module.__name__, version=str(module.__version__))
