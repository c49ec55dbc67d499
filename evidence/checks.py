"""The checks of one sealed folder, against a key that its reader brought along.

Invariants: the key inside the folder is never trusted; lines and checkpoint are parsed only once signed digests cover
them; no link is followed out of the folder; what cannot be checked is a problem, never a pass. Digests and the tree are
computed anew from the files.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annexa.evidence import dsse, layout, statement, tree
from annexa.evidence.errors import KeyFileError, VerifyError, storing
from annexa.evidence.keys import PublicKey, parse_public
from annexa.evidence.lines import examine


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that does not verify, or (`failed` false) one that could not be looked at here."""

    code: str
    """Stable word for programs: `changed`, `missing`, `unlisted`, `wrong_key` …"""
    message: str
    """One sentence for people, which names the file, line or record."""
    folder: Path
    file: str | None = None
    line: int | None = None
    """Line of the file, from 1."""
    failed: bool = True


_SHOWN = 5
"""Bad lines told one by one; a segment's further ones are counted."""


class Folder:
    """One sealed folder under examination; after `problems` is exhausted, `statement` is what it states, if genuine."""

    def __init__(self, path: Path, key: PublicKey) -> None:
        self.path = path
        self._key = key
        self._files: set[str] = set()
        self._digests: dict[str, str] = {}
        self._sound: set[str] = set()
        self.statement: statement.Statement | None = None
        self.digest: str | None = None
        """Digest of the signed bytes, if a genuine statement was found."""
        self.claimed: str | None = None
        """The same of a statement that anybody may have signed."""

    def problems(self, *, lines: bool = True) -> Iterator[Problem]:
        """Everything that is wrong with the folder by itself; links to other folders are not followed.

        Without `lines` each file is held against its digest and nothing in it is read: what was sealed is still there.
        """
        yield from self._walk(self.path, "")
        envelope, found = self._envelope()
        yield from found
        if envelope is None:
            return
        self.claimed = envelope.digest
        yield from self._signature(envelope)
        yield from self._lists(envelope)
        if self.statement is not None:
            yield from self._checkpoint(self.statement)
            yield from self._pages()
            if lines:
                yield from self._lines(self.statement.tree)

    def problem(
        self, code: str, message: str, file: str | None = None, line: int | None = None, *, failed: bool = True
    ) -> Problem:
        """A problem of this folder."""
        said = f"{self.path.name}: {message}"
        return Problem(code=code, message=said, folder=self.path, file=file, line=line, failed=failed)

    def _walk(self, folder: Path, prefix: str) -> Iterator[Problem]:
        """Find every file; links and devices are refused unread, empty folders are told."""
        with storing(folder):
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        if not entries:
            yield self.problem("unlisted", f"the folder {prefix or '.'} is empty and was not sealed", prefix)
        for entry in entries:
            name = f"{prefix}{entry.name}"
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from self._walk(folder / entry.name, f"{name}/")
            elif stat.S_ISREG(mode):
                self._files.add(name)
            else:
                kind = "a link" if stat.S_ISLNK(mode) else "no plain file"
                yield self.problem("not_a_file", f"{name} is {kind}: nothing outside the folder is evidence", name)

    def _envelope(self) -> tuple[dsse.Envelope | None, list[Problem]]:
        if layout.STATEMENT not in self._files:
            return None, [
                self.problem("unsealed", f"there is no {layout.STATEMENT}: it is not sealed", layout.STATEMENT)
            ]
        try:
            return dsse.read(self._read(layout.STATEMENT)), []
        except VerifyError as error:
            return None, [self.problem("envelope", f"{layout.STATEMENT}: {error.message}", layout.STATEMENT)]

    def _signature(self, envelope: dsse.Envelope) -> Iterator[Problem]:
        """Set `statement` only if the pinned key signed it."""
        if not envelope.check(self._key):
            yield self._forged(envelope)
            return
        try:
            self.statement = statement.parse(envelope.payload)
            self.digest = envelope.digest
        except VerifyError as error:
            yield self.problem("statement", f"{layout.STATEMENT}: {error.message}", layout.STATEMENT)

    def _forged(self, envelope: dsse.Envelope) -> Problem:
        """Tell a statement signed by somebody else from one that was changed."""
        signer = envelope.keyid
        if layout.PUBLIC_KEY in self._files:
            try:
                inside = parse_public(self._read(layout.PUBLIC_KEY), layout.PUBLIC_KEY)
                signer = inside.fingerprint if inside.verifies(envelope.signature, envelope.signed) else signer
            except KeyFileError:
                pass  # The listed digest of that file fails too, and says so.
        if signer != self._key.fingerprint:
            said = f"it is signed by {signer}, not by your key {self._key.fingerprint}: another key sealed it"
            return self.problem("wrong_key", said, layout.STATEMENT)
        return self.problem(
            "signature", f"{layout.STATEMENT} was changed: the signature does not fit", layout.STATEMENT
        )

    def _lists(self, envelope: dsse.Envelope) -> Iterator[Problem]:
        """Compare `SHA256SUMS`, its statement, the helper files for openssl, and the files themselves."""
        if layout.SUMS not in self._files:
            yield self.problem("missing", f"{layout.SUMS} is missing", layout.SUMS)
            return
        sums = self._read(layout.SUMS)
        if self.statement is not None and hashlib.sha256(sums).hexdigest() != self.statement.sums_sha256:
            yield self.problem("changed", f"{layout.SUMS} was changed: it is not the signed list", layout.SUMS)
        yield from self._helpers(layout.seal_files(sums, envelope))
        try:
            self._digests = layout.read_sums(sums)
        except VerifyError as error:
            yield self.problem("sums", error.message, layout.SUMS)
            return
        yield from self._compare()

    def _helpers(self, expected: dict[str, bytes]) -> Iterator[Problem]:
        for name, data in expected.items():
            if name not in self._files:
                yield self.problem("missing", f"{name} is missing", name)
            elif self._read(name) != data:
                yield self.problem("helper", f"{name} was changed: it is not what {layout.STATEMENT} holds", name)
        name = layout.PUBLIC_KEY
        if self.statement is not None and (name not in self._files or self._read(name) != self._key.pem):
            yield self.problem("helper", f"{name} is not the key that signed", name)

    def _compare(self) -> Iterator[Problem]:
        for name in sorted(self._files - self._digests.keys() - layout.SEAL_FILES):
            yield self.problem("unlisted", f"{name} was added: {layout.SUMS} does not list it", name)
        for name, digest in self._digests.items():
            if name not in self._files:
                yield self.problem("missing", f"{name} is missing", name)
            elif self._hash(name) != digest:
                yield self.problem("changed", f"{name} was changed", name)
            else:
                self._sound.add(name)
        if self.statement is not None and self.statement.files != len(self._digests):
            said = f"{layout.SUMS} lists {len(self._digests)} files, the statement counts {self.statement.files}"
            yield self.problem("count", said, layout.SUMS)

    def _checkpoint(self, stated: statement.Statement) -> Iterator[Problem]:
        name = layout.CHECKPOINT
        if name not in self._sound:
            if name not in self._digests:
                yield self.problem("missing", f"{name} was never listed", name)
            return
        try:
            origin = self._read(name).partition(b"\n")[0].decode("ascii", "replace")
            text = dsse.read_note(self._read(name), origin, self._key)
            if text != statement.checkpoint(origin, stated.tree, stated.predicate):
                yield self.problem("checkpoint", f"{name} tells another tree or previous run than the statement", name)
        except VerifyError as error:
            yield self.problem("checkpoint", f"{name}: {error.message}", name)

    def _pages(self) -> Iterator[Problem]:
        for name, digest in self._digests.items():
            if name.startswith(layout.PAGES) and name != layout.page_name(digest):
                yield self.problem("page_name", f"{name} is not named by its digest", name)

    def _lines(self, stated: statement.Tree) -> Iterator[Problem]:
        """Check each line, and the tree over all of them; a changed segment was told already and spoils the tree."""
        segments = layout.segment_names(self._digests)
        leaves = bytearray()
        counts = []
        for segment in segments:
            if segment + layout.SEGMENT in self._sound:
                start = len(leaves)
                yield from self._segment(segment + layout.SEGMENT, leaves)
                lines = (len(leaves) - start) // tree.WIDTH
                counts.append(statement.SegmentLines(name=segment, lines=lines))
        if len(counts) == len(segments):
            size = len(leaves) // tree.WIDTH
            if statement.Tree(root=tree.root(leaves).hex(), size=size, segments=tuple(counts)) != stated:
                yield self.problem("tree", "the tree over all lines is not the one in the statement", layout.STATEMENT)

    def _segment(self, name: str, leaves: bytearray) -> Iterator[Problem]:
        bad = 0
        for line, code, reason in examine(self.path / name, self._digests, leaves):
            bad += 1
            if bad <= _SHOWN:
                yield self.problem(code, f"{name} line {line}: {reason}", name, line)
        if bad > _SHOWN:
            yield self.problem("line", f"{name}: {bad - _SHOWN} further bad lines", name)

    def _read(self, name: str) -> bytes:
        with storing(self.path / name):
            return (self.path / name).read_bytes()

    def _hash(self, name: str) -> str:
        with storing(self.path / name), (self.path / name).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
