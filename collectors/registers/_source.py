"""The folder of registers as a source: its files are read like answers, so that they are kept, hashed and cited alike."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from annexa.collectors._source import Circumstances
from annexa.collectors.registers import _files
from annexa.collectors.registers._checks import unknown_references
from annexa.collectors.registers._rows import BadRegisterError, RegisterFile
from annexa.evidence.answer import Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call
from annexa.evidence.manifest import RegisterInfo
from annexa.schemas.registers import registers
from annexa.schemas.words import Environment, Reason


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The registers' table, made from `annexa.toml`."""

    name: str = "registers:main"
    vendor: str = "registers"
    folder: str | None = None
    parameters: tuple[dict[str, Any], ...] = ()
    """Effective parameters: name, value, default, set_by, because."""


class RegistersSource:
    """The folder of registers as a source."""

    vendor = "registers"

    def __init__(self, settings: Settings, lent: Circumstances) -> None:
        self.alias, self.tenant = settings.name, lent.organisation
        self.environment = Environment.SANDBOX if lent.sandbox else Environment.VENDOR
        self._folder = Path(settings.folder) if settings.folder else None
        self._parameters, self._clock = settings.parameters, lent.clock
        self._infos: dict[str, RegisterInfo] = {}
        self._files: dict[str, RegisterFile | BadRegisterError | None] = {}
        """As each file stands for itself, before it is held against others."""
        self._found: dict[str, RegisterFile | Trouble] = {}

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
        if register not in self._found:
            self._found[register] = self._read(register)
        found = self._found[register]
        if isinstance(found, Trouble):
            raise UnreadError(call, found)
        if call.path == "invalid":
            return {"invalid": [msgspec.to_builtins(row) for row in found.invalid]}, found.body
        return {"rows": list(found.rows)}, found.body

    def _read(self, register: str) -> RegisterFile | Trouble:
        found = self._file(register)
        if isinstance(found, BadRegisterError):
            self._say(register, "unreadable", None)
            return Trouble(
                reason=Reason.INVALID_ANSWER, code="unreadable_file", says=str(found), cure="Correct the file."
            )
        if found is None:
            self._say(register, "not_supplied", None)
            cure = f"Supply {register}.yaml, .csv or .xlsx in the folder of registers; `annexa init` writes a template."
            return Trouble(
                reason=Reason.NOT_SUPPLIED, code="no_file", says=f"{register}.yaml was not supplied", cure=cure
            )
        found = unknown_references(register, found, self._ids)
        self._say(register, "invalid_rows" if found.invalid else "read", found)
        return found

    def _file(self, register: str) -> RegisterFile | BadRegisterError | None:
        if register not in self._files:
            try:
                day = self._clock.now().date().isoformat()
                self._files[register] = _files.read(self._folder, register, day) if self._folder else None
            except BadRegisterError as error:
                self._files[register] = error
        return self._files[register]

    def _ids(self, register: str) -> frozenset[str] | None:
        """The ids in another register, those of its wrong rows included; null where nobody can know them."""
        found = self._file(register)
        return found.named if isinstance(found, RegisterFile) else None

    def _say(self, register: str, state: str, found: RegisterFile | None) -> None:
        self._infos[register] = RegisterInfo(
            name=register, kind=registers()[register].kind, state=state, rows=len(found.rows) if found else 0,
            file=found.name if found else None, sha256=found.sha256 if found else None,
        )  # fmt: skip


class RegisterWire:
    """Reads register files as if they were answers."""

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
