"""What people supply, read like any other source: AI systems, decisions, SoA, exceptions, limitations, parameters.

Log in: nothing; the folder of YAML files that `annexa.toml` names. A file that is not there is `not_supplied`, a row that is
wrong is an unread of its own; neither is ever taken for an empty register.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from annexa.collectors import _register_files as register_files
from annexa.collectors._source import Circumstances, Source
from annexa.evidence.answer import Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import (
    AiService,
    Decision,
    ExceptionEntry,
    Limitation,
    Parameter,
    RegisterEntry,
    Retirement,
    ServiceIdentifier,
    SoaRow,
)
from annexa.evidence.manifest import RegisterInfo
from annexa.schemas.words import Basis, Environment, Reason

NEEDS = "read access to the folder of registers"


def _call(register: str) -> Call:
    return Call(op=f"registers:{register}", needs=NEEDS, path="rows")


AI_SYSTEMS, DECISIONS, SOA = _call("ai_systems"), _call("decisions"), _call("soa")
EXCEPTIONS, LIMITATIONS, RETIREMENTS = _call("exceptions"), _call("limitations"), _call("retirements")
AI_SERVICES, PARAMETERS = _call("ai_services"), _call("parameters")
KINDS = {
    "ai_systems": "register_entry", "decisions": "decision", "soa": "soa_row", "exceptions": "exception",
    "limitations": "limitation", "retirements": "retirement", "ai_services": "ai_service",
}  # fmt: skip
"""Register files with the kind of their rows."""
CANNOT_SEE = (
    "Whether what people wrote is true: the basis of every row is `attested`.",
    "Whether the person who is named did approve: a row holds a name, not a signature.",
    "What nobody wrote down: a system that is missing from the register shows up only where a vendor shows it.",
    "Who changed a file, and when: the digest of the file is sealed with the run, its history is not.",
    "The documents behind a row.",
)
"""What stays out of sight; each is a sentence for the page about registers."""
INVALID = {name: Call(op=f"registers:{name}", needs=NEEDS, path="invalid") for name in KINDS}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The registers' table, made from `annexa.toml`."""

    name: str = "registers:main"
    vendor: str = "registers"
    folder: str | None = None
    parameters: tuple[dict[str, Any], ...] = ()
    """Effective parameters: name, value, default, set_by, because."""


@collects(RegisterEntry, AI_SYSTEMS, INVALID["ai_systems"], per="source")
def ai_systems(register: Handle) -> Iterator[RegisterEntry]:
    """One record per AI system that the organisation registered."""
    for row in register.each(AI_SYSTEMS):
        yield RegisterEntry(
            subject=f"register:ai_systems/{row['id']}", basis=Basis.ATTESTED, **_fields(row, RegisterEntry)
        )
    _note_invalid(register, "ai_systems")


@collects(AiService, AI_SERVICES, INVALID["ai_services"], per="source")
def ai_services(register: Handle) -> Iterator[AiService]:
    """One record per AI service that the organisation adds to the list of known ones, or says to be none."""
    for row in register.each(AI_SERVICES):
        shown = tuple(msgspec.convert(one, ServiceIdentifier) for one in row.get("identifiers", ()))
        fields = {**_fields(row, AiService), "service_id": row["id"], "identifiers": shown}
        yield AiService(subject=f"register:ai_services/{row['id']}", basis=Basis.ATTESTED, **fields)
    _note_invalid(register, "ai_services")


@collects(Decision, DECISIONS, INVALID["decisions"], per="source")
def decisions(register: Handle) -> Iterator[Decision]:
    """One record per decision: setting X must be Y, because Z, approved by N on D."""
    for row in register.each(DECISIONS):
        yield Decision(subject=f"register:decisions/{row['id']}", basis=Basis.ATTESTED, **_fields(row, Decision))
    _note_invalid(register, "decisions")


@collects(SoaRow, SOA, INVALID["soa"], per="source")
def statement_of_applicability(register: Handle) -> Iterator[SoaRow]:
    """One record per row of the Statement of Applicability."""
    for row in register.each(SOA):
        yield SoaRow(subject=f"register:soa/{row['control']}", basis=Basis.ATTESTED, **_fields(row, SoaRow))
    _note_invalid(register, "soa")


@collects(ExceptionEntry, EXCEPTIONS, INVALID["exceptions"], per="source")
def exceptions(register: Handle) -> Iterator[ExceptionEntry]:
    """One record per exception, in order or not."""
    for row in register.each(EXCEPTIONS):
        fields = {**_fields(row, ExceptionEntry), "exception_id": row["id"]}
        yield ExceptionEntry(subject=f"register:exceptions/{row['id']}", basis=Basis.ATTESTED, **fields)
    _note_invalid(register, "exceptions")


@collects(Limitation, LIMITATIONS, INVALID["limitations"], per="source")
def limitations(register: Handle) -> Iterator[Limitation]:
    """One record per thing that stays unread by decision."""
    for row in register.each(LIMITATIONS):
        yield Limitation(subject=f"register:limitations/{row['id']}", basis=Basis.ATTESTED, **_fields(row, Limitation))
    _note_invalid(register, "limitations")


