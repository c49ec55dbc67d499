"""AWS as a source: one base identity, a role in every further account, clients shared by all of them."""

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

import boto3
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from annexa.collectors._pacing import Pacer, Rate
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.aws._clients import Clients, Frozen
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._wire import AwsWire
from annexa.evidence.answer import AbsentError, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.schemas.words import Environment

HOME = "us-east-1"
CALLER = Call(op="sts:GetCallerIdentity", needs="sts:GetCallerIdentity")
ASSUME = Call(op="sts:AssumeRole", needs="sts:AssumeRole", drop=("SecretAccessKey", "SessionToken"))
ORGANISATION = Call(
    op="organizations:DescribeOrganization",
    needs="organizations:DescribeOrganization",
    path="Organization",
    absent=("AWSOrganizationsNotInUseException",),
)
CREDENTIAL_CALLS = (CALLER, ASSUME, ORGANISATION)
"""Calls of connecting; they are declared apart from the collectors' and bring no records."""

PUBLISHED = {
    "LookupEvents": Rate(per_second=2, burst=2),
    "ListRegions": Rate(per_second=5, burst=5),
    "GetFindings": Rate(per_second=3, burst=6),
}
"""Limits that AWS publishes per account and region; everything else starts at `CAREFUL`."""
CAREFUL = Rate(per_second=5, burst=10)


