"""What a seal states: an in-toto Statement v1 about `SHA256SUMS`, and the checkpoint of the tree.

The predicate is the caller's, with two members added here: `files` (how many `SHA256SUMS` lists) and `tree` (size, root
and lines per segment). A run's predicate also has `run_id`, `organisation`, `environment`, `started`, `finished` and
`previous`; an assessment's has `assessment_id` and `inputs.runs`. A link to another sealed folder names the SHA-256 of
its `verify/statement.pae`.
"""

import base64
from typing import Annotated, Any, TypedDict

import msgspec

from annexa.evidence import canonical, layout
from annexa.evidence.errors import CanonicalError, SealError, VerifyError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
RUN_TYPE = "urn:annexa:run:v1"
"""Predicate type of a run."""
ASSESSMENT_TYPE = "urn:annexa:assessment:v1"
"""Predicate type of an assessment."""


class PreviousRun(TypedDict):
    """The link from a run to the complete run before it."""

    run_id: str
    statement_sha256: str
    tree_root: str
    tree_size: int


class SegmentLines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many lines a segment has."""

    name: str
    lines: int


Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256, hexadecimal."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """How a sealed folder names another one; a run names its previous run with all four, an assessment with two."""

    run_id: str
    statement_sha256: Digest
    tree_root: Digest | None = None
    tree_size: int | None = None


class Tree(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tree over all lines of all segments."""

    root: Digest
    """RFC 6962 root, hexadecimal."""
    size: int
    """Number of lines."""
    segments: tuple[SegmentLines, ...]
    """Lines per segment, in the order in which they enter the tree."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, read."""

    predicate_type: str
    sums_sha256: str
    """Digest of `SHA256SUMS`."""
    predicate: dict[str, Any]
    files: int
    tree: Tree


def previous_run(predicate: dict[str, Any]) -> Link | None:
    """The run that a predicate names as the one before it; raises `SealError` if it names it wrongly."""
    try:
        return msgspec.convert(predicate, _Linked, strict=True).previous
    except msgspec.ValidationError as error:
        said = f"the predicate's previous run is not named as it must be: {error}"
        raise SealError(said, hint="take it from Vault.previous") from error


def build(*, predicate_type: str, predicate: dict[str, Any], sums_sha256: str, files: int, tree: Tree) -> bytes:
    """The statement's bytes; raises `SealError` if the predicate claims what is counted here, or links to nothing."""
    counted: dict[str, Any] = {"files": files, "tree": msgspec.to_builtins(tree)}
    if taken := counted.keys() & predicate.keys():
        raise SealError(f"the predicate already has {sorted(taken)}", hint="leave these to the seal")
    previous_run(predicate)
    body: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": layout.SUMS, "digest": {"sha256": sums_sha256}}],
        "predicateType": predicate_type,
        "predicate": {**predicate, **counted},
    }
    return canonical.encode(body)


def parse(payload: bytes) -> Statement:
    """Read a statement's bytes; raises `VerifyError` if they are not such a statement."""
    try:
        body = msgspec.convert(canonical.decode_strict(payload), _Body, strict=True)
        counted = msgspec.convert(body.predicate, _Counted, strict=True)
    except (CanonicalError, msgspec.ValidationError) as error:
        raise VerifyError(f"the statement cannot be read: {error}", hint=_HINT) from error
    if body._type != STATEMENT_TYPE or len(body.subject) != 1 or body.subject[0].name != layout.SUMS:
        raise VerifyError(f"the statement is not an in-toto statement about {layout.SUMS} alone", hint=_HINT)
    return Statement(
        predicate_type=body.predicate_type,
        sums_sha256=body.subject[0].digest.sha256,
        predicate=body.predicate,
        files=counted.files,
        tree=counted.tree,
    )


def checkpoint(origin: str, tree: Tree, predicate: dict[str, Any]) -> str:
    """The text of a C2SP checkpoint: origin, size, root; then the digest of the previous run's statement, if any."""
    lines = [origin, str(tree.size), base64.b64encode(bytes.fromhex(tree.root)).decode()]
    if previous := previous_run(predicate):
        lines.append(f"previous {previous.statement_sha256}")
    return "".join(f"{line}\n" for line in lines)


_HINT = "take an untouched copy from whoever gave it to you"


class _Digest(msgspec.Struct, forbid_unknown_fields=True):
    sha256: str


class _Subject(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    digest: _Digest


class _Body(msgspec.Struct, forbid_unknown_fields=True, rename={"predicate_type": "predicateType"}):
    _type: str
    subject: list[_Subject]
    predicate_type: str
    predicate: dict[str, Any]


class _Linked(msgspec.Struct):
    previous: Link | None = None


class _Counted(_Linked, kw_only=True):
    files: int
    tree: Tree
