"""The rule pack: rules, needs, settings and parameters, read from a folder and checked as a whole.

Whatever is wrong in them is one clear error that names file, rule and field, before anything is judged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from annexa.evidence.errors import ConfigError, UsageError
from annexa.mappings.ai_services import Service
from annexa.mappings.pack_checks import Known, Report, check_needs, check_rule
from annexa.mappings.parameters import Parameters, load_parameters
from annexa.mappings.reading import close_to, convert, digest, read
from annexa.mappings.rule import ControlNeeds, Need, Rule
from annexa.mappings.service_list import FILE as SERVICES
from annexa.mappings.service_list import load_services
from annexa.mappings.service_list import shipped as shipped_services
from annexa.mappings.settings import Settings, load_settings

CATALOGUE = "iso27001_2022.yaml"


@dataclass(frozen=True, kw_only=True)
class RulePack:
    """Everything that says what facts mean."""

    rules: dict[str, Rule]
    """By id, sorted."""
    needs: dict[str, ControlNeeds]
    """By control."""
    settings: Settings
    parameters: Parameters
    """Our defaults, without those of a run."""
    version: str
    sha256: str
    """Digest of every mapping file, of the catalogue and of the list of AI services."""
    services: tuple[Service, ...] = field(default_factory=shipped_services)
    """Known AI services, without what an organisation adds."""

    def rule(self, name: str) -> Rule:
        """The rule of that id."""
        if name not in self.rules:
            raise UsageError(f"there is no rule {name!r}", hint=close_to(name, self.rules))
        return self.rules[name]


class _Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    needs: tuple[ControlNeeds, ...]


class _Version(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str


def load_pack(root: Path | None = None) -> RulePack:
    """Read the shipped pack, or the one in the folder `root`, which then holds all its files.

    The files are `rules/*.yaml` (one rule each, or a list of rules), `needs.yaml`, `settings.yaml` with
    `settings_VENDOR.yaml`, `parameters.yaml` and `pack.yaml`; `ai_services.yaml` may be left out. A `ConfigError` names
    what is wrong. The shipped pack is read once.
    """
    return _shipped() if root is None else _load(root)


@cache
def _shipped() -> RulePack:
    return _load(Path(str(files("annexa.mappings"))))


def _load(root: Path) -> RulePack:
    shipped = Path(str(files("annexa.mappings")))
    settings, parameters = load_settings(root / "settings.yaml"), load_parameters(root / "parameters.yaml")
    known = Known(settings=settings, parameters=parameters, controls=_controls(shipped / CATALOGUE))
    rules = _rules(root / "rules", known)
    needs_file = root / "needs.yaml"
    needs = _met(convert(read(needs_file), _Needs, file=needs_file).needs, rules, root / "rules")
    check_needs(needs, rules, known, needs_file)
    version_file = root / "pack.yaml"
    return RulePack(
        rules=rules,
        needs={need.control: need for need in needs},
        settings=settings,
        parameters=parameters,
        version=convert(read(version_file), _Version, file=version_file).version,
        sha256=_digest(root, shipped),
        services=load_services(root / SERVICES) if (root / SERVICES).exists() else shipped_services(),
    )


def _rules(folder: Path, known: Known) -> dict[str, Rule]:
    """Every rule by id; each fits its file, and those that it names exist."""
    found: dict[str, tuple[Rule, Path]] = {}
    for file in sorted(folder.glob("*.yaml")):
        value = read(file)
        for raw in value if isinstance(value, list) else [value]:
            rule = convert(raw, Rule, file=file, of=_name_of(raw))
            report = Report(file=file, of=rule.id)
            if rule.id in found:
                raise report.wrong("id", f"stands in {found[rule.id][1].name} too", hint="an id is never used twice")
            check_rule(rule, known, report)
            found[rule.id] = rule, file
    if not found:
        raise ConfigError("holds no rules", hint="give the folder of the mappings with --mappings", file=folder)
    for rule, file in found.values():
        for name in rule.follows:
            if name not in found or name == rule.id:
                raise Report(file=file, of=rule.id).wrong(
                    "follows", f"{name!r} is no other rule", hint=close_to(name, found)
                )
    return {name: found[name][0] for name in sorted(found)}


def _met(needs: tuple[ControlNeeds, ...], rules: Mapping[str, Rule], folder: Path) -> tuple[ControlNeeds, ...]:
    """The needs with the rules that say themselves what they meet."""
    known = {need.id for control in needs for need in control.needs}
    claims: dict[str, list[str]] = {}
    for rule in rules.values():
        for name in rule.meets:
            if name not in known:
                report = Report(file=folder, of=rule.id)
                raise report.wrong("meets", f"there is no need {name!r}", hint=close_to(name, known))
            claims.setdefault(name, []).append(rule.id)

    def with_claims(need: Need) -> Need:
        return replace(need, rules=tuple(dict.fromkeys((*need.rules, *claims.get(need.id, ())))))

    return tuple(replace(control, needs=tuple(map(with_claims, control.needs))) for control in needs)


def _name_of(raw: Any) -> str:
    return str(raw.get("id", "")) if isinstance(raw, dict) else ""


def _controls(catalogue: Path) -> frozenset[str]:
    """Ids of all controls and clauses; read by pattern, since the whole catalogue takes longer than the whole pack."""
    return frozenset(re.findall(r"^  - id: (A\.\d+\.\d+|c\d[\d.]*)$", catalogue.read_text("utf-8"), re.MULTILINE))


def _digest(root: Path, shipped: Path) -> str:
    """The catalogue and the list of AI services count too; a folder without them is judged with the shipped ones."""
    whole = {file.relative_to(root).as_posix(): file for file in root.rglob("*.yaml")}
    return digest({CATALOGUE: shipped / CATALOGUE, SERVICES: shipped / SERVICES, **whole})
