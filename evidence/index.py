"""The index beside the runs: finds records by kind, source, scope and subject without reading every line.

It is made from sealed runs and rebuilt at will; verification and judgement never read it. Two tables: `populations`
(run, kind, source, scope, segment and how many records) and `records` (subject, time, byte offset and length of the
line); the view `entries` joins them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from annexa.evidence import layout
from annexa.evidence.errors import VaultError, storing
from annexa.evidence.reader import SealedReader
from annexa.evidence.vault import RUNS, Vault
from annexa.schemas.words import RunState

INDEX = "index.sqlite"
RECORDS = "records/"
"""Segments of this folder are indexed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Where one record stands."""

    run: str
    kind: str
    source: str
    scope: str
    subject_uid: str
    collected_at: str
    segment: str
    offset: int
    """Of the line's first byte in its segment."""
    length: int
    """Bytes, without the line feed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """How many records of one kind a run has from one scope of one source."""

    run: str
    kind: str
    source: str
    scope: str
    count: int


def rebuild(vault: Vault) -> int:
    """Make the index anew from all complete runs; returns how many records it holds. The old one stays until then."""
    draft = vault.path / f"{INDEX}{layout.PARTIAL}"
    with storing(draft):
        draft.unlink(missing_ok=True)
    complete = [run.run_id for run in vault.runs() if run.state is RunState.COMPLETE]
    with _opened(draft) as database:
        rows = sum(_add(database, vault, run_id) for run_id in complete)
    with storing(draft):
        draft.replace(vault.path / INDEX)
    return rows


def add_run(vault: Vault, run_id: str) -> int:
    """Add one complete run, or do it again; returns how many records it has."""
    with _opened(vault.path / INDEX) as database:
        return _add(database, vault, vault.run(run_id).run_id)


def find(
    vault: Vault,
    *,
    run: str | None = None,
    kind: str | None = None,
    source: str | None = None,
    scope: str | None = None,
    subject_uid: str | None = None,
) -> Iterator[Entry]:
    """Records that match everything given, by run and position; the whole id of a run, not its beginning."""
    wanted = {"run": run, "kind": kind, "source": source, "scope": scope, "subject_uid": subject_uid}
    given = {name: value for name, value in wanted.items() if value is not None}
    where = " AND ".join(f"{name} = :{name}" for name in given) or "1"
    with _reading(vault) as database:
        rows = database.execute(f"SELECT {_COLUMNS} FROM entries WHERE {where} ORDER BY run, segment, offset", given)  # noqa: S608
        for row in rows:
            yield Entry(**dict(zip(_COLUMNS.split(", "), row, strict=True)))


def populations(vault: Vault, run: str) -> list[Population]:
    """What a run holds, counted by kind, source and scope."""
    with _reading(vault) as database:
        rows = database.execute(
            "SELECT kind, source, scope, count FROM populations WHERE run = ? ORDER BY kind, source, scope", (run,)
        )
        return [Population(run=run, kind=row[0], source=row[1], scope=row[2], count=row[3]) for row in rows]


_COLUMNS = "run, kind, source, scope, subject_uid, collected_at, segment, offset, length"
_VERSION = 1
"""Of the tables; an index of another version is made anew."""
_SCHEMA = """
CREATE TABLE populations (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, scope TEXT NOT NULL,
    segment TEXT NOT NULL, count INTEGER NOT NULL
);
CREATE TABLE records (
    population INTEGER NOT NULL REFERENCES populations (id), subject_uid TEXT NOT NULL, collected_at TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL
);
CREATE INDEX populations_by_run ON populations (run, kind);
CREATE INDEX records_by_population ON records (population);
CREATE INDEX records_by_subject ON records (subject_uid);
CREATE VIEW entries AS
    SELECT run, kind, source, scope, subject_uid, collected_at, segment, offset, length
    FROM records JOIN populations ON records.population = populations.id;
"""
_Row = tuple[int, str, str, int, int]


class _Head(msgspec.Struct):
    """The part of a record that is indexed."""

    kind: str
    source: str
    scope: str
    subject_uid: str
    collected_at: str


def _add(database: sqlite3.Connection, vault: Vault, run_id: str) -> int:
    database.execute("DELETE FROM records WHERE population IN (SELECT id FROM populations WHERE run = ?)", (run_id,))
    database.execute("DELETE FROM populations WHERE run = ?", (run_id,))
    reader = SealedReader(vault.path / RUNS / run_id)
    rows = 0
    for segment in reader.segments():
        if segment.startswith(RECORDS):
            rows += _add_segment(database, reader, run_id, segment)
    return rows


def _add_segment(database: sqlite3.Connection, reader: SealedReader, run_id: str, segment: str) -> int:
    counts: dict[tuple[str, str, str], list[int]] = {}
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM populations").fetchone()
    database.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", _rows(reader, segment, counts, last))
    database.executemany(
        "INSERT INTO populations VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(at, run_id, *key, segment, count) for key, (at, count) in counts.items()],
    )
    return sum(count for _, count in counts.values())


def _rows(
    reader: SealedReader, segment: str, counts: dict[tuple[str, str, str], list[int]], last: int
) -> Iterator[_Row]:
    """One row per line; fills `counts` with the id and size of each population that it meets."""
    decode = msgspec.json.Decoder(_Head).decode
    offset = 0
    for line in reader.lines(segment):
        try:
            head = decode(line)
        except msgspec.DecodeError as error:
            said = f"{reader.path / segment}{layout.SEGMENT} holds a line that is no record: {error}"
            raise VaultError(said, hint="check the run with: annexa verify") from error
        population = counts.setdefault((head.kind, head.source, head.scope), [last + len(counts) + 1, 0])
        population[1] += 1
        yield population[0], head.subject_uid, head.collected_at, offset, len(line)
        offset += len(line) + 1


@contextmanager
def _opened(path: Path, *, reading: bool = False) -> Iterator[sqlite3.Connection]:
    """A database in one transaction; a damaged, full or older one becomes a `VaultError`."""
    address = f"{path.resolve().as_uri()}?mode={'ro' if reading else 'rwc'}"
    try:
        with storing(path), closing(sqlite3.connect(address, uri=True)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise VaultError(f"{path} was made by another version", hint="make it anew with: annexa index")
            if not version:
                database.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
            database.execute("PRAGMA synchronous = OFF")
            with database:
                yield database
    except sqlite3.Error as error:
        raise VaultError(f"{path}: {error}", hint="free some space if the disk is full, then: annexa index") from error


@contextmanager
def _reading(vault: Vault) -> Iterator[sqlite3.Connection]:
    if not (vault.path / INDEX).exists():
        raise VaultError(f"{vault.path} has no index", hint="make it with: annexa index")
    with _opened(vault.path / INDEX, reading=True) as database:
        yield database
