"""Parameters: what a program's own parser of the command line made of it."""

import functools

from . import events


def attach(argparse):
    """Watch parse_args and parse_known_args."""
    parse = argparse.ArgumentParser.parse_known_args

    @functools.wraps(parse)
    def parse_known_args(parser, *arguments, **keywords):
        result = parse(parser, *arguments, **keywords)
        _record(result[0])
        return result

    argparse.ArgumentParser.parse_known_args = parse_known_args


@events.safely
def _record(namespace):
    for name, value in vars(namespace).items():
        plain = value if isinstance(value, (bool, int, float, str, type(None))) else repr(value)
        events.write(event="parameter", source="argparse", name=name, value=plain)
