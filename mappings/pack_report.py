"""What a rule may name, and how a mistake in a rule or need is told."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from annexa.evidence.errors import ConfigError
from annexa.mappings.parameters import Parameters
from annexa.mappings.reading import close_to
from annexa.mappings.settings import Settings


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a rule may name."""

    settings: Settings
    parameters: Parameters
    controls: frozenset[str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Makes the errors about one rule or need."""

    file: Path
    of: str

    def wrong(self, field: str, message: str, *, hint: str, expected: str | None = None) -> ConfigError:
        """An error about one field."""
        return ConfigError(message, hint=hint, expected=expected, file=self.file, field=f"{self.of} {field}")

    def known(self, field: str, word: str, words: Iterable[str], what: str) -> None:
        """Refuse a word that is none of `words`."""
        if word not in words:
            raise self.wrong(field, f"{word!r} is no {what}", hint=close_to(word, words))
