"""What every command needs first: configuration, vault, keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annexa.commands._config import DEFAULT, Config, Keys, read
from annexa.evidence.errors import UsageError, storing

if TYPE_CHECKING:
    from annexa.evidence.keys import SigningKey
    from annexa.evidence.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where we are."""

    config: Config | None
    base: Path
    """Folder to which the configuration's paths are relative."""
    vault_path: Path
    file: Path = DEFAULT
    """The configuration's file, for messages."""

    def vault(self, *, create: bool = False) -> "Vault":
        """Open the vault."""
        from annexa.evidence.vault import Vault

        return Vault.open(self.vault_path, create=create)

    def vault_if_there(self) -> "Vault | None":
        """The vault, if there is one: one that cannot be read is said before anything is made."""
        from annexa.evidence.keys import VAULT_MARK

        return self.vault() if (self.vault_path / VAULT_MARK).exists() else None

    def path(self, text: str) -> Path:
        """A path of the configuration."""
        place = Path(text).expanduser()
        return place if place.is_absolute() else self.base / place

    @property
    def keys(self) -> Keys:
        """Where the keys lie."""
        return self.config.keys if self.config else Keys()

    def redaction_key(self) -> bytes:
        """The key under which redacted values stay comparable; made once, outside the vault."""
        from annexa.evidence import keys

        path = self.path(self.keys.redaction)
        with storing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        return keys.redaction_key(path)

    def needed(self) -> Config:
        """The configuration, where a command cannot do without."""
        if self.config is None:
            raise UsageError("there is no annexa.toml here", hint="run `annexa init`, or name one with --config")
        return self.config


def here(ctx: click.Context) -> Here:
    """Read the configuration that the command line names."""
    asked: dict[str, Any] = ctx.obj
    config, base = read(asked["config"])
    vault = asked["vault"] or (base / (config.vault if config else "annexa-vault"))
    return Here(config=config, base=base, vault_path=vault, file=asked["config"] or DEFAULT)


def signing_key(place: Here, *, make: bool = False) -> "SigningKey":
    """The signing key; with `make` it is made where there is none yet, and said so."""
    from annexa.evidence import keys

    path = place.path(place.keys.signing)
    if make and not path.exists():
        with storing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        public = keys.generate(path).public
        click.echo(f"made a signing key: {path}\n  fingerprint {keys.fingerprint(public)}", err=True)
    return keys.load_private(path)
