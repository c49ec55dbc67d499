"""Asks a vendor again and again until it answers: pacing, and the only owner of retries, whatever the way onto the wire.

`Asking` sends nothing itself: a client of an HTTP library inherits it and says how one question is sent.
"""

import os
import random
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from annexa.collectors._pacing import Pacer, Rate
from annexa.collectors._rest import faults
from annexa.collectors._rest.address import Address, base_of
from annexa.collectors._rest.later import seconds
from annexa.collectors._rest.question import Question
from annexa.collectors._rest.read import Api, Read
from annexa.collectors._rest.reply import Reply
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.clock import stamp
from annexa.schemas.words import Reason

CAREFUL = Rate(per_second=10, burst=20)
"""For vendors that publish no limit."""
LARGEST = 64 * 1024 * 1024
"""Bytes that one answer may have, unpacked."""
SLOWEST = 30.0
"""Seconds that are waited at most before a try for which the vendor named no moment."""


class Again(Exception):
    """An attempt that is worth another; `wait` is what the vendor asked for."""

    def __init__(self, ended: Reply | UnreadError, wait: float | None) -> None:
        super().__init__()
        self.ended, self.wait = ended, wait


class Asking:
    """Asks one vendor; safe to be used by many threads."""

    def __init__(self, api: Api, settings: RestSettings, lent: Circumstances) -> None:
        self._api, self._settings, self._clock, self._environment = api, settings, lent.clock, lent.environment
        self._home = base_of(api.base, settings)
        self._pacer = Pacer(lent.clock, (api.rate or CAREFUL) if lent.pacing else None, dict(api.rates))
        self._held, self._hosts = dict[str, float](), set[str]()
        self._slowest = 4 * lent.read_timeout

    def _send(self, read: Read, question: Question) -> Reply:
        """Send one question once; raises `Again`, or `UnreadError` where another try mends nothing."""
        raise NotImplementedError

    def address(self, read: Read) -> Address:
        """Where a read is asked: the API's own address, or the one that the read names."""
        return self._home if read.base is None else base_of(read.base, self._settings, own_path=True)

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        return tuple(sorted(self._hosts))

    def ask(self, read: Read, question: Question) -> Reply:
        """The last reply to a question; raises `UnreadError` where none came, or where it would take too long."""
        try:
            return self._retrying()(self._attempt, read, question)
        except Again as tired:
            if isinstance(tired.ended, UnreadError):
                raise tired.ended from tired
            return tired.ended

    def _retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(max(1, self._settings.attempts)), wait=_wait, sleep=self._clock.sleep,
            retry=retry_if_exception_type(Again), reraise=True,
        )  # fmt: skip

    def _attempt(self, read: Read, question: Question) -> Reply:
        self._hold_back(read)
        reply = self._send(read, question)
        refused = faults.refusal(self._api, read, reply)
        if refused is None or faults.absence(read, refused) is not None:
            return reply
        why = faults.reason(self._api, read, refused)
        if why not in faults.AGAIN or (reply.status in (403, 407) and why is not Reason.THROTTLED):
            return reply
        raise Again(reply, self._asked_to_wait(read, refused, why))

    def _asked_to_wait(self, read: Read, refused: faults.Refusal, why: Reason) -> float | None:
        """Seconds that the vendor asks for; where they are too many, this is the end."""
        names = self._api.later
        if why is not Reason.THROTTLED:  # a failing service may still say how long the current window of its limit is
            names = tuple(name for name in names if name.lower().startswith("retry-after"))
        wait = seconds(refused.reply.headers, names, self._clock.now())
        if wait is not None and wait > self._settings.patience:
            until = stamp(self._clock.now() + timedelta(seconds=wait))
            raise UnreadError(read, faults.trouble(self._api, read, refused, until))
        if wait and why is Reason.THROTTLED:
            self._held[read.op] = self._clock.monotonic() + wait
        return wait

    def _hold_back(self, read: Read) -> None:
        """Wait where another thread was told to; then for our own pace."""
        rest = self._held.get(read.op, 0.0) - self._clock.monotonic()
        if rest > 0:
            self._clock.sleep(rest)
        self._pacer.wait((self._api.vendor,), self._api.together.get(read.op, read.op))


def authorities(settings: RestSettings) -> ssl.SSLContext:
    """The authorities of the process's environment, else of the system, and `ca_file`; raises `CannotStartError`."""
    try:
        return _trusting(settings.ca_file, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    except OSError as error:
        named = settings.ca_file or "SSL_CERT_FILE or SSL_CERT_DIR"
        raise CannotStartError(
            f"{settings.name}: certificates could not be read: {named}",
            cure="Give a file of certificates in PEM form: `ca_file` in annexa.toml, or SSL_CERT_FILE.",
        ) from error


@cache
def _trusting(ca_file: str | None, *_environment: str | None) -> ssl.SSLContext:
    """Read once for all sources that trust the same: reading the system's authorities takes longer than a call."""
    context = httpx2.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def unanswered(read: Read, error: Exception, address: Address) -> Exception:
    """What a failure without an answer is: worth another try, or not."""
    known = next((told for each in _causes(error) if (told := _hopeless(each, address))), None)
    code, says, cure = known or (type(error).__name__, "no answer came", "Check the network and the proxy; run again.")
    unread = UnreadError(read, Trouble(reason=Reason.UNREACHABLE, code=code, says=says, cure=cure, host=address.origin))
    return unread if known else Again(unread, None)


def _wait(state: RetryCallState) -> float:
    again = state.outcome.exception() if state.outcome else None
    asked = again.wait if isinstance(again, Again) else None
    if asked:
        return asked + random.uniform(0, 0.5)  # noqa: S311  # spreads callers; nothing secret
    return random.uniform(0.5, 1) * min(SLOWEST, 2.0 ** (state.attempt_number - 1))  # noqa: S311


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _hopeless(cause: BaseException, address: Address) -> tuple[str, str, str] | None:
    """Code, sentence and cure of a failure that another try cannot mend."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        cure = "If a proxy opens connections, name its authority: `ca_file` in annexa.toml, or SSL_CERT_FILE."
        return "certificate", f"the certificate of {address.host} is not trusted", cure
    if isinstance(cause, ssl.SSLError):
        return "tls", f"no encrypted connection to {address.host} came about", "Check the proxy and the endpoint."
    if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
        cure = "Check the endpoint, the name resolution and HTTPS_PROXY."
        return "name", f"the name of {address.host}, or of the proxy, does not resolve", cure
    return None
