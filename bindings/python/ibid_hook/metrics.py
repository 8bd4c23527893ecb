"""Metrics that a program gives to a tracker."""

import numbers

from . import events, parameters, watching


def attach(module):
    """Watch the calls by which `module` takes metrics."""
    _WATCHERS[module.__name__](module)


def record(name, value, step, source):
    """Write one metric; `value` may be a tensor or an array of one element."""
    _record(name, value, step, source)


@events.safely
def _record(name, value, step, source):
    value = value.item() if hasattr(value, "item") else value
    events.write(event="metric", name=str(name), value=float(value), step=-1 if step is None else int(step), source=source)


def _record_numbers(values, step, source, prefix=""):
    """What a dictionary holds of numbers; pictures and texts are no metrics."""
    for name, value in values.items():
        if isinstance(value, dict):
            _record_numbers(value, step, source, f"{prefix}{name}.")
        elif isinstance(value, numbers.Real) or (hasattr(value, "item") and getattr(value, "shape", None) in ((), (1,))):
            record(f"{prefix}{name}", value, step, source)


def _watch_mlflow(mlflow):
    """Functions of the module call the client's methods, which programs and autologging also call themselves."""

    def one(key, value, step=None, *arguments, **keywords):
        record(key, value, step, "mlflow")

    def several(metrics, step=None, *arguments, **keywords):
        _record_numbers(metrics, step, "mlflow")

    def of_client(self, run_id, key, value, timestamp=None, step=None, *arguments, **keywords):
        record(key, value, step, "mlflow")

    def batch(self, run_id, metrics=(), params=(), *arguments, **keywords):
        for metric in metrics:
            record(metric.key, metric.value, metric.step, "mlflow")
        for parameter in params:
            parameters.record("mlflow", parameter.key, parameter.value)

    def log_param(key, value, *arguments, **keywords):
        parameters.record("mlflow", key, value)

    def log_params(params, *arguments, **keywords):
        parameters.record_all("mlflow", params)

    calls = {"log_metric": one, "log_metrics": several, "log_param": log_param, "log_params": log_params}
    for name, see in calls.items():
        watching.watch_outermost(mlflow, name, see, "mlflow")
    client = getattr(mlflow, "MlflowClient", None) or mlflow.tracking.MlflowClient
    watching.watch_outermost(client, "log_metric", of_client, "mlflow")
    watching.watch_outermost(client, "log_batch", batch, "mlflow")


def _watch_writer(module):
    source = module.__name__

    def scalar(self, tag, scalar_value, global_step=None, *arguments, **keywords):
        record(tag, scalar_value, global_step, source)

    def scalars(self, main_tag, tag_scalar_dict, global_step=None, *arguments, **keywords):
        for tag, value in tag_scalar_dict.items():
            record(f"{main_tag}/{tag}", value, global_step, source)

    def chosen(self, hparam_dict, *arguments, **keywords):
        parameters.record_all(source, hparam_dict)  # its metrics reach add_scalar

    watching.watch(module.SummaryWriter, "add_scalar", before=scalar)
    watching.watch(module.SummaryWriter, "add_scalars", before=scalars)
    watching.watch(module.SummaryWriter, "add_hparams", before=chosen)


def _watch_tensorflow(tensorflow):
    summary = tensorflow.summary

    def scalar(name, data, step=None, *arguments, **keywords):
        step = summary.experimental.get_step() if step is None else step
        if hasattr(data, "numpy") or not hasattr(data, "graph"):
            record(name, data.numpy() if hasattr(data, "numpy") else data, None if step is None else int(step), "tf.summary")
        else:
            events.note(f"the metric {name} has no value before the graph runs: it was not recorded")

    watching.watch(summary, "scalar", before=scalar)


def _watch_lightning(module):
    def log(self, name, value, *arguments, **keywords):
        if hasattr(value, "compute"):  # computing it would change what it has gathered
            events.note(f"the metric {name} is an object of torchmetrics: it was not recorded")
        else:
            _record_numbers(value if isinstance(value, dict) else {name: value}, self.global_step, "lightning")

    watching.watch(module.LightningModule, "log", before=log)


def _watch_transformers(module):
    def log(self, logs, *arguments, **keywords):
        _record_numbers(logs, self.state.global_step, "transformers")

    watching.watch(module.Trainer, "log", before=log)


def _watch_wandb(module):
    def log(self, data, step=None, *arguments, **keywords):
        _record_numbers(data, self.step if step is None else step, "wandb")

    watching.watch(module.Run, "log", before=log)


def _watch_wandb_parameters(wandb):
    def started(run, *arguments, **keywords):
        parameters.record_all("wandb", dict(run.config))

    watching.watch(wandb, "init", after=started)


_WATCHERS = {
    "mlflow": _watch_mlflow,
    "torch.utils.tensorboard": _watch_writer,
    "tensorboardX": _watch_writer,
    "tensorflow": _watch_tensorflow,
    "pytorch_lightning.core.module": _watch_lightning,
    "lightning.pytorch.core.module": _watch_lightning,
    "transformers.trainer": _watch_transformers,
    "wandb": _watch_wandb_parameters,
    "wandb.sdk.wandb_run": _watch_wandb,
}
