"""Sends declared reads through Microsoft's SDK: its sign-in, its request adapter, its bytes as they came.

The SDK's typed models are not used: they turn what they do not know into nothing. The token goes to the one host of the
source and to no other, whatever a page or a redirect says.
"""

import weakref
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
from azure.core.exceptions import AzureError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter

from annexa.collectors._graph import signing_in
from annexa.collectors._graph.credentials import claims, credential
from annexa.collectors._graph.http import Loop, TooLargeError, graph_http
from annexa.collectors._graph.settings import GraphSettings
from annexa.collectors._rest import faults, guard
from annexa.collectors._rest.address import Address, address
from annexa.collectors._rest.asking import Again, Asking, unanswered
from annexa.collectors._rest.question import Question
from annexa.collectors._rest.read import Api, Read
from annexa.collectors._rest.reply import Reply
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import Trouble, UnreadError
from annexa.schemas.words import Reason


class GraphClient(Asking):
    """Asks Graph or Resource Manager; safe to be used by many threads."""

    skew = 0.0
    """Seconds by which our clock is ahead of the vendor's, by its last answer."""

    def __init__(self, api: Api, settings: GraphSettings, lent: Circumstances) -> None:
        super().__init__(api, settings, lent)
        self.credential = credential(settings, lent)
        self.scope = _scope(api, self._home)
        """What the token is for: `https://graph.microsoft.com/.default`."""
        http = graph_http(api, settings, lent)
        self._loop = Loop(f"annexa-{settings.name}")
        weakref.finalize(self, self._loop.end, http)  # nobody closes a source
        provider = AzureIdentityAuthenticationProvider(
            self.credential, scopes=[self.scope], allowed_hosts=[self._home.host]
        )
        self._adapter = GraphRequestAdapter(provider, client=http)

    def claims(self) -> Mapping[str, Any]:
        """What the access token says about itself; raises `CannotStartError` where signing in fails."""
        try:
            return claims(str(self.credential.get_token(self.scope).token))
        except (AzureError, ValueError) as error:
            raise signing_in.cannot_start(self._settings.name, error) from error

    def held(self) -> frozenset[str] | None:
        """The app roles that the token holds; None where they do not decide: a person's token, Resource Manager."""
        try:
            roles = claims(str(self.credential.get_token(self.scope).token)).get("roles")
        except (AzureError, ValueError):
            return None
        asked_by_roles = self._api.vendor == "microsoft" and isinstance(roles, list)
        return frozenset(map(str, roles)) if asked_by_roles and roles is not None else None

    def _send(self, read: Read, question: Question) -> Reply:
        address = self.address(read)
        asked = _request(read, question, address)
        token = guard.IN_FLIGHT.set(guard.InFlight(read=read, address=address))
        try:
            response: Any = self._loop.run(self._adapter.send_primitive_async(asked, "bytes", {}), self._slowest)
        except TooLargeError as error:
            raise UnreadError(
                read, faults.invalid("too_large", "the answer is larger than any that is read")
            ) from error
        except httpx.DecodingError as error:
            raise UnreadError(read, faults.invalid("unreadable_body", "the body cannot be unpacked")) from error
        except (httpx.TransportError, TimeoutError) as error:
            raise unanswered(read, error, address) from error
        except AzureError as error:
            raise _not_signed_in(read, error) from error
        finally:
            guard.IN_FLIGHT.reset(token)
        self._hosts.add(address.origin)
        self._compare(response.headers.get("date", ""))
        return Reply(
            status=response.status_code, body=response.content, host=address.origin, headers=dict(response.headers),
            links=tuple(response.headers.get_list("link")),
        )  # fmt: skip

    def _compare(self, date: str) -> None:
        """Note how far our clock is from the vendor's."""
        try:
            theirs = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        self.skew = (self._clock.now() - theirs).total_seconds()


def _scope(api: Api, home: Address) -> str:
    """The audience of the token: the vendor's service, also where a stand-in answers for it."""
    ours = address(api.base)
    return f"{(home if home.is_of(api.suffixes) else ours).origin}/.default"


def _request(read: Read, question: Question, address: Address) -> RequestInformation:
    asked = RequestInformation()
    asked.http_method = Method(question.method)
    query = urlencode(question.query, quote_via=quote, safe="$,()'")
    asked.url = question.url(address) + (f"?{query}" if query else "")
    for name, value in read.headers.items():
        asked.headers.try_add(name, value)
    asked.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
    if question.body is not None:
        asked.set_stream_content(msgspec.json.encode(question.body), "application/json")
    return asked


def _not_signed_in(read: Read, error: AzureError) -> Exception:
    """What a failed sign-in is: nobody may ask, or nobody got there, which is worth another try."""
    code, says, cure = signing_in.why(error)
    lost = signing_in.is_unreachable(code)
    reason = Reason.UNREACHABLE if lost else Reason.DENIED
    unread = UnreadError(read, Trouble(reason=reason, code=code, says=f"signing in failed: {says}", cure=cure))
    return Again(unread, None) if code == "unreachable" else unread
