"""The controls of a framework: what each asks for, what systems can show of it, what contradicts its exclusion.

Invariants of a catalogue that `load` or `parse` returned: its file fits `schemas/catalogue.schema.json`; no id occurs
twice; every id begins with its theme's prefix; every population that a control names exists; controls and clauses
stand in natural order (A.5.9 before A.5.10).
"""

import difflib
import json
import re
from collections import Counter
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import yaml

from annexa.evidence.errors import ConfigError, UsageError
from annexa.mappings.rule import Condition

if TYPE_CHECKING:
    from jsonschema import ValidationError


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a catalogue's parts."""


class Theme(Part, frozen=True, kw_only=True):
    """A group of controls."""

    id: str
    prefix: str
    """What the ids of the group begin with: `A.5.`."""
    title: str


class Population(Part, frozen=True, kw_only=True):
    """Records of which a single one makes the exclusion of a control untrue."""

    id: str
    kind: str
    """The kind of record."""
    where: Condition = {}
    """Which records of that kind; empty: all."""
    says: str
    """What one such record says, in a few words."""


class Control(Part, frozen=True, kw_only=True):
    """One control of Annex A, or one clause of the management system."""

    id: str
    """`A.8.15` or `c6.1.2`."""
    title: str
    """The short title; everything else is our own wording."""
    theme: str
    relevance: Literal["high", "medium", "low", "none"]
    """How much the use of generative AI changes what it has to answer."""
    systems_can_show: Literal["mostly", "partly", "no"]
    """How much of it an admin API can carry."""
    freshness: int | Literal["event"]
    """How old evidence may be in days, or one piece for each event; a default of ours."""
    operating: bool = False
    """It is about doing something regularly, so that a setting alone shows too little."""
    description: str
    auditor_samples: tuple[str, ...]
    api_part: str
    document_part: str
    typical_nonconformity: str
    contradicted_by: tuple[str, ...] = ()
    """Ids of populations; empty: no record can contradict an exclusion."""


class Catalogue(Part, frozen=True, kw_only=True, dict=True):
    """A framework's controls, written once; several frameworks are several catalogues."""

    framework: str
    version: str
    themes: tuple[Theme, ...]
    populations: tuple[Population, ...]
    controls: tuple[Control, ...]
    """The controls of Annex A, in natural order."""
    clauses: tuple[Control, ...]
    """The clauses of the management system that rules can speak about, in natural order."""

    def control(self, ref: str) -> Control:
        """Find a control or clause by `A.8.15`, `8.15` or `c6.1.2`; a bare number means Annex A before a clause."""
        number = ref.strip().lower()
        for known in (number, f"a.{number}", f"c{number}"):
            if known in self._by_id:
                return self._by_id[known]
        raise UsageError(f"there is no control {ref!r} in {self.framework} {self.version}", hint=self._advice(number))

    def population(self, name: str) -> Population:
        """Find a population by its id."""
        populations = {population.id: population for population in self.populations}
        if name in populations:
            return populations[name]
        raise UsageError(f"there is no population {name!r}", hint=f"use one of: {', '.join(populations)}")

    @cached_property
    def _by_id(self) -> dict[str, Control]:
        return {control.id.lower(): control for control in (*self.controls, *self.clauses)}

    def _advice(self, number: str) -> str:
        """The ids that look like what was asked for, or whose title contains it."""
        spelt = number if number.startswith(("a.", "c")) else f"a.{number}"
        close = [key for key, control in self._by_id.items() if len(number) > 2 and number in control.title.lower()]
        close = close or difflib.get_close_matches(spelt, self._by_id, n=3, cutoff=0.7)
        named = "; ".join(f"{self._by_id[key].id} {self._by_id[key].title}" for key in close[:3])
        listing = "`annexa controls` lists all"
        return f"did you mean {named}? {listing}" if named else f"write it like A.8.15 or c6.1.2; {listing}"


@cache
def load() -> Catalogue:
    """Read the shipped catalogue, once in a process."""
    file = files("annexa.mappings").joinpath("iso27001_2022.yaml")
    return parse(file.read_text("utf-8"), origin=file.name)


def parse(text: str, *, origin: str) -> Catalogue:
    """Read a catalogue; a `ConfigError` names `origin`, line, control and field of the first mistake."""
    reader = _Reader(text, origin)
    catalogue = reader.read()
    _check_ids(catalogue, reader)
    _check_populations(catalogue, reader)
    return msgspec.structs.replace(catalogue, controls=_sorted(catalogue.controls), clauses=_sorted(catalogue.clauses))


def sort_key(ref: str) -> tuple[str, tuple[int, ...]]:
    """Order ids naturally: A.5.9 before A.5.10, Annex A before the clauses."""
    return re.sub(r"[\d.]", "", ref).lower(), tuple(int(number) for number in re.findall(r"\d+", ref))


