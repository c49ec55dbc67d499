"""A made-up REST vendor for tests of the engine: the example of its docstring, read and run as it stands there."""

import textwrap
from functools import cache
from typing import Any

import yaml

from annexa.sandbox import _rest
from annexa.sandbox._rest import Key, RestPlay, Route, header, world
from annexa.sandbox.play import DateName, ScenarioName

SECRET = "toy-key-of-the-sandbox"
DAY = world.Day(scenario="planted", date="first")


@cache
def example() -> tuple[dict[str, Any], str]:
    """File and module of the engine's docstring."""
    _, _, rest = str(_rest.__doc__).partition("# vendors/acme.yaml\n")
    data, _, program = rest.partition("# vendors/acme.py\n")
    return yaml.safe_load(textwrap.dedent(f"    {data.strip(' ')}")), textwrap.dedent(program)


def acme(scenario: ScenarioName, date: DateName, mended: tuple[int, ...] = ()) -> RestPlay:
    """The vendor of the docstring on one day; what it reads from a file is handed over."""
    data, program = example()
    names: dict[str, Any] = {name: getattr(_rest, name) for name in _rest.__all__}
    made = world.made_world("acme", data, world.Day(scenario=scenario, date=date, mended=mended))
    names["RestPlay"] = lambda *words, **how: RestPlay(*words, **how, world=made)
    exec(compile(program, "acme.py", "exec"), names)
    found: RestPlay = names["play"](scenario, date, mended)
    return found


def toy(
    *routes: Route, data: dict[str, Any] | None = None, key: Key | None = None, faults: Any = (), **how: Any
) -> RestPlay:
    """A vendor with these routes, data and planted faults, asked with a key in `x-api-key`."""
    made = world.made_world("toy", {"data": data or {}, "faults": list(faults)}, DAY)
    said = {"carried": header("x-api-key"), "error": lambda status, code, says: {"code": code, "says": says}, **how}
    keys = (key or Key(secret=SECRET, env="TOY_KEY"),)
    return RestPlay("toy", "planted", "first", routes=routes, keys=keys, world=made, **said)
