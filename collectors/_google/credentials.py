"""How a Google source signs in: a service account's key, in an administrator's name or its own, or what the environment has."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from annexa.collectors._google.settings import GoogleSettings
from annexa.collectors._source import CannotStartError, Circumstances

SANDBOX_TOKEN = "ANNEXA_SANDBOX_GOOGLE_TOKEN"  # noqa: S105  # the name of a variable
"""Variable with the token that the make-believe company's stand-in understands."""


def credentials(settings: GoogleSettings, lent: Circumstances, scopes: Iterable[str]) -> Any:
    """Credentials of google-auth for exactly these scopes; raises `CannotStartError`."""
    wanted = sorted(scopes)
    if lent.sandbox:
        from google.oauth2.credentials import Credentials

        return Credentials(token=lent.environment[SANDBOX_TOKEN])
    found = _of_file(settings, wanted) if settings.key_file else _of_environment(settings, wanted)
    return found.with_quota_project(settings.quota_project) if settings.quota_project else found


def _of_file(settings: GoogleSettings, scopes: list[str]) -> Any:
    from google.oauth2 import service_account

    file = Path(str(settings.key_file)).expanduser()
    try:
        told = json.loads(file.read_text("utf-8"))
        return service_account.Credentials.from_service_account_info(told, scopes=scopes, subject=settings.subject)
    except OSError as error:
        raise CannotStartError(
            f"{settings.name}: {file} cannot be read", cure="Correct `key_file` of the source."
        ) from error
    except (ValueError, KeyError) as error:
        raise CannotStartError(
            f"{settings.name}: {file} is no key of a service account",
            cure="Make a JSON key for the service account in the Google Cloud console, or use workload identity.",
        ) from error


def _of_environment(settings: GoogleSettings, scopes: list[str]) -> Any:
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        found, _ = google.auth.default(scopes=scopes)
    except GoogleAuthError as error:
        raise CannotStartError(
            f"{settings.name}: no Google credentials were found",
            cure="Name a `key_file`, or sign in: gcloud auth application-default login.",
        ) from error
    if settings.subject is None:
        return found
    if not hasattr(found, "with_subject"):
        raise CannotStartError(
            f"{settings.name}: these credentials cannot ask in the name of {settings.subject}",
            cure="Name the `key_file` of a service account with domain-wide delegation.",
        )
    return found.with_subject(settings.subject)