@collects(Retirement, RETIREMENTS, INVALID["retirements"], per="source")
def retirements(register: Handle) -> Iterator[Retirement]:
    """One record per source or subject that is gone for good."""
    for row in register.each(RETIREMENTS):
        yield Retirement(subject=f"register:retirements/{row['id']}", basis=Basis.ATTESTED, **_fields(row, Retirement))
    _note_invalid(register, "retirements")


@collects(Parameter, PARAMETERS, per="source")
def parameters(register: Handle) -> Iterator[Parameter]:
    """One record per effective threshold, list or switch."""
    for row in register.each(PARAMETERS):
        yield Parameter(subject=f"parameter:{row['name']}", basis=Basis.ATTESTED, **_fields(row, Parameter))


def _fields(row: Item, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Fields of a row; one that is left out is absent, since a register says all that it says."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in row:
            value = row[field.name]
            fields[field.name] = tuple(value) if isinstance(value, list) else value
        elif field.default is NOT_EXPOSED:
            fields[field.name] = ABSENT
    return fields


def _note_invalid(register: Handle, name: str) -> None:
    for row in register.each(INVALID[name]):
        subject = f"register:{name}/line-{row['line']}"
        register.note(
            INVALID[name], Reason.INVALID_ANSWER, row["says"], cure="Correct the row and run again.", subject=subject
        )


class RegistersSource:
    """The folder of registers as a source."""

    vendor = "registers"

    def __init__(self, settings: Settings, lent: Circumstances) -> None:
        self.alias, self.tenant = settings.name, lent.organisation
        self.environment = Environment.SANDBOX if lent.sandbox else Environment.VENDOR
        self._folder = Path(settings.folder) if settings.folder else None
        self._parameters = settings.parameters
        self._infos: dict[str, RegisterInfo] = {}
        self._files: dict[str, register_files.RegisterFile | UnreadError] = {}

    def wire(self, scope: str) -> "RegisterWire":
        """The one wire there is: to the folder."""
        return RegisterWire(self)

    def known(self, scope: str) -> Mapping[str, Any]:
        """Nothing is known but what the files say."""
        return {}

    def hosts(self) -> tuple[str, ...]:
        """No host answers."""
        return ()

    def identities(self) -> tuple[str, ...]:
        """Whoever runs annexa."""
        return ("local files",)

    def infos(self) -> tuple[RegisterInfo, ...]:
        """Each register as it was found."""
        return tuple(self._infos[name] for name in sorted(self._infos))

    def content(self, call: Call) -> tuple[dict[str, Any], bytes]:
        """Content and bytes behind one call; raises `UnreadError`."""
        register = call.op.split(":", 1)[1]
        if register == "parameters":
            return {"rows": [dict(row) for row in self._parameters]}, b""
        found = self._files.get(register) or self._read(call, register)
        if isinstance(found, UnreadError):
            raise found
        return {"rows": list(found.rows), "invalid": [msgspec.to_builtins(row) for row in found.invalid]}, found.body

    def _read(self, call: Call, register: str) -> "register_files.RegisterFile | UnreadError":
        try:
            found = register_files.read(self._folder, register) if self._folder else None
        except register_files.BadRegisterError as error:
            self._say(register, "unreadable", None)
            trouble = Trouble(
                reason=Reason.INVALID_ANSWER, code="unreadable_file", says=str(error), cure="Correct the file."
            )
            self._files[register] = UnreadError(call, trouble)
            return self._files[register]
        if found is None:
            self._say(register, "not_supplied", None)
            cure = f"Supply {register}.yaml in the folder of registers; `annexa init` writes a template."
            trouble = Trouble(
                reason=Reason.NOT_SUPPLIED, code="no_file", says=f"{register}.yaml was not supplied", cure=cure
            )
            self._files[register] = UnreadError(call, trouble)
            return self._files[register]
        self._say(register, "invalid_rows" if found.invalid else "read", found)
        self._files[register] = found
        return found

    def _say(self, register: str, state: str, found: "register_files.RegisterFile | None") -> None:
        self._infos[register] = RegisterInfo(
            name=register, kind=KINDS[register], state=state, rows=len(found.rows) if found else 0,
            file=found.name if found else None, sha256=found.sha256 if found else None,
        )  # fmt: skip


class RegisterWire:
    """Reads register files as if they were answers, so that they are kept, hashed and cited alike."""

    identity = "local files"

    def __init__(self, source: RegistersSource) -> None:
        self._source = source

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """One page: the file."""
        content, body = self._source.content(call)
        yield Answer(content=content, body=body, host="file")

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Nothing is marked; secrets are still found by their shape."""
        return frozenset()

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """Files are read one after the other."""
        return (fetch(self, call, each) for each in params)


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Registers can always be asked; a file there that is misspelt is a `ConfigError`, never a register left out."""
    if settings.folder is not None:
        register_files.check_names(Path(settings.folder), KINDS)
    return RegistersSource(settings, lent)
