"""What the stand-in can say instead of an answer.

SandboxError, and below it:
├── AwsError        an error that the vendor would send, by code and status
├── Unsupported     the sandbox does not play this operation; never an empty answer
├── BadFixture      the scenario contradicts the vendor's model: a mistake of ours
├── Cut             the connection ends after some bytes
├── Silence         nothing comes within the client's patience
└── Unresolved      the host name does not exist
"""

from collections.abc import Mapping


class SandboxError(Exception):
    """Base of everything the sandbox raises."""


class AwsError(SandboxError):
    """An error as AWS would send it; `status` 0 means the one that the service's model declares."""

    def __init__(self, code: str, message: str = "", status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.headers = code, message, status, dict(headers or {})


class Unsupported(SandboxError):
    """The request is outside what the sandbox plays; sent as status 501."""


class BadFixture(SandboxError):
    """A scenario value that the operation's output shape does not allow."""


class Cut(SandboxError):
    """The connection is closed after `sent`, the first bytes of the body; `length` is what the head promised.

    With `status` 0 it is closed before the head.
    """

    def __init__(
        self, sent: bytes = b"", length: int = 0, status: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("the connection is cut")
        self.sent, self.length, self.status, self.headers = sent, length, status, dict(headers or {})


class Silence(SandboxError):
    """No answer for `seconds`, then the connection is closed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer for {seconds} s")
        self.seconds = seconds


class Unresolved(SandboxError):
    """The host of `service` has no address in `region`; over real HTTP the connection is closed unanswered."""

    def __init__(self, service: str, region: str) -> None:
        super().__init__(f"no host for {service} in {region}")
