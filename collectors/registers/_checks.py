"""What is checked about a row once its form is right: days, order of days, what stands twice, documents, references.

Every check says what is wrong in words that name field and column; nothing here decides what follows from it.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError, best_match

from annexa.collectors.registers._quick import quick
from annexa.collectors.registers._rows import InvalidRow, Parsed, RegisterFile, validator
from annexa.schemas.registers import Register, registers

CHUNK = 1024 * 1024
Known = Callable[[str], Collection[str] | None]
"""The ids of another register, null where it was not supplied or cannot be read."""


class Checks:
    """The checks of one register's file, row by row in its order."""

    def __init__(self, register: str, name: str, parsed: Parsed, folder: Path, day: str) -> None:
        self._register, self._name, self._parsed = register, name, parsed
        self._declared: Register = registers()[register]
        self._folder, self._day = folder, day
        self._seen: dict[str, int] = {}
        self._digests: dict[str, str] = {}

    def run(self, body: bytes) -> RegisterFile:
        """The file with its rows told apart; what refers to other registers is not looked at yet."""
        good, bad, named = list[dict[str, Any]](), list[InvalidRow](), set[str]()
        for line, row in self._parsed.rows:
            if isinstance(row, dict) and isinstance(row.get("id"), str):
                named.add(row["id"])
            problem = row.says if isinstance(row, InvalidRow) else next(self._problems(line, row), None)
            if problem:
                bad.append(InvalidRow(line=line, says=f"{self._name}:{line}: {problem}"))
            else:
                good.append({**row, **self._documents(row), "line": line})
        return RegisterFile(
            name=self._name, body=body, rows=tuple(good), invalid=tuple(bad), columns=self._parsed.columns,
            named=frozenset(named),
        )  # fmt: skip

    def _problems(self, line: int, row: Any) -> Iterator[str]:
        """What is wrong with a row; the first is told. The last check remembers the row, so it runs on good ones alone."""
        if not isinstance(row, dict):
            yield "a row must be a table of fields"
            return
        valid = quick(self._register)(row)
        error = None if valid else best_match(validator(self._register).iter_errors(row))
        if error is not None:
            yield said(error, self._parsed.columns)
            return
        yield from self._days(row)
        yield from self._files(row)
        yield from self._repeated(line, row)

    def _days(self, row: Mapping[str, Any]) -> Iterator[str]:
        for name in self._declared.past:
            if row.get(name, "") > self._day:
                yield f"{self._at(name)}: {row[name]} lies after the day of the run, {self._day} (UTC)"
        for earlier, later in self._declared.order:
            if earlier in row and later in row and row[later] < row[earlier]:
                yield f"{self._at(later)}: {row[later]} lies before {earlier}, {row[earlier]}"

    def _files(self, row: Mapping[str, Any]) -> Iterator[str]:
        for name, digest in self._declared.files.items():
            if name not in row:
                if digest in row:
                    yield f"{self._at(digest)}: says the digest of a file that {name} does not name"
                continue
            file = row[name]
            found = self._digest(file)
            if found is None:
                yield f"{self._at(name)}: {file} is no file in the folder of registers or below it"
            elif digest in row and row[digest].casefold() != found:
                yield f"{self._at(digest)}: {file} has the SHA-256 {found}, not {row[digest]}: which version is meant?"

    def _documents(self, row: Mapping[str, Any]) -> dict[str, str]:
        """The digests of the files that a row names, as they are now."""
        named = {digest: row[name] for name, digest in self._declared.files.items() if name in row}
        return {digest: found for digest, file in named.items() if (found := self._digest(file)) is not None}

    def _digest(self, file: str) -> str | None:
        """SHA-256 of a file inside the folder; null where there is none, or it lies elsewhere."""
        if file not in self._digests:
            path = (self._folder / file).resolve()
            if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
                return None
            self._digests[file] = _sha256(path)
        return self._digests[file] or None

    def _repeated(self, line: int, row: Mapping[str, Any]) -> Iterator[str]:
        """What only one row can have and an earlier one has."""
        claims = dict.fromkeys(_claims(row, self._declared))
        twice = next((claim for claim in claims if claim in self._seen), None)
        if twice is not None:
            words = twice.partition(":")[2]
            yield f"{words} stands twice, first on line {self._seen[twice]}"
            return
        twin = _twin(row)
        if twin is not None:
            yield f"{twin} stands twice"
            return
        self._seen.update(dict.fromkeys(claims, line))

    def _at(self, name: str) -> str:
        return at(name, self._parsed.columns)