def _sorted(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    return tuple(sorted(controls, key=lambda control: sort_key(control.id)))


class _Reader:
    """One catalogue file: its value, and the nodes that know the line of everything in it."""

    def __init__(self, text: str, origin: str) -> None:
        self.origin = origin
        try:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
            self.node: Any = loader.get_single_node()
            self.document: Any = loader.construct_document(self.node) if self.node else None
        except yaml.YAMLError as error:
            mark, message = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "is not YAML"
            line = mark.line + 1 if mark else None
            raise ConfigError(message, hint="correct the YAML there", file=origin, line=line) from error

    def read(self) -> Catalogue:
        """The catalogue, if it fits the schema."""
        # Imported here: jsonschema takes longer to load than the catalogue, and `--help` needs neither.
        import jsonschema

        schema = json.loads(files("annexa.schemas").joinpath("catalogue.schema.json").read_text("utf-8"))
        worst = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(self.document))
        if worst is not None:
            raise self._misfit(worst)
        self._refuse_repeated_keys()
        return msgspec.convert(self.document, Catalogue)

    def mistake(self, path: list[str | int], message: str, *, hint: str, expected: str | None = None) -> ConfigError:
        """An error about the value at `path`, with the line and the control it stands in."""
        node = self._nodes(path)[-1]
        line, owner = node.start_mark.line + 1 if node else None, self._owner(path)
        field = ".".join(str(step) for step in (path[2:] if owner else path))
        place = ": ".join(part for part in (owner, field) if part)
        return ConfigError(message, hint=hint, expected=expected, file=self.origin, line=line, field=place)

    def _misfit(self, error: "ValidationError") -> ConfigError:
        """The first thing that does not fit the schema; the traps of YAML get their own advice."""
        path, schema = list(error.absolute_path), error.schema if isinstance(error.schema, dict) else {}
        node = self._nodes(path)[-1]
        written = node.value if isinstance(node, yaml.ScalarNode) and not isinstance(error.instance, str) else ""
        choices = schema.get("enum", [])
        expected = "one of " + ", ".join(map(str, choices)) if choices else schema.get("description")
        hint = "correct it there"
        if written and path[0] in ("controls", "clauses") and path[2:] == ["id"]:
            whole = f"{'c' if path[0] == 'clauses' else 'A.'}{written}"
            hint = f"write {whole}: YAML reads a bare {written} as the number {error.instance}"
        elif written and (schema.get("type") == "string" or written in choices):
            hint = f"put it in quotes, '{written}': YAML reads a bare {written} as {error.instance}"
        return self.mistake(path, _brief(error), hint=hint, expected=expected)

    def _nodes(self, path: list[str | int]) -> list[Any]:
        """The nodes from the root down to `path`; the last is the nearest that exists."""
        nodes = [self.node]
        for step in path:
            node = nodes[-1]
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                nodes.append(node.value[step])
            elif isinstance(node, yaml.MappingNode):
                nodes.append(next((value for key, value in reversed(node.value) if key.value == step), node))
        return nodes

    def _owner(self, path: list[str | int]) -> str | None:
        """The id, as written, of the control, theme or population in which `path` lies."""
        item = [*self._nodes(path), None, None][2]
        keys = item.value if isinstance(item, yaml.MappingNode) else []
        return next((str(value.value) for key, value in keys if key.value == "id"), None)

    def _refuse_repeated_keys(self) -> None:
        """YAML would silently take the last of two equal keys."""
        items = [([key.value, at], item) for key, part in self.node.value for at, item in enumerate(part.value)]
        for path, mapping in [([], self.node), *items]:
            keys = Counter(key.value for key, _ in mapping.value) if isinstance(mapping, yaml.MappingNode) else {}
            for key in (key for key, times in keys.items() if times > 1):
                raise self.mistake([*path, key], "is there twice", hint="delete one of the two")


def _brief(error: "ValidationError") -> str:
    """What is wrong, without repeating a long value."""
    shown = str(error.instance)
    return error.message if len(shown) <= 60 else error.message.replace(repr(error.instance), f"{shown[:40]!r}…")


def _items(catalogue: Catalogue) -> list[tuple[list[str | int], Control]]:
    parts: dict[str, tuple[Control, ...]] = {"controls": catalogue.controls, "clauses": catalogue.clauses}
    return [([part, number], control) for part, found in parts.items() for number, control in enumerate(found)]


def _check_ids(catalogue: Catalogue, reader: _Reader) -> None:
    """No id twice, and each under the theme that it names."""
    prefixes = {theme.id: theme.prefix for theme in catalogue.themes}
    seen: set[str] = set()
    for path, control in _items(catalogue):
        if not control.id.startswith(prefixes.get(control.theme, "\0")):
            hint = "use " + ", ".join(f"{theme} for {prefix}…" for theme, prefix in prefixes.items())
            raise reader.mistake([*path, "theme"], f"{control.theme!r} does not fit the id {control.id}", hint=hint)
        if control.id in seen:
            raise reader.mistake([*path, "id"], "is there twice", hint="each control is written once")
        seen.add(control.id)


def _check_populations(catalogue: Catalogue, reader: _Reader) -> None:
    """No population twice, and every one that a control names is in the table."""
    known = Counter(population.id for population in catalogue.populations)
    for number, population in enumerate(catalogue.populations):
        if known[population.id] > 1:
            raise reader.mistake(["populations", number, "id"], "is there twice", hint="rename one of the two")
    for path, control in _items(catalogue):
        for name in (name for name in control.contradicted_by if name not in known):
            hint = f"use one of: {', '.join(known)}"
            raise reader.mistake([*path, "contradicted_by"], f"{name!r} is no population", hint=hint)
