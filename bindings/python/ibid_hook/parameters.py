"""Parameters: what a program's own parser of the command line, or its configuration, made of it."""

import re

from . import events, watching

_SECRETS = {"password", "passwd", "passphrase", "pwd", "secret", "credential", "credentials", "token", "apikey"}
_SECRET_KEYS = {"api", "access", "private", "secret", "auth"}
_WORDS_OF_TEXT = {"pad", "eos", "bos", "unk", "sep", "cls", "mask", "max", "min", "num", "n", "per", "image", "start", "end"}
_MOST = 1000  # of one file or call: more are data


def attach(module):
    """Watch the parser of `module`: argparse, click, absl.flags or hydra._internal.callbacks."""
    _WATCHERS[module.__name__](module)


def record(source, name, value, **more):
    """Write one parameter; `more` says where it comes from. What is named like a secret has no value."""
    if _is_secret(str(name)):
        value = "not recorded: it is named like a secret"
    plain = value if isinstance(value, (bool, int, float, str, type(None))) else repr(value)
    events.write(event="parameter", source=source, name=str(name), value=plain, **more)


def _is_secret(name):
    words = [word for word in re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()) if word]
    last = words[-1] if words else ""
    before = words[-2] if len(words) > 1 else ""
    if last == "token":
        return before not in _WORDS_OF_TEXT  # those of models that read text
    return last in _SECRETS or (last == "key" and before in _SECRET_KEYS)


def record_all(source, values, **more):
    """Write what a dictionary holds, by the path in it: `optimiser.rate`, `layers.0`."""
    items = list(_flat("", values))
    for name, value in items[:_MOST]:
        record(source, name, value, **more)
    if len(items) > _MOST:
        where = more.get("file", source)
        events.note(f"of the {len(items)} values of {where} only the first {_MOST} were recorded as parameters")


def _flat(path, value):
    if isinstance(value, dict) and value:
        for key in value:
            yield from _flat(f"{path}.{key}" if path else str(key), value[key])
    elif isinstance(value, (list, tuple)) and any(isinstance(item, (dict, list, tuple)) for item in value):
        for index, item in enumerate(value):
            yield from _flat(f"{path}.{index}" if path else str(index), item)
    else:
        yield path, value


def _watch_argparse(argparse):
    def after(result, parser, *arguments, **keywords):
        for name, value in vars(result[0]).items():
            record("argparse", name, value)

    watching.watch(argparse.ArgumentParser, "parse_known_args", after=after)


def _watch_click(click):
    def before(command, context):
        for name, value in context.params.items():
            hidden = any(option.name == name and getattr(option, "hide_input", False) for option in command.params)
            record("click", name, "not recorded: it is typed unseen" if hidden else value, command=context.command_path)

    watching.watch(click.Command, "invoke", before=before)


def _watch_absl(flags):
    def after(result, values, *arguments, **keywords):
        for module, defined in values.flags_by_module_dict().items():
            for flag in defined if not module.startswith("absl.") else ():
                record("absl", flag.name, flag.value)

    watching.watch(flags.FlagValues, "__call__", after=after)


def _watch_hydra(callbacks):
    """Where Hydra starts a job it tells its callbacks, with the configuration composed of all files and overrides."""

    def before(self, config, *arguments, **keywords):
        from omegaconf import OmegaConf  # Hydra has it

        own = OmegaConf.masked_copy(config, [key for key in config if key != "hydra"])
        try:
            values = OmegaConf.to_container(own, resolve=True)
        except Exception as problem:  # a value that Hydra's own part of the configuration has, or a missing one
            events.note(f"hydra: values that refer to others were recorded as they are written: {problem}")
            values = OmegaConf.to_container(own, resolve=False)
        record_all("hydra", values)

    watching.watch(callbacks.Callbacks, "on_job_start", before=before)


_WATCHERS = {
    "argparse": _watch_argparse,
    "click": _watch_click,
    "absl.flags": _watch_absl,
    "hydra._internal.callbacks": _watch_hydra,
}
