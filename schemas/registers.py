"""What each register is: its rows, what they need, and what is checked about them beyond their form.

The declarations stand in `registers.yaml`; everything else (JSON Schemas, templates, checks) is made from them.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One register; the head of `registers.yaml` explains the fields."""

    kind: str
    title: str
    row: str
    written: bool = False
    id: str | None = None
    key: tuple[str, ...] = ("id",)
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Fields of the kind that no row has."""
    past: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    refers: dict[str, str] = {}
    files: dict[str, str] = {}
    once: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = {}
    says: dict[str, str] = {}
    example: dict[str, Any]

    @property
    def required(self) -> tuple[str, ...]:
        """Every field that a row needs."""
        return tuple(dict.fromkeys((*(("id",) if self.key == ("id",) else ()), *self.needs)))


@cache
def registers() -> Mapping[str, Register]:
    """Every register by its name, in the order of the file."""
    text = (files("annexa.schemas") / "registers.yaml").read_text("utf-8")
    # libyaml's loader is the safe one, only faster.
    content = yaml.load(text, Loader=LOADER)  # noqa: S506
    return msgspec.convert(content["registers"], dict[str, Register])
