"""The folder of imports as a source: each file of an export is a page, dated by the day of the export."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annexa.collectors._source import Circumstances
from annexa.collectors.imports import _store
from annexa.collectors.imports._kind import BadExportError, ImportKind, Rows, load
from annexa.evidence.answer import Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call
from annexa.schemas.words import Environment, Reason

WHO = "local files"


class ImportsSource:
    """Everything that was imported."""

    vendor = "imports"

    def __init__(self, alias: str, folder: Path | None, lent: Circumstances) -> None:
        self.alias, self.tenant = alias, lent.organisation
        self.environment = Environment.SANDBOX if lent.sandbox else Environment.VENDOR
        self._folder = folder

    def wire(self, scope: str) -> "ImportsWire":
        """The one wire there is: to the folder."""
        return ImportsWire(self._folder)

    def known(self, scope: str) -> Mapping[str, Any]:
        """Nothing is known but what the exports say."""
        return {}

    def hosts(self) -> tuple[str, ...]:
        """No host answers."""
        return ()

    def identities(self) -> tuple[str, ...]:
        """Whoever runs annexa."""
        return (WHO,)


class ImportsWire:
    """Reads exports as if they were answers, so that they are redacted, kept, hashed and cited alike."""

    identity = WHO

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """One page per file that holds rows of this part."""
        name, _, part = call.op.partition(":")[2].partition(".")
        kind = load(name)
        found, rows = self._read(call, kind, part)
        there = [one for one in found.note.files if rows[one.name].get(part)]
        if not there:
            raise _not_supplied(call, kind, part)
        for one in there:
            content = {
                "file": one.name, "sha256": one.sha256, "exported_on": found.note.exported_on,
                "imported_at": found.note.imported_at, "rows": rows[one.name][part],
            }  # fmt: skip
            yield Answer(content=content, body=found.bodies[one.name], host="file", date=found.note.exported_on)

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Nothing is marked; secrets are still found by their shape."""
        return frozenset()

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """Files are read one after the other."""
        return (fetch(self, call, each) for each in params)

    def _read(self, call: Call, kind: ImportKind, part: str) -> tuple[_store.Import, dict[str, Rows]]:
        try:
            found = _store.read(self._folder, kind.name) if self._folder else None
            if found is None:
                raise _not_supplied(call, kind, part)
            return found, kind.together(found.bodies)
        except (_store.BadImportError, BadExportError) as error:
            cure = f"Import it again: {kind.cure(part)}"
            trouble = Trouble(reason=Reason.INVALID_ANSWER, code="unreadable_import", says=str(error), cure=cure)
            raise UnreadError(call, trouble) from error


def _not_supplied(call: Call, kind: ImportKind, part: str) -> UnreadError:
    says = f"no export was imported that holds {kind.parts[part]}"
    return UnreadError(
        call, Trouble(reason=Reason.NOT_SUPPLIED, code="no_import", says=says, cure=kind.cure(part))
    )  # fmt: skip
