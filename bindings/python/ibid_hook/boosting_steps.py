"""XGBoost and LightGBM: a digest of what each round of boosting has added, and the metrics they evaluate."""

import functools

from . import boosting_nodes, callbacks, digests, enforce_boosting, metrics, operations, steps


def attach(module):
    """Watch `train` of xgboost or lightgbm, wherever its modules keep it."""
    callback = _xgboost_callback(module) if module.__name__ == "xgboost" else _lightgbm_callback(module)
    watched = _watched(module.train, module.__name__, callback)
    original = module.train
    for owner in (module, module.training if module.__name__ == "xgboost" else module.engine, module.sklearn):
        if getattr(owner, "train", None) is original:
            owner.train = watched
    if operations.are_watched():
        _watch_data(module.DMatrix if module.__name__ == "xgboost" else module.Dataset, module.__name__)


def _watch_data(kind, library):
    construct = kind.__init__

    @functools.wraps(construct)
    def __init__(self, *arguments, **keywords):
        construct(self, *arguments, **keywords)
        given = arguments[0] if arguments else keywords.get("data")
        boosting_nodes.record_data(f"{library}.{kind.__name__}", self, given)

    kind.__init__ = __init__


def _watched(train, library, callback):
    @functools.wraps(train)
    def call(*arguments, **keywords):
        # In front, since a callback that stops the training keeps those after it from being called.
        arguments, keywords = callbacks.add(train, arguments, keywords, callback())
        if arguments:
            arguments = (enforce_boosting.complete(library, arguments[0]), *arguments[1:])
        elif "params" in keywords:
            keywords = {**keywords, "params": enforce_boosting.complete(library, keywords["params"])}
        boosting_nodes.record_call(library, train, arguments, keywords)
        return train(*arguments, **keywords)

    return call


def _xgboost_callback(xgboost):
    class Rounds(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            for data in evals_log:
                for name, values in evals_log[data].items():
                    metrics.record(f"{data}.{name}", values[-1], epoch, "xgboost")
            boosting_nodes.record_xgboost(model, epoch)
            _after_round("xgboost", lambda: _xgboost_bytes(model))
            return False

    return Rounds


def _xgboost_bytes(model):
    # The trees of this round only: the whole model would cost more with every round.
    n = model.num_boosted_rounds()
    try:
        model = model[n - 1 : n]
    except Exception:
        pass  # a linear booster has no rounds to take apart
    return bytes(model.save_raw("ubj"))


def _lightgbm_callback(lightgbm):
    def create():
        def after_iteration(env):
            for data, name, value, *_ in env.evaluation_result_list or []:
                metrics.record(f"{data}.{name}", value, env.iteration, "lightgbm")
            if isinstance(env.model, lightgbm.Booster):
                boosting_nodes.record_lightgbm(env.model, env.iteration)
                _after_round("lightgbm", lambda: _lightgbm_bytes(env.model))

        after_iteration.order = -1
        return after_iteration

    return create


def _lightgbm_bytes(model):
    text = model.model_to_string(num_iteration=1, start_iteration=model.current_iteration() - 1)
    # What follows are the parameters, the number of threads among them, which is no result.
    return text.partition("\nparameters:")[0].encode("utf-8")


def _after_round(library, content):
    if steps.are_watched():
        steps.after(library, lambda: {"round": digests.of_bytes("u8", content())})
