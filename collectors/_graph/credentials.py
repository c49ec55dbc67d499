"""How a Microsoft source signs in: an application's certificate or secret, a finished token, or what the environment has."""

import base64
import binascii
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from annexa.collectors._graph.settings import GraphSettings
from annexa.collectors._source import CannotStartError, Circumstances

SANDBOX_TOKEN = "ANNEXA_SANDBOX_MICROSOFT_TOKEN"  # noqa: S105  # the name of a variable
"""Variable with the token that the make-believe company's stand-in understands."""

RETRIES = 1
"""Tries of the sign-in service besides the first; what asks for the token tries again by itself."""


class FinishedToken:
    """A token that somebody else got; it is used until it ends, and never renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **_: Any) -> Any:
        """The token, with the end that it says itself."""
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(claims(self._token).get("exp") or time.time() + 3000))


def credential(settings: GraphSettings, lent: Circumstances) -> Any:
    """A credential of azure-identity; raises `CannotStartError`."""
    environment = lent.environment
    variable = SANDBOX_TOKEN if lent.sandbox else settings.token_env
    if variable is not None:
        return FinishedToken(_said(settings, environment, variable, "Get one with `az account get-access-token`."))
    tenant = settings.tenant_id or environment.get("AZURE_TENANT_ID", "")
    if settings.client_id is None:
        from azure.identity import DefaultAzureCredential

        return DefaultAzureCredential(exclude_interactive_browser_credential=True, **_trusting(settings))
    if not tenant:
        raise CannotStartError(f"{settings.name}: the tenant is not named", cure="Set `tenant_id` of the source.")
    try:
        return _of_application(settings, environment, tenant, settings.client_id)
    except ValueError as error:
        what = f"the certificate {settings.certificate}" if settings.certificate else "tenant or client id"
        cure = (
            "Give a PEM file that holds the certificate and its private key." if settings.certificate else "Correct it."
        )
        raise CannotStartError(f"{settings.name}: {what} cannot be used", cure=cure) from error


def _of_application(settings: GraphSettings, environment: Mapping[str, str], tenant: str, client: str) -> Any:
    from azure.identity import CertificateCredential, ClientSecretCredential

    if settings.certificate is None:
        secret = _said(settings, environment, settings.secret_env, "Make a client secret for the application.")
        return ClientSecretCredential(tenant, client, secret, retry_total=RETRIES, **_trusting(settings))
    file = Path(settings.certificate).expanduser()
    if not file.is_file():
        raise CannotStartError(f"{settings.name}: there is no file {file}", cure="Correct `certificate` of the source.")
    return CertificateCredential(tenant, client, certificate_path=str(file), retry_total=RETRIES, **_trusting(settings))


def _trusting(settings: GraphSettings) -> dict[str, Any]:
    """The authorities for the sign-in service; where `ca_file` is given, that file alone (the SDK takes one)."""
    return {} if settings.ca_file is None else {"connection_verify": settings.ca_file}


def _said(settings: GraphSettings, environment: Mapping[str, str], variable: str, cure: str) -> str:
    value = environment.get(variable, "").strip()
    if not value:
        raise CannotStartError(f"{settings.name}: the environment variable {variable} is not set", cure=cure)
    return value


def claims(token: str) -> dict[str, Any]:
    """What a token says about itself (tenant, application, roles); empty where it is no JWT. It is not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
