"""Who may do what, with which proof of identity."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Count, Day, Fact, Flag, Missing, Names, Text, When


class Identity(Fact, tag="identity", frozen=True, kw_only=True):
    """An account at a source: a person's, a service's or an agent's."""

    name: Text = NOT_EXPOSED
    """User name or e-mail address at the source."""
    sort: Literal["person", "service", "agent", "guest", "root"] | Missing = NOT_EXPOSED
    """What stands behind it."""
    state: Text = NOT_EXPOSED
    """The vendor's own word: active, suspended, invited."""
    managed: Text = NOT_EXPOSED
    """Which directory owns it: `sso`, `scim`, `local`."""
    mfa: Flag = NOT_EXPOSED
    """Whether a second factor is registered or enforced."""
    mfa_weak: Flag = NOT_EXPOSED
    """Whether a second factor is one that the vendor calls insecure."""
    password: Flag = NOT_EXPOSED
    """Whether it can sign in with a password of its own."""
    created: When = NOT_EXPOSED
    """When it was made."""
    last_seen: When = NOT_EXPOSED
    """When it was last active."""


class Person(Fact, tag="person", frozen=True, kw_only=True):
    """A person from HR or the directory."""

    name: Text = NOT_EXPOSED
    """Work e-mail address."""
    person_id: Text = NOT_EXPOSED
    """Id that never changes: a personnel number."""
    display_name: Text = NOT_EXPOSED
    """Name for people."""
    aliases: tuple[str, ...] = ()
    """Other addresses and ids of the same person."""
    ids: tuple[str, ...] = ()
    """Immutable ids of accounts that are this person's, as sources show them."""
    sort: Literal["employee", "contractor", "guest"] | Missing = NOT_EXPOSED
    """How the person belongs to the organisation."""
    team: Text = NOT_EXPOSED
    """Where the person works."""
    manager: Text = NOT_EXPOSED
    """Work e-mail address of the manager."""
    joined: Day = NOT_EXPOSED
    """First day."""
    moved: Day = NOT_EXPOSED
    """Day of the last change of role."""
    left: Day = NOT_EXPOSED
    """Last day, `absent` while employed."""
    leaver_limit_days: Count = NOT_EXPOSED
    """Days after the last day within which access must end, where it is not the organisation's general limit."""


class AccessGrant(Fact, tag="access_grant", frozen=True, kw_only=True):
    """A grantee may do these permissions on a target."""

    grantee: str
    """Who holds it: the vendor's immutable id, a principal's ARN."""
    grantee_name: Text = NOT_EXPOSED
    """Display name of the grantee."""
    grantee_sort: Literal["user", "role", "group", "application", "service", "permission_set"] | Missing = NOT_EXPOSED
    """What sort of principal it is."""
    on_behalf_of: Literal["user", "all", "none"] | Missing = NOT_EXPOSED
    """Whether it acts for one user, for everybody or for itself."""
    purpose: Literal["use", "administer", "read", "write"]
    """What the permissions amount to."""
    permissions: tuple[str, ...]
    """The permissions, in the vendor's words, sorted."""
    target: str
    """What they apply to: `ai`, a service, a resource."""
    resources: Names = NOT_EXPOSED
    """The resources named by the grant."""
    verdict: Literal["allowed", "conditional"] | Missing = NOT_EXPOSED
    """`conditional`: a condition or a partial denial stands in between."""
    via: tuple[str, ...] = ()
    """The statements that grant it, one line each, so that an auditor can follow."""
    not_evaluated: tuple[str, ...] = ()
    """What could still widen or narrow it and was not evaluated."""
    vendor_managed: bool = False
    """Made and owned by the vendor (a service-linked role); nobody at the organisation can sign in with it."""
    granted: When = NOT_EXPOSED
    """When it was granted."""
    last_used: When = NOT_EXPOSED
    """When it was last used; `absent`: never, in the vendor's window."""


class Credential(Fact, tag="credential", frozen=True, kw_only=True):
    """A key, secret, certificate or token; never its value."""

    type: str
    """The vendor's word for it: `bedrock_api_key`, `access_key`, `password`."""
    owner: str
    """Id of the identity that holds it."""
    owner_sort: Literal["person", "service", "root", "user"] | Missing = NOT_EXPOSED
    """What sort of identity that is."""
    owner_state: Text = NOT_EXPOSED
    """The vendor's word for the owner's state."""
    owner_has_access: Flag = NOT_EXPOSED
    """Whether the owner may still use what the credential opens."""
    privilege: Text = NOT_EXPOSED
    """What it opens, in the vendor's words."""
    state: Text = NOT_EXPOSED
    """active or inactive, in the vendor's words, lower case."""
    long_term: Flag = NOT_EXPOSED
    """Whether it lives on until somebody ends it."""
    created: When = NOT_EXPOSED
    """When it was made."""
    expires: When = NOT_EXPOSED
    """When it ends; `absent`: never, as the vendor says; `not_exposed`: the vendor does not say."""
    last_used: When = NOT_EXPOSED
    """When it was last used."""
    restricted_to: Names = NOT_EXPOSED
    """Services that it may call, in the vendor's words, sorted; `absent`: nothing limits it."""
    client_restricted: Flag = NOT_EXPOSED
    """Whether it works only for named callers: addresses, websites or apps."""
    opens: Names = NOT_EXPOSED
    """AI services that it can call where it belongs, sorted; `absent`: none."""


class AccessPolicy(Fact, tag="access_policy", frozen=True, kw_only=True):
    """A sign-on, conditional-access or consent policy."""

    name: Text = NOT_EXPOSED
    """Display name."""
    state: Literal["enforced", "report_only", "off"] | Missing = NOT_EXPOSED
    """Whether it has effect; report-only is not enforced."""
    targets: Names = NOT_EXPOSED
    """Applications and users it covers."""
    excludes: Names = NOT_EXPOSED
    """Who or what it leaves out."""
    requires: Names = NOT_EXPOSED
    """What it asks for: mfa, compliant_device."""
    excluded_members: Count = NOT_EXPOSED
    """How many identities the exclusions amount to."""
    type: Text = NOT_EXPOSED
    """The vendor's word for what sort of policy it is: `ACCESS_POLICY`."""
