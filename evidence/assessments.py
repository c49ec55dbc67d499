"""How an assessment lies in its sealed folder: `assessment.json`, and its large parts as segments beside it.

Knows names and bytes only; what the values mean is `annexa.mappings.results`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from annexa.evidence.canonical import encode, encode_trusted
from annexa.evidence.errors import VaultError
from annexa.evidence.keys import SigningKey
from annexa.evidence.reader import SealedReader
from annexa.evidence.sealed import Seal, SealedFolder
from annexa.evidence.statement import ASSESSMENT_TYPE

DOCUMENT = "assessment.json"
ITEMS = "items"
FINDINGS = "findings"

T = TypeVar("T")


def write(
    folder: SealedFolder,
    document: msgspec.Struct,
    items: Iterable[msgspec.Struct],
    findings: Iterable[msgspec.Struct],
    *,
    predicate: Mapping[str, Any],
    key: SigningKey,
) -> Seal:
    """Write and seal an assessment; `predicate` names its inputs under `inputs.runs`."""
    folder.file(DOCUMENT, encode(msgspec.to_builtins(document)) + b"\n")
    for item in items:
        folder.line(ITEMS, encode_trusted(item))
    for finding in findings:
        folder.line(FINDINGS, encode_trusted(finding))
    return folder.finish(predicate_type=ASSESSMENT_TYPE, predicate=predicate, key=key)


def document(reader: SealedReader, into: type[T]) -> T:
    """The assessment itself; a `VaultError` says that another version of annexa wrote it, or that it is damaged."""
    try:
        return msgspec.convert(reader.document(DOCUMENT), into)
    except msgspec.ValidationError as error:
        raise _unreadable(reader, DOCUMENT, error) from error


def lines(reader: SealedReader, segment: str, into: type[T]) -> Iterator[T]:
    """The lines of `items` or `findings`, in their order."""
    decode = msgspec.json.Decoder(into).decode
    for line in reader.lines(segment):
        try:
            yield decode(line)
        except msgspec.DecodeError as error:
            raise _unreadable(reader, segment, error) from error


def _unreadable(reader: SealedReader, name: str, error: msgspec.DecodeError) -> VaultError:
    said = f"{reader.path.name}: {name} is not what this version of annexa writes: {error}"
    return VaultError(
        said, hint="check the folder with: annexa verify; if it is sound, judge the run again: annexa assess"
    )
