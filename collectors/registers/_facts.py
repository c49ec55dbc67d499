"""From rows to facts: every field of a row is a field of the kind that its register becomes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Fact
from annexa.evidence.handle import Handle
from annexa.schemas.registers import Register, registers
from annexa.schemas.words import Basis, Reason

NEEDS = "read access to the folder of registers"
CALLS = {
    name: (
        Call(op=f"registers:{name}", needs=NEEDS, path="rows"),
        Call(op=f"registers:{name}", needs=NEEDS, path="invalid"),
    )
    for name in registers()
}
"""By register, the calls that read its good rows and its wrong ones."""
F = TypeVar("F", bound=Fact)


def facts(register: Handle, name: str, kind: type[F]) -> Iterator[F]:
    """One fact per row; a row that is wrong is noted as unread, by its line."""
    declared, (rows, invalid) = registers()[name], CALLS[name]
    for row in register.each(rows):
        yield plain(_subject(name, declared, row), row, kind, declared.id)
    for row in register.each(invalid):
        subject = f"register:{name}/line-{row['line']}"
        cure = "Correct the row and run again."
        register.note(invalid, Reason.INVALID_ANSWER, row["says"], cure=cure, subject=subject)


def plain(subject: str, row: Mapping[str, Any], kind: type[F], identifier: str | None = None) -> F:
    """The fact that a row states; a field that is left out is absent, since a register says all that it says."""
    fields: dict[str, Any] = {}
    for name, unsaid, part in _fields(kind):
        given = "id" if name == identifier else name
        if given in row:
            value = row[given]
            fields[name] = _parts(value, part) if isinstance(value, list) else value
        elif unsaid:
            fields[name] = ABSENT
    return kind(**{**fields, "subject": subject, "basis": Basis.ATTESTED})


def _subject(name: str, declared: Register, row: Mapping[str, Any]) -> str:
    """What tells the row from all others, under the name of its register."""
    key = [str(row.get(part, "")) for part in declared.key]
    return f"register:{name}/{'/'.join(key)}"


def _parts(value: list[Any], part: Any) -> tuple[Any, ...]:
    return tuple(msgspec.convert(one, part) for one in value) if part is not None else tuple(value)


@cache
def _fields(kind: type[Fact]) -> tuple[tuple[str, bool, Any], ...]:
    """Name of each field, whether it is absent where nothing is said, and the class of its parts if it has such."""
    known = inspect.type_info(kind)
    assert isinstance(known, inspect.StructType)  # noqa: S101
    return tuple((field.name, field.default is NOT_EXPOSED, _part_of(field.type)) for field in known.fields)


def _part_of(kind: Any) -> Any:
    item = kind.item_type if isinstance(kind, inspect.VarTupleType) else None
    return item.cls if isinstance(item, inspect.StructType) else None
