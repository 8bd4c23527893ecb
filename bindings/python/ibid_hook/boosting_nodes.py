"""The nodes of the trees that a round of boosting has added, as operations: parents before their children.

What a node splits on follows from its histogram of gradients, which libraries do not show; its gain and the sum of its
second derivatives are computed from the histogram and tell whether two runs had the same one.
"""

import inspect
import json
import sys
import weakref

from . import array_digests, events, operations


@events.safely
def record_xgboost(model, number):
    """The trees of the last round of a Booster."""
    if not operations.is_open():
        return
    n = model.num_boosted_rounds()
    for tree, text in enumerate(model[n - 1 : n].get_dump(dump_format="json", with_stats=True)):
        _record(json.loads(text), f"round {number}, tree {tree}", _XGBOOST)


@events.safely
def record_lightgbm(model, number):
    """The trees of the last round of a Booster."""
    if not operations.is_open():
        return
    trees = model.dump_model(num_iteration=1, start_iteration=model.current_iteration() - 1)["tree_info"]
    for tree, content in enumerate(trees):
        _record(content["tree_structure"], f"round {number}, tree {tree}", _LIGHTGBM)


_features = weakref.WeakKeyDictionary()  # what each matrix was made of


@events.safely
def record_data(name, matrix, data):
    """A matrix is made of `data`; what is no array of numbers (a file, a sparse matrix, a table) is left out."""
    if not operations.is_before_end():
        return
    values = getattr(data, "values", data)
    if hasattr(values, "dtype") and hasattr(values, "ctypes"):
        try:
            digest = array_digests.of_array(values)
        except ValueError:
            return
        described = {"name": "data", "type": str(values.dtype), "shape": list(values.shape), "device": "cpu"}
        _features[matrix] = [{**described, "digest": digest}]
        operations.write(
            operations.begin(), op=name, inputs=_features[matrix], outputs=[], **operations.place()
        )


@events.safely
def record_call(library, train, arguments, keywords):
    """What `train` is called with."""
    if not operations.is_before_end():
        return
    given = inspect.signature(train).bind_partial(*arguments, **keywords).arguments
    data = given.get("dtrain", given.get("train_set"))
    inputs = [] if data is None else list(_features.get(data, []))
    known = {described["name"] for described in inputs}
    for name, values in _given(library, data):
        if name not in known and values is not None and len(values):
            inputs.append(_described(name, values))
    named = sorted((str(name), _text(value)) for name, value in dict(given.get("params") or {}).items())
    operations.write(
        operations.begin(), op=f"{library}.train", arguments=dict(named), inputs=inputs, outputs=[], **operations.place()
    )


def _given(library, data):
    if library == "xgboost":
        for name in ("label", "weight", "base_margin"):
            yield name, getattr(data, f"get_{name}", lambda: None)()
        return
    # LightGBM's functions give nothing before the data set is made, which `train` does: what it is made of is here.
    for name in ("data", "label", "weight", "init_score"):
        values = getattr(data, name, None)
        if isinstance(values, (list, tuple)) or hasattr(values, "__array__"):
            yield name, sys.modules["numpy"].asarray(values)


def _described(name, values):
    described = {"name": name, "type": str(values.dtype), "shape": list(values.shape), "device": "cpu"}
    try:
        described["digest"] = array_digests.of_array(values)
    except ValueError as problem:
        described["no_digest"] = str(problem)
    return described


def _text(value):
    """A parameter as text, without the address that a function's has."""
    return getattr(value, "__qualname__", type(value).__name__) if callable(value) else repr(value)


# For each library: the name of its nodes, members that hold the children, and members that describe a node.
_XGBOOST = (
    "xgboost: split of a node",
    ("children",),
    ("split", "split_condition", "missing", "gain", "cover", "leaf"),
)
_LIGHTGBM = (
    "lightgbm: split of a node",
    ("left_child", "right_child"),
    ("split_feature", "threshold", "split_gain", "internal_value", "internal_count", "leaf_value", "leaf_count",
     "leaf_const", "leaf_coeff", "leaf_features"),
)


def _record(root, where, library):
    kind, links, facts = library
    place = operations.place()
    waiting = [root]
    for index, node in enumerate(waiting):  # grows while it is walked
        values = [{"name": name, "value": repr(node[name])} for name in facts if name in node]
        operations.write(
            operations.begin(), op=kind, module=f"{where}, node {index}", inputs=[], outputs=values, **place
        )
        for link in links:
            child = node.get(link, [])
            waiting += child if isinstance(child, list) else [child]
