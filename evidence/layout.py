"""What lies where in a sealed folder, and the list of digests that binds it together.

::

    records/setting.jsonl, unread.jsonl …   segments: canonical lines, the leaves of the tree
    pages/<sha256>.json                     kept pages, named by their digest
    run.json, assessment.json …             further files of whoever wrote the folder
    VERIFY.md, checkpoint, verify/public-key.pem
    SHA256SUMS                              every file above, sorted by name
    statement.dsse.json                     the signed statement over SHA256SUMS
    verify/statement.pae, .sig              the same statement and signature as openssl wants them

`SHA256SUMS` is what `sha256sum -c` reads: 64 hexadecimal digits, two spaces, a plain relative name.
"""

import re
from collections.abc import Mapping

from annexa.evidence.dsse import Envelope
from annexa.evidence.errors import SealError, VerifyError

SUMS = "SHA256SUMS"
STATEMENT = "statement.dsse.json"
PAE = "verify/statement.pae"
SIGNATURE = "verify/statement.sig"
SEAL_FILES = frozenset({SUMS, STATEMENT, PAE, SIGNATURE})
"""The files that `SHA256SUMS` cannot list, because they are made from it."""
PUBLIC_KEY = "verify/public-key.pem"
CHECKPOINT = "checkpoint"
GUIDE = "VERIFY.md"
PAGES = "pages/"
SEGMENT = ".jsonl"
PARTIAL = ".partial"
"""Ending of a folder that is still being written, or was left."""
ABANDONED = "abandoned.txt"
"""Says in a partial folder why it was left."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_NAME.pattern})")
_OURS = re.compile(rf"verify/.*|pages/.*|{re.escape(PAGES[:-1])}|verify|{SUMS}|{STATEMENT}|{CHECKPOINT}|{GUIDE}")


def is_name(name: str) -> bool:
    """Whether `name` may stand in a sealed folder: plain ASCII, relative, no hidden parts, no way out of the folder."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str) -> str:
    """`name`, if a writer may give it to a file or segment; raises `SealError` otherwise."""
    if not is_name(name) or _OURS.fullmatch(name):
        raise SealError(
            f"{name!r} cannot be the name of a file here", hint="use letters, digits, '.', '_', '-' and '/'"
        )
    return name


def page_name(sha256: str) -> str:
    """Name of the kept page with this digest."""
    return f"{PAGES}{sha256}.json"


def segment_names(names: Mapping[str, str]) -> list[str]:
    """The segments among some file names, in the order in which their lines enter the tree."""
    return sorted(name.removesuffix(SEGMENT) for name in names if name.endswith(SEGMENT) and not name.startswith(PAGES))


def write_sums(digests: Mapping[str, str]) -> bytes:
    """The bytes of `SHA256SUMS` for file names and their digests."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def read_sums(data: bytes) -> dict[str, str]:
    """Digest by file name; raises `VerifyError` for a line that annexa would not write (`../`, twice, unsorted)."""
    digests: dict[str, str] = {}
    for number, line in enumerate(data.decode("ascii", "replace").split("\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] in SEAL_FILES:
            raise VerifyError(f"{SUMS} line {number} cannot be used: {line[:200]!r}", hint=_HINT)
        digests[match[2]] = match[1]
    if write_sums(digests) != data:
        raise VerifyError(f"{SUMS} is not in the one form in which annexa writes it", hint=_HINT)
    return digests


def seal_files(sums: bytes, envelope: Envelope) -> dict[str, bytes]:
    """The bytes of each seal file, by name."""
    return {SUMS: sums, STATEMENT: envelope.encode(), PAE: envelope.signed, SIGNATURE: envelope.signature}


def guide(*, fingerprint: str, listed: int) -> bytes:
    """`VERIFY.md`: how to check a folder of `listed` files in `SHA256SUMS` without annexa, and what that shows."""
    return _GUIDE.format(
        digest=fingerprint.removeprefix("SHA256:"), listed=listed, files=listed + len(SEAL_FILES)
    ).encode()


_HINT = "take an untouched copy from whoever gave it to you"

_GUIDE = """\
# Verify this folder without annexa

You need this folder, `sha256sum`, `openssl`, and the public key **as its owner gave it to you**: a key that comes with
the evidence proves nothing, because whoever changes the one can change the other. `YOUR-COPY.pub.pem` below stands for
your copy. Run the lines in this folder.

1. Is it the key that this folder claims? The owner should have told you the same number on another way.

       openssl pkey -pubin -in YOUR-COPY.pub.pem -outform DER | sha256sum

   This folder claims `{digest}`.

2. Did that key sign the statement? Prints `Verified OK`.

       openssl dgst -sha256 -verify YOUR-COPY.pub.pem -signature verify/statement.sig verify/statement.pae

3. Is the list of digests the one in the statement? Prints `1`.

       grep -a -c "$(sha256sum SHA256SUMS | cut -c 1-64)" verify/statement.pae

4. Are the {listed} listed files unchanged? Prints `OK` for each.

       sha256sum -c SHA256SUMS

5. Was nothing added? Prints `{files}`.

       find . -type f | wc -l

`annexa verify --key YOUR-COPY.pub.pem FOLDER` does all of this and more: it also checks that every line is in its one
canonical form, the tree over all lines, that records name kept pages that are here, and the link to the previous run.

## What this proves

The holder of that key stated exactly these bytes, and nothing was changed, removed or added since.

## What it does not prove

- That the evidence is true or complete: it holds what the vendors' interfaces answered and lists what they refused.
- When it was made: the times are those of the machine that collected. No outside clock has signed them.
- That no newer run was removed, or that the key's holder did not write everything anew. Keep the number that
  `sha256sum verify/statement.pae` prints: each run names that number of the run before it.
"""
