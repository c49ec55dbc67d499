"""From the configuration to connected sources: what can be asked, what cannot, and why."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annexa import collectors
from annexa.collectors import imports
from annexa.collectors._plan import Exclusion
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.registers import RegistersSource
from annexa.commands._config import Config, OrganisationTable, RuleOff, convert
from annexa.commands._place import Here
from annexa.evidence.call import Collector
from annexa.evidence.clock import Clock
from annexa.evidence.errors import ConfigError, UsageError
from annexa.evidence.manifest import RegisterInfo, SourceInfo
from annexa.mappings.pack import load_pack
from annexa.mappings.parameters import SWITCHED_OFF, Entry, load_parameters
from annexa.schemas.words import Environment

Pair = tuple[Source, tuple[Collector, ...]]
FILES = ("ca_file", "certificate", "key_file", "private_key_file")
"""Settings of sources that name a file: as every path of the configuration, relative to its folder."""
MOST_AT_ONCE = 16
"""So many sources are connected at the same time."""


@dataclass(frozen=True, kw_only=True)
class Connected:
    """Sources that can be asked, and those that cannot."""

    pairs: tuple[Pair, ...]
    cannot: tuple[SourceInfo, ...]
    cures: Mapping[str, str]
    """What to do about each that cannot."""

    def registers(self) -> tuple[RegisterInfo, ...]:
        """How the registers were found; known once they were read."""
        return tuple(info for source, _ in self.pairs if isinstance(source, RegistersSource) for info in source.infos())


@dataclass(frozen=True, kw_only=True)
class Lent:
    """What the command lends to every source."""

    clock: Clock
    run_id: str
    threads: int = 32
    pacing: bool = True
    sandbox: bool = False
    prepare: Callable[[str, Any], None] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


def connect(here: Here, lent: Lent, only: tuple[str, ...] = ()) -> Connected:
    """Connect every source of the configuration, or what the environment offers where there is none."""
    organisation = (here.config.organisation if here.config else unnamed()).id
    pool = ThreadPoolExecutor(lent.threads, "annexa-calls") if lent.threads > 1 else None
    circumstances = Circumstances(
        organisation=organisation, clock=lent.clock, run_id=lent.run_id, pool=pool, environment=lent.environment,
        pacing=lent.pacing, prepare=lent.prepare, sandbox=lent.sandbox, connections=lent.threads * 2,
    )  # fmt: skip
    tables = list(_tables(here, only, lent.environment))

    def attempt(table: dict[str, Any]) -> Pair | tuple[str, str]:
        try:
            return _one(table, circumstances, here)
        except CannotStartError as error:
            return error.says, error.cure
        except ImportError as error:
            return f"not installed: {error.name}", f"pip install 'annexa[{collectors.extra_of(table['vendor'])}]'"

    pairs, cannot, cures = list[Pair](), list[SourceInfo](), dict[str, str]()
    with ThreadPoolExecutor(min(lent.threads, MOST_AT_ONCE), "annexa-connects") as side_by_side:
        tried = list(side_by_side.map(attempt, tables))
    for table, found in zip(tables, tried, strict=True):
        match found:
            case (str() as says, str() as cure):
                cannot.append(_not_started(table, says, organisation))
                cures[str(table["name"])] = cure
            case pair:
                pairs.append(pair)
    return Connected(pairs=tuple(pairs), cannot=tuple(cannot), cures=cures)


def unnamed() -> OrganisationTable:
    """The organisation of a run without configuration."""
    return OrganisationTable(id="unnamed", name="(no annexa.toml: organisation not named)")


def exclusions(config: Config | None) -> tuple[Exclusion, ...]:
    """Scopes that the organisation leaves out."""
    return tuple(
        Exclusion(source=row.source, scope=row.scope, reason=row.reason, owner=row.owner, expires=row.expires)
        for row in (config.exclusions if config else ())
    )


def _tables(here: Here, only: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The sources' tables; without a configuration, those for which the environment offers credentials."""
    tables = [dict(table) for table in here.config.sources] if here.config else list(_offered(environment))
    tables += [registers := _registers(here), _imports(registers["folder"])]
    unknown = set(only) - {table["name"] for table in tables} - {table["vendor"] for table in tables}
    if unknown:
        names = ", ".join(str(table["name"]) for table in tables)
        raise UsageError(f"there is no source {sorted(unknown)[0]!r}", hint=f"the sources are: {names}")
    for table in tables:
        if not only or table["name"] in only or table["vendor"] in only or table["vendor"] == "registers":
            yield table


