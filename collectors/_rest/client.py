"""Sends questions: one HTTP client per source, and the guard in front of it.

Proxies (`HTTPS_PROXY`, `NO_PROXY`) and authorities (`SSL_CERT_FILE`, `SSL_CERT_DIR`, else the system's own) come from the
process's environment; a source's `ca_file` is trusted besides. Redirects are never followed, cookies never kept.
"""

import weakref
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from annexa.collectors._rest import faults, guard
from annexa.collectors._rest.address import LOOPBACK, Address
from annexa.collectors._rest.asking import LARGEST, Asking, authorities, unanswered
from annexa.collectors._rest.question import Question
from annexa.collectors._rest.read import Api, Read
from annexa.collectors._rest.reply import Reply
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import Trouble, UnreadError
from annexa.schemas.words import Reason


class Http(httpx2.Client):
    """The HTTP client, which a stand-in can take the place of; this is what `Circumstances.prepare` is handed."""

    def answer_with(self, transport: httpx2.BaseTransport) -> None:
        """Have every request answered by this transport, past sockets and proxies; the guard stays in front."""
        self._transport = transport
        self._mounts = {}


class RestClient(Asking):
    """Asks one vendor with one key; safe to be used by many threads."""

    def __init__(self, api: Api, settings: RestSettings, lent: Circumstances) -> None:
        super().__init__(api, settings, lent)
        self._http = http_client(settings, lent, api.headers)
        if lent.prepare is not None:
            lent.prepare(api.vendor, self._http)
        self._http.event_hooks = {"request": [guard.check]}
        weakref.finalize(self, self._http.close)  # nobody closes a source

    def _send(self, read: Read, question: Question) -> Reply:
        address = self.address(read)
        request = self._http.build_request(
            question.method, question.url(address), params=list(question.query) or None, json=question.body,
            headers={**read.headers, **self._signed(read)},
        )  # fmt: skip
        token = guard.IN_FLIGHT.set(guard.InFlight(read=read, address=address))
        try:
            response = self._http.send(request, stream=True)
            try:
                return self._reply(read, response, address)
            finally:
                response.close()
        except httpx2.DecodingError as error:
            raise UnreadError(read, faults.invalid("unreadable_body", "the body cannot be unpacked")) from error
        except httpx2.TransportError as error:
            raise unanswered(read, error, address) from error
        finally:
            guard.IN_FLIGHT.reset(token)

    def _signed(self, read: Read) -> Mapping[str, str]:
        """The key, asked for every time, so that one which ends can be renewed."""
        try:
            return (read.sign or self._api.sign)(self._settings, self._environment)
        except CannotStartError as error:
            trouble = Trouble(
                reason=Reason.DENIED, code="no_credentials", says="the key is no longer there", cure=error.cure
            )
            raise UnreadError(read, trouble) from error

    def _reply(self, read: Read, response: httpx2.Response, address: Address) -> Reply:
        self._hosts.add(address.origin)
        started, parts, size = self._clock.monotonic(), list[bytes](), 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise UnreadError(read, faults.invalid("too_large", "the answer is larger than any that is read"))
            if self._clock.monotonic() - started > self._slowest:
                raise httpx2.ReadTimeout("the answer came too slowly")
        return Reply(
            status=response.status_code, body=b"".join(parts), host=address.origin, headers=dict(response.headers),
            links=tuple(response.headers.get_list("link")),
        )  # fmt: skip


def http_client(settings: RestSettings, lent: Circumstances, headers: Mapping[str, str]) -> Http:
    """A client with the run's time-outs, proxies and authorities, before any guard; raises `CannotStartError`.

    Whoever makes one for an exchange of credentials hands it to `lent.prepare` and sets its own hook, as `RestClient` does.
    """
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    try:
        return Http(
            headers={"accept": "application/json", "user-agent": "annexa", **headers}, cookies=cookies,
            verify=authorities(settings), follow_redirects=False,
            timeout=httpx2.Timeout(lent.read_timeout, connect=lent.connect_timeout, pool=None),
            limits=httpx2.Limits(max_connections=lent.connections, max_keepalive_connections=lent.connections),
            mounts={f"all://{f'[{host}]' if ':' in host else host}": None for host in LOOPBACK},
        )  # fmt: skip
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        raise CannotStartError(
            f"{settings.name}: the proxy of the environment cannot be used", cure="Correct HTTPS_PROXY and NO_PROXY."
        ) from error
