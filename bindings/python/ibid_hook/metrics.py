"""Metrics that a program gives to a tracker."""

import functools

from . import events


def attach(module):
    """Watch the calls by which `module` takes metrics."""
    if module.__name__ == "mlflow":
        _watch_mlflow(module)
    else:
        _watch_writer(module.SummaryWriter, module.__name__)


def record(name, value, step, source):
    """Write one metric; `value` may be a tensor or an array of one element."""
    _record(name, value, step, source)


@events.safely
def _record(name, value, step, source):
    value = value.item() if hasattr(value, "item") else value
    events.write(event="metric", name=str(name), value=float(value), step=-1 if step is None else int(step), source=source)


def _watch_mlflow(mlflow):
    log_metric, log_metrics = mlflow.log_metric, mlflow.log_metrics

    @functools.wraps(log_metric)
    def watched_metric(key, value, step=None, *arguments, **keywords):
        record(key, value, step, "mlflow")
        return log_metric(key, value, step, *arguments, **keywords)

    @functools.wraps(log_metrics)
    def watched_metrics(metrics, step=None, *arguments, **keywords):
        for key, value in metrics.items():
            record(key, value, step, "mlflow")
        return log_metrics(metrics, step, *arguments, **keywords)

    mlflow.log_metric, mlflow.log_metrics = watched_metric, watched_metrics


def _watch_writer(writer, source):
    add_scalar = writer.add_scalar

    @functools.wraps(add_scalar)
    def watched(self, tag, scalar_value, global_step=None, *arguments, **keywords):
        record(tag, scalar_value, global_step, source)
        return add_scalar(self, tag, scalar_value, global_step, *arguments, **keywords)

    writer.add_scalar = watched
