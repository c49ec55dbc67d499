"""Okta: one organisation, its users, the applications behind its single sign-on, and who gets at them under which proof.

Log in: as an API Services app that a super administrator makes for annexa (`domain`, `client_id`, and its private key in
`OKTA_CLIENT_PRIVATEKEY` or a file), with the scopes that `annexa permissions okta` lists and the role Read-only
Administrator; or with an API token of a read-only administrator in `OKTA_CLIENT_TOKEN`, with the organisation's address in
`OKTA_CLIENT_ORGURL`. The app is the better way: its scopes end in `.read`, while a token can do whatever its maker can.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.okta._settings import OktaSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("OKTA_CLIENT_ORGURL", "OKTA_CLIENT_TOKEN")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "AI services that people use without Okta: with a password of their own, or over another identity provider.",
    "What happens inside an application after the sign-in, and sign-ins that go past Okta.",
    "Second factors that single users have enrolled: Okta tells them one user at a time, and they are not asked for.",
    "Assignments of single users to an application that groups are assigned to as well: there only the groups are read.",
    "Who is a member of a group, and which rule puts people into it.",
    "Sign-on policies of single applications in organisations on the Classic Engine: Okta has no interface for them.",
    "Whether a sign-on rule that chains methods, or asks for proof of identity, amounts to two factors: it is called open.",
    "AI agents: Okta for AI Agents is a beta interface, which the vendor's published description does not hold.",
    "Exports of the System Log that another product pulls by itself: only Okta's own log streams are listed.",
    "Events that the System Log no longer keeps.",
    "Refresh tokens of users, and the values of API tokens.",
    "Everything that only the Admin Console shows, among it the terms with Okta.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisation it is; raises `CannotStartError`."""
    from annexa.collectors.okta._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the API Services app, and what it could do beyond reading."""
    from annexa.collectors.okta._grant import grant as made

    return made(order)