def _offered(environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A table for every vendor that the environment has credentials for, and AWS, which has many more places for them."""
    for vendor in collectors.names():
        variables: tuple[str, ...] = getattr(collectors.vendor(vendor), "CREDENTIALS", ())
        if vendor == "aws" or (variables and all(environment.get(name) for name in variables)):
            yield {"name": f"{vendor}:main", "vendor": vendor}


def _registers(here: Here) -> dict[str, Any]:
    config = here.config
    folder = here.path(config.registers) if config and config.registers else None
    if folder is not None and not folder.is_dir():
        raise ConfigError(
            f"{folder} is no folder", field="registers", file=here.file, hint="make it, or run `annexa init`"
        )
    return {
        "name": "registers:main", "vendor": "registers", "folder": folder and str(folder), "parameters": parameters(here),
    }  # fmt: skip


def _imports(registers: str | None) -> dict[str, Any]:
    """The exports that people imported, beside their registers."""
    folder = str(Path(registers) / imports.FOLDER) if registers else None
    return {"name": "imports:main", "vendor": "imports", "folder": folder}


def parameters(here: Here) -> tuple[dict[str, Any], ...]:
    """Every effective threshold, list and switch as a row: the organisation's where it set one, else ours."""
    entries, own = load_parameters().entries, dict(here.config.parameters) if here.config else {}
    for name, value in own.items():
        _check_parameter(name, value, entries, here.file)
    rows = [
        {"name": name, "value": own.get(name, entry.value), "default": entry.value,
         "set_by": "organisation" if name in own else "annexa"}
        for name, entry in sorted(entries.items()) if name in own or entry.value is not None
    ]  # fmt: skip
    rows += [
        {"name": f"{SWITCHED_OFF}{row.rule}", "value": False, "default": True, "set_by": "organisation",
         **({"because": row.because} if row.because else {})}
        for row in _switched_off(here)
    ]  # fmt: skip
    return tuple(rows)


def _check_parameter(name: str, value: Any, entries: Mapping[str, Entry], file: Path) -> None:
    listed = "`annexa controls --parameters` lists them all"
    if name not in entries:
        near = ", ".join(get_close_matches(name, entries, n=3))
        raise ConfigError(
            f"there is no parameter {name!r}", field="parameters", file=file, hint=f"did you mean: {near}" if near else listed
        )  # fmt: skip
    unit = entries[name].unit
    fits = isinstance(value, list) if unit == "list" else isinstance(value, int) and not isinstance(value, bool)
    if not fits or (isinstance(value, int) and value < 0):
        expected = "a list of texts" if unit == "list" else f"a whole number ({unit}), not negative"
        raise ConfigError(
            f"{value!r} does not fit", field=f"parameters.{name}", file=file, expected=expected, hint=listed
        )


def _switched_off(here: Here) -> tuple[RuleOff, ...]:
    """Rules that the organisation switches off; each must exist, or a misspelt one would look switched off."""
    off = here.config.rules_off if here.config else ()
    known = load_pack().rules if off else {}
    for index, row in enumerate(off):
        if row.rule not in known:
            near = ", ".join(get_close_matches(row.rule, known, n=3))
            raise ConfigError(
                f"there is no rule {row.rule!r}", field=f"rules_off[{index}].rule", file=here.file,
                hint=f"did you mean: {near}" if near else "`annexa controls` names the rules of each control",
            )  # fmt: skip
    return off


def _one(table: dict[str, Any], circumstances: Circumstances, here: Here) -> Pair:
    if table["vendor"] not in collectors.names():
        raise ConfigError(
            f"there is no vendor {table['vendor']!r}", field=str(table["name"]), file=here.file,
            hint="take one of: " + ", ".join(collectors.names()),
        )  # fmt: skip
    module = collectors.vendor(table["vendor"])
    located = {name: _located(value, here) if name in FILES else value for name, value in table.items()}
    settings = convert(located, module.Settings, here.file, str(table["name"]))
    source: Source = module.connect(settings, circumstances)
    return source, collectors.of(module)


def _located(value: Any, here: Here) -> Any:
    return str(here.path(value)) if isinstance(value, str) else value


def _not_started(table: dict[str, Any], why: str, organisation: str) -> SourceInfo:
    return SourceInfo(
        source=str(table["name"]), vendor=str(table["vendor"]), tenant=organisation, environment=Environment.VENDOR,
        started=False, why_not=why,
    )  # fmt: skip
