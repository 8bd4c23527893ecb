"""XGBoost and LightGBM held still: parameters that the program leaves unset."""

from . import enforce

# A parameter's names; the first is the one that is set.
_SEEDS = {
    "xgboost": ("seed", "random_state"),
    "lightgbm": ("seed", "random_seed", "random_state"),
}
_THREADS = {
    "xgboost": ("nthread", "n_jobs"),
    "lightgbm": ("num_threads", "num_thread", "nthread", "nthreads", "n_jobs"),
}
_LAYOUTS = ("force_row_wise", "force_col_wise")


def complete(library, params):
    """`params` as they are, or a copy with what is to be held still."""
    if enforce.SEED is None and not enforce.ENTROPY and not enforce.DETERMINISTIC:
        return params
    params = dict(params) if params else {}
    own = _value(params, _SEEDS[library])
    seed = enforce.parameter_seed(own)
    if seed is not None:
        _set(library, params, _SEEDS[library], seed)
    if enforce.DETERMINISTIC:
        # Even where the program names a number: LightGBM's estimators do so by themselves.
        _set(library, params, _THREADS[library], enforce.THREADS)
        if library == "lightgbm":
            _hold_lightgbm(params)
    return params


def _hold_lightgbm(params):
    if params.get("deterministic", True) is True:
        _set("lightgbm", params, ("deterministic",), True)
    else:
        enforce.not_enforced("lightgbm", "deterministic", f"the program itself sets it to {params['deterministic']}")
    if not any(params.get(name) for name in _LAYOUTS):
        # Without one it measures which is faster, and they add in different orders.
        _set("lightgbm", params, _LAYOUTS[:1], True)


def _value(params, names):
    return next((params[name] for name in names if params.get(name) is not None), None)


def _set(library, params, names, value):
    own = _value(params, names)
    for name in names:
        params.pop(name, None)
    params[names[0]] = value
    more = {} if own is None else {"instead_of": str(own)}
    enforce.enforced(library, names[0], value, **more)