def unknown_references(register: str, file: RegisterFile, known: Known) -> RegisterFile:
    """The file with rows that refer to what another register does not have among the invalid ones.

    A register that was not supplied, or cannot be read, is told as itself; nothing can be held against it.
    """
    refers = {name: (other, known(other)) for name, other in registers()[register].refers.items()}
    checked = {name: (other, ids) for name, (other, ids) in refers.items() if ids is not None}
    if not checked:
        return file
    good, bad = list[dict[str, Any]](), list(file.invalid)
    for row in file.rows:
        problem = next(_lacking(row, checked, file.columns), None)
        if problem is None:
            good.append(row)
        else:
            bad.append(InvalidRow(line=row["line"], says=f"{file.name}:{row['line']}: {problem}"))
    bad.sort(key=lambda one: one.line)
    return RegisterFile(
        name=file.name, body=file.body, rows=tuple(good), invalid=tuple(bad), columns=file.columns, named=file.named
    )


def _lacking(
    row: Mapping[str, Any], checked: Mapping[str, tuple[str, Collection[str] | None]], columns: Mapping[str, str]
) -> Iterator[str]:
    for name, (other, ids) in checked.items():
        value = row.get(name, ())
        for identifier in [value] if isinstance(value, str) else value:
            if identifier not in (ids or ()):
                yield f"{at(name, columns)}: the register {other} has no row {identifier!r}"


def at(name: str, columns: Mapping[str, str]) -> str:
    """A field with the column in which it stands, where it stands in one."""
    return f"{name} ({columns[name]})" if name in columns else name


def said(error: ValidationError, columns: Mapping[str, str]) -> str:
    """What the schema finds wrong, in words for whoever wrote the row."""
    path = [str(part) for part in error.absolute_path]
    field = ".".join([at(path[0], columns), *path[1:]]) if path else "the row"
    if isinstance(error.schema, dict) and error.schema.get("format") == "date" and isinstance(error.instance, str):
        return f"{field}: {error.instance!r} is no day; write days as 2026-08-30"
    hint = (
        " (put it in quotes: YAML reads A.8.10 as text, but 8.10 as the number 8.1)"
        if isinstance(error.instance, float)
        else ""
    )
    return f"{field}: {error.message}{hint}"


def _claims(row: Mapping[str, Any], declared: Register) -> Iterator[str]:
    """What a row claims for itself alone: its key, values that stand once, what an AI service is known by."""
    yield "key:" + " ".join(str(row[name]) for name in declared.key if name in row)
    for name in declared.once:
        for value in [row[name]] if isinstance(row.get(name), str) else row.get(name, ()):
            yield f"once:{value.casefold()}"
    yield from (f"sort:{one}" for one in _known_by(row))


def _twin(row: Mapping[str, Any]) -> str | None:
    """What a row itself says twice of what it is known by."""
    known_by = list(_known_by(row))
    return next((one for number, one in enumerate(known_by) if one in known_by[:number]), None)


def _known_by(row: Mapping[str, Any]) -> Iterator[str]:
    for one in row.get("identifiers", ()):
        if isinstance(one, dict):
            yield f"{one['sort']} {str(one['value']).casefold()}"


def _sha256(path: Path) -> str:
    """The digest of a file's bytes; empty where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