class AwsSource:
    """One AWS organisation, or one account that is in none."""

    vendor = "aws"

    def __init__(self, settings: AwsSettings, lent: Circumstances) -> None:
        """Connect: find credentials, learn who we are and in which organisation; raises `CannotStartError`."""
        self.alias, self._settings, self._lent = settings.name, settings, lent
        self._endpoint = settings.endpoint or lent.environment.get("AWS_ENDPOINT_URL")
        self._clients = Clients(
            pacer=Pacer(lent.clock, CAREFUL if lent.pacing else None, PUBLISHED), endpoint=self._endpoint,
            attempts=settings.attempts, connections=lent.connections, connect_timeout=lent.connect_timeout,
            read_timeout=lent.read_timeout, prepare=partial(lent.prepare, self.vendor) if lent.prepare else None,
        )  # fmt: skip
        self._lock, self._hosts = threading.Lock(), set[str]()
        self._accounts: dict[str, tuple[Frozen, str]] = {}
        self._failed: dict[str, UnreadError] = {}
        self._locks: dict[str, threading.Lock] = {}
        base = self._profile(settings.profile)
        self.account, identity = self._who(base)
        self._accounts[self.account] = (base, identity)
        self.troubles: tuple[str, ...] = tuple(filter(None, map(self._further, settings.profiles)))
        """Further profiles that could not be used; their accounts are blind spots."""
        # Roles that are assumed later join `_accounts`: an account that the vendor's list led to is not configured.
        self._configured = tuple(sorted(self._accounts))
        self.organisation_id, self.management_account = self._organisation(base, identity)
        self.tenant = self.organisation_id or self.account
        self.accounts: tuple[str, ...] = ()
        self.environment = self._environment()

    def wire(self, scope: str) -> AwsWire:
        """A wire to an account, to a region of it, or (for the tenant itself) to where we signed in."""
        account, _, region = (self.account if scope == self.tenant else scope).partition("/")
        frozen, identity = self._identity(account)
        wire = self._wire(account, region or HOME, identity, frozen)
        if account != self.account:
            base, who = self._accounts[self.account]
            wire.base = self._wire(self.account, HOME, who, base)
        return wire

    def known(self, scope: str) -> Mapping[str, Any]:
        """Account, region, and what connecting told about the organisation."""
        account, _, region = (self.account if scope == self.tenant else scope).partition("/")
        return {
            "account": account,
            "region": region or HOME,
            "management_account": self.management_account,
            "organisation_id": self.organisation_id,
            "caller_account": self.account,
            "configured_accounts": self._configured,
            "costs_allowed": self._settings.costs,
            "now": stamp(self._lent.clock.now()),
        }

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        return tuple(sorted(host for host in self._hosts if host))

    def identities(self) -> tuple[str, ...]:
        """Identities that AWS confirmed for us so far."""
        return tuple(sorted(identity for _, identity in self._accounts.values()))

    def _wire(self, account: str, region: str, identity: str, frozen: Frozen) -> AwsWire:
        wire = AwsWire(
            self._clients, account=account, region=region, identity=identity, credentials=frozen, pool=self._lent.pool
        )
        wire.hosts = self._hosts
        return wire

    def _profile(self, profile: str | None) -> Frozen:
        if self._lent.sandbox:
            given = self._lent.environment
            made_up = ReadOnlyCredentials(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], None)
            return Frozen(lambda: made_up)
        try:
            found = boto3.Session(profile_name=profile).get_credentials()
        except BotoCoreError as error:
            raise CannotStartError(
                f"{self.alias}: {error}", cure="Name an existing profile, or set AWS_PROFILE."
            ) from error
        if found is None:
            raise CannotStartError(
                f"{self.alias}: no AWS credentials were found",
                cure="Sign in (aws sso login), set AWS_PROFILE, or name a profile in annexa.toml.",
            )
        return Frozen(found.get_frozen_credentials)

    def _further(self, profile: str) -> str | None:
        """Take in a further account; one that cannot be used costs itself alone, and is told."""
        try:
            frozen = self._profile(profile)
            account, who = self._who(frozen)
        except CannotStartError as error:
            return f"profile {profile}: {error.says}: {error.cure}"
        self._accounts[account] = (frozen, who)
        return None

    def _who(self, frozen: Frozen) -> tuple[str, str]:
        wire = self._wire("", HOME, "the base identity", frozen)
        try:
            content = next(wire.pages(CALLER, {})).content
        except UnreadError as error:
            cure = error.trouble.cure or "Check credentials and endpoint."
            raise CannotStartError(f"{self.alias}: sts:GetCallerIdentity: {error.trouble.code}", cure=cure) from error
        return content["Account"], content["Arn"]

    def _organisation(self, base: Frozen, identity: str) -> tuple[str | None, str | None]:
        try:
            content = next(self._wire(self.account, HOME, identity, base).pages(ORGANISATION, {})).content
        except (UnreadError, AbsentError):
            return None, None
        found = content.get("Organization", {})
        return found.get("Id"), found.get("MasterAccountId")

    def _identity(self, account: str) -> tuple[Frozen, str]:
        with self._lock:
            own = self._locks.setdefault(account, threading.Lock())
        with own:
            if account in self._failed:
                raise self._failed[account]
            if account not in self._accounts:
                try:
                    frozen = Frozen(_Assumed(self, account).credentials)
                    confirmed, identity = self._assumed_identity(frozen, account)
                except UnreadError as error:
                    self._failed[account] = error
                    raise
                self._accounts[confirmed] = (frozen, identity)
            return self._accounts[account]

    def _assumed_identity(self, frozen: Frozen, account: str) -> tuple[str, str]:
        content = next(self._wire(account, HOME, f"role {self._settings.role}", frozen).pages(CALLER, {})).content
        return content["Account"], content["Arn"]

    def assume(self, account: str) -> dict[str, Any]:
        """Ask STS for credentials in another account; raises `UnreadError`."""
        base, identity = self._accounts[self.account]
        partition = identity.split(":")[1]
        params = {
            "RoleArn": f"arn:{partition}:iam::{account}:role/{self._settings.role}",
            "RoleSessionName": f"annexa-{self._lent.run_id}"[:64],
            "DurationSeconds": 3600,
        }
        if self._settings.external_id_env:
            params["ExternalId"] = self._lent.environment.get(self._settings.external_id_env, "")
        content = next(self._wire(self.account, HOME, identity, base).pages(ASSUME, params)).content
        return dict(content["Credentials"])

    def expired(self, until: str) -> bool:
        """Whether credentials that end then should be renewed now."""
        return (parse(until) - self._lent.clock.now()).total_seconds() < 300

    def _environment(self) -> Environment:
        if self._lent.sandbox:
            return Environment.SANDBOX
        return Environment.NON_VENDOR if self._endpoint else Environment.VENDOR


class _Assumed:
    """Credentials of a role in one account, renewed before they end."""

    def __init__(self, source: AwsSource, account: str) -> None:
        self._source, self._account = source, account
        self._held: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def credentials(self) -> ReadOnlyCredentials:
        with self._lock:
            if self._held is None or self._source.expired(self._held["Expiration"]):
                self._held = self._source.assume(self._account)
            held = self._held
        return ReadOnlyCredentials(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"])
