"""What an AWS error means: who must act decides the reason."""

import re
from typing import Any

from botocore import exceptions as aws

from annexa.evidence.answer import Trouble
from annexa.evidence.call import Call
from annexa.schemas.words import Reason

DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AuthorizationError", "AuthorizationErrorException",
    "Forbidden", "ForbiddenException", "NotAuthorized", "OperationNotPermittedException", "OptInRequired",
    "UnauthorizedAccess", "UnauthorizedException", "UnauthorizedOperation",
})  # fmt: skip
"""Codes by which services refuse an identity that they know."""

EXPIRED = frozenset({
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
    "InvalidClientTokenId", "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
    "RequestExpired", "SignatureDoesNotMatch", "TokenRefreshRequired", "UnrecognizedClientException",
})  # fmt: skip
"""Codes by which services do not accept the credentials at all."""

THROTTLED = frozenset({
    "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException",
})  # fmt: skip
"""Codes that botocore counts as throttling."""

UNSUPPORTED = frozenset({"InvalidAction", "NotImplemented", "UnknownOperation", "UnknownOperationException"})
"""Codes by which an endpoint says that it has no such operation."""

UNREACHABLE = (
    aws.ConnectionError,
    aws.ConnectionClosedError,
    aws.ReadTimeoutError,
    aws.ConnectTimeoutError,
    aws.EndpointConnectionError,
    aws.HTTPClientError,
)


def from_response(call: Call, error: aws.ClientError, identity: str, host: str) -> Trouble:
    """Read an error answer of a service."""
    meta = error.response.get("ResponseMetadata", {})
    status = int(meta.get("HTTPStatusCode", 0))
    code = str(error.response.get("Error", {}).get("Code", "")) or f"HTTP {status}"
    reason, says, cure = _meaning(call, code, status, principal(identity))
    return Trouble(
        reason=reason, code=code, says=says, cure=cure, status=status, host=host, request_id=meta.get("RequestId")
    )


def from_unreadable(call: Call, status: int, identity: str, host: str) -> Trouble:
    """Read an answer that could not be understood; a refusal says by its status alone what it is."""
    if status < 300:
        says = "the answer could not be read"
        return Trouble(reason=Reason.INVALID_ANSWER, code="unreadable_body", says=says, status=status, host=host)
    code = f"HTTP {status}"
    reason, says, cure = _meaning(call, code, status, principal(identity))
    return Trouble(reason=reason, code=code, says=says, cure=cure, status=status, host=host)


def from_transport(error: Exception, host: str) -> Trouble:
    """Read a failure in which no answer came."""
    code = type(error).__name__
    if isinstance(error, (aws.NoCredentialsError, aws.CredentialRetrievalError, aws.TokenRetrievalError)):
        cure = "Sign in again, or renew the credentials."
        return Trouble(reason=Reason.DENIED, code=code, says="there are no valid credentials", cure=cure)
    cure = "Check the network, proxy and name resolution; then run again."
    return Trouble(reason=Reason.UNREACHABLE, code=code, says="no answer came", cure=cure, host=host)


def invalid(code: str, says: str, host: str) -> Trouble:
    """An answer with a good status that is not what the service documents."""
    cure = "Run again; if it stays, report it with this code."
    return Trouble(reason=Reason.INVALID_ANSWER, code=code, says=says, cure=cure, status=200, host=host)


def principal(identity: str) -> str:
    """Whom to grant a permission to: the role behind a session, which is another in every run."""
    found = re.fullmatch(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.*", identity)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else identity


def _meaning(call: Call, code: str, status: int, identity: str) -> tuple[Reason, str, str | None]:
    if code in EXPIRED or status == 401:
        return Reason.DENIED, "the credentials were not accepted", f"Renew the credentials of {identity}."
    if code in THROTTLED or status == 429:
        return Reason.THROTTLED, "throttled until every attempt was used", "Run again, with a lower rate."
    if code in DENIED or status == 403:
        return Reason.DENIED, f"{identity} may not make this call", f"Grant {call.needs} to {identity}."
    if code == "SubscriptionRequiredException":
        return Reason.NOT_LICENSED, "the account's support plan has no such interface", None
    if code in UNSUPPORTED or status == 501:
        return Reason.UNSUPPORTED, "this endpoint has no such operation", None
    if 300 <= status < 400:
        return Reason.INVALID_ANSWER, "a redirect, which is never followed", None
    if status >= 500:
        return Reason.ERROR, "the service failed", "Run again."
    return Reason.ERROR, "an error that this call does not document as an absence", "Run again; if it stays, report it."


def code_of(error: aws.ClientError) -> str:
    """The service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def body_of(error: aws.ClientError) -> dict[str, Any]:
    """The part of an error answer that may be kept: its code, never its text."""
    return {"Error": {"Code": code_of(error)}}
