"""The one error tree. Every error says what happened, what was expected, and what to do now.

::

    AnnexaError                  3   something of ours went wrong (see `exit_code`)
    ├── UsageError               2   a command was called in a way that cannot work
    │   └── ConfigError          2   a file that people write is wrong: names file, line or field
    ├── KeyFileError             2   a key file is missing, unreadable, of the wrong sort, or open to others
    ├── VaultError               2   the vault cannot be read or written: full, read-only, newer, unknown run
    ├── CanonicalError           3   a value or line outside the canonical profile: names its path
    ├── SealError                3   a sealed folder was used in a way that would break the seal
    └── VerifyError              4   evidence does not verify

The number is the exit code of the command line. Code that reads or writes the vault lets no other
`OSError` out than those that `VaultError.of` has turned into one of these.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnnexaError(Exception):
    """Base of all errors that a user may see; `str()` is the message, `lines()` adds the advice."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str, expected: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.expected = expected

    def lines(self) -> list[str]:
        """The message, then what was expected, then what to do: ready to be printed."""
        expected = [f"expected: {self.expected}"] if self.expected else []
        return [self.message, *expected, f"what to do: {self.hint}"]


class UsageError(AnnexaError):
    """A command was called in a way that cannot work."""

    exit_code = 2


class ConfigError(UsageError):
    """A file that people write is wrong; the place is put before the message."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        expected: str | None = None,
        file: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        place = str(file) if file is not None else ""
        place += f":{line}" if line is not None else ""
        parts = [place, field or "", message]
        super().__init__(": ".join(part for part in parts if part), hint=hint, expected=expected)
        self.file, self.line, self.field = file, line, field


class KeyFileError(AnnexaError):
    """A key file is missing, unreadable, of the wrong sort, or open to others."""

    exit_code = 2


class CanonicalError(AnnexaError):
    """A value or a stored line is outside the canonical profile; `path` says where (`$.data.limit`)."""

    def __init__(self, message: str, *, path: str = "$", hint: str = "") -> None:
        super().__init__(
            f"{path}: {message}",
            hint=hint or "use text, whole numbers, true, false, null, lists and objects with ASCII keys",
            expected="canonical JSON: sorted ASCII keys, no fractions, whole numbers within ±(2^53-1), valid Unicode",
        )
        self.path = path


class SealError(AnnexaError):
    """A sealed folder was used in a way that would break the seal (written after sealing, for example)."""


class VerifyError(AnnexaError):
    """Evidence does not verify."""

    exit_code = 4


class VaultError(AnnexaError):
    """The vault cannot be read or written."""

    exit_code = 2

    @classmethod
    def of(cls, error: OSError, path: Path) -> "VaultError":
        """The operating system's refusal at `path`, with the cure for the usual causes."""
        what, hint = _CURES.get(error.errno or 0, (error.strerror or str(error), "check the disk and the path"))
        return cls(f"{path}: {what}", hint=hint)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn every `OSError` of the block into a `VaultError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise VaultError.of(error, Path(os.fsdecode(error.filename)) if error.filename else path) from error


_FULL = "free some space or give another place with --vault, then run again; nothing was sealed"
_CURES = {
    errno.ENOSPC: ("the disk is full", _FULL),
    errno.EDQUOT: ("the disk quota is used up", _FULL),
    errno.EROFS: ("the file system is read-only", "give a writable place with --vault"),
    errno.EACCES: ("permission denied", "give your user write permission there, or another place with --vault"),
    errno.EPERM: ("operation not permitted", "give your user write permission there, or another place with --vault"),
    errno.ENOENT: ("there is no such file or folder", "check the path"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "check the path or give another with --vault"),
    errno.EEXIST: ("exists already", "nothing is ever overwritten: choose another name"),
    errno.EMFILE: ("too many open files", "raise the limit (ulimit -n) and run again"),
    errno.EIO: ("the disk reports an error", "check the disk; do not trust what was written to it today"),
}
