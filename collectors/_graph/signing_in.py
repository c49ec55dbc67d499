"""Why signing in failed, by the code that Microsoft's sign-in service gives; its own words are never kept.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. One that is not here is shown as it is.
"""

import re
from collections.abc import Iterator

from annexa.collectors._source import CannotStartError

_CODE = re.compile(r"AADSTS\d{4,9}")
_CERTIFICATE = re.compile(r"certificate verify failed|CERTIFICATE_VERIFY_FAILED")
_PLACES = ("ConnectionError", "ConnectTimeout", "ServiceRequestError", "ServiceResponseError", "ProxyError", "Timeout")

CURES = {
    "AADSTS90002": ("there is no such tenant", "Correct `tenant_id` of the source."),
    "AADSTS900023": ("the tenant's id is none", "Correct `tenant_id` of the source."),
    "AADSTS700016": (
        "the application is not in this tenant",
        "Correct `tenant_id` or `client_id`, or have an administrator of the tenant consent to the application.",
    ),
    "AADSTS7000215": ("the secret is wrong", "Give the secret's value, not its id, or make a new one."),
    "AADSTS7000222": ("the secret has expired", "Make a new client secret for the application, or use a certificate."),
    "AADSTS700027": (
        "the certificate is not the application's, or has expired",
        "Upload the certificate to the application, or make a new one.",
    ),
    "AADSTS700024": (
        "the time in the request lies outside what is accepted",
        "Set the clock of this machine right, and run again.",
    ),
    "AADSTS7000112": ("the application is disabled", "Enable it under Entra ID > Enterprise applications."),
    "AADSTS65001": ("nobody consented to the application", "Have an administrator consent to it."),
    "AADSTS500011": ("the tenant does not know this service", "Check the endpoint and the tenant."),
}
"""Sentence and cure by code."""


def why(error: BaseException) -> tuple[str, str, str]:
    """Code, sentence and cure of a failed sign-in."""
    text = " ".join(str(each) for each in _causes(error))
    found = next((code for code in _CODE.findall(text) if code in CURES), None)
    if found:
        return found, *CURES[found]
    if _CERTIFICATE.search(text):
        cure = "If a proxy opens connections, name its authority: `ca_file` in annexa.toml."
        return "certificate", "the certificate of the sign-in service is not trusted", cure
    if any(type(each).__name__ in _PLACES for each in _causes(error)):
        return (
            "unreachable",
            "the sign-in service could not be reached",
            "Check the network and HTTPS_PROXY; run again.",
        )
    named = _CODE.search(text)
    cure = "Check tenant, application and secret; `az login` or the variables AZURE_* serve where none is configured."
    return named[0] if named else "sign_in", "no credential was accepted", cure


def cannot_start(name: str, error: BaseException) -> CannotStartError:
    """The same, where a source cannot be asked at all."""
    code, says, cure = why(error)
    return CannotStartError(f"{name}: signing in failed: {code}: {says}", cure=cure)


def is_unreachable(code: str) -> bool:
    """Whether it failed for the way there, and not for who asks."""
    return code in ("unreachable", "certificate")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
