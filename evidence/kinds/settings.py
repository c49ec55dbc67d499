"""How AI is configured and guarded."""

from typing import Literal

import msgspec

from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, Fact, Flag, Missing, Names, Text, When


class Setting(Fact, tag="setting", frozen=True, kw_only=True):
    """This setting has this value at this scope; its name is in the settings dictionary."""

    name: str
    """Name in the settings dictionary: `aws.bedrock.data_retention`."""
    value: str | bool | int | tuple[str, ...] | Missing = NOT_EXPOSED
    """The vendor's value, unchanged."""
    set_by: Text = NOT_EXPOSED
    """Where the value comes from: a policy id, `account`, `organisation`."""
    updated: When = NOT_EXPOSED
    """When it was last changed."""


class Masking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a safeguard does with one type of sensitive data."""

    entity: str
    """Type of data in the vendor's words: `EMAIL`, or the name of a pattern."""
    input_action: str
    """What happens in what users send: `BLOCK`, `ANONYMIZE`, `NONE`."""
    output_action: str
    """What happens in what the model answers."""


class Strength(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strict one filter of a safeguard is."""

    filter: str
    """The filter in the vendor's words: `PROMPT_ATTACK`."""
    input_strength: str
    """Strictness on what users send, in the vendor's words: `NONE`, `LOW`, `MEDIUM`, `HIGH`."""
    output_strength: str
    """Strictness on what the model answers."""


class Safeguard(Fact, tag="safeguard", frozen=True, kw_only=True):
    """A guardrail, content filter or DLP rule; one record per version."""

    type: str
    """What it is: `guardrail`, `content_filter`, `dlp_policy`, `dlp_rule`."""
    name: Text = NOT_EXPOSED
    """Display name."""
    version: Text = NOT_EXPOSED
    """Version; `DRAFT` can change at any moment."""
    pinned: Flag = NOT_EXPOSED
    """Whether this is a numbered version that cannot change."""
    state: Text = NOT_EXPOSED
    """The vendor's word for its state."""
    mode: Literal["enforce", "detect", "off"] | Missing = NOT_EXPOSED
    """Whether it acts or only reports."""
    masking: tuple[Masking, ...] | Missing = ABSENT
    """Types of sensitive data with their action; `absent`: the vendor returned no such policy."""
    filters: tuple[Strength, ...] | Missing = ABSENT
    """Content filters with their strength; `absent`: the vendor returned none."""
    masks_input: Flag = NOT_EXPOSED
    """Whether at least one type of sensitive data is blocked or masked in what users send."""
    masks_output: Flag = NOT_EXPOSED
    """Whether at least one type of sensitive data is blocked or masked in what the model answers."""
    prompt_attack: Text = NOT_EXPOSED
    """Strength of the filter against prompt attacks; `absent`: no such filter."""
    attached_to: Names = NOT_EXPOSED
    """Ids of AI systems that use this version, as far as they were read."""
    enforced_on: Names = NOT_EXPOSED
    """Scopes on which every call must pass it."""
    channels: Names = NOT_EXPOSED
    """Where a rule against leakage watches, in the vendor's words, sorted: `chrome`, `drive`, `gmail`."""
    everybody: Flag = NOT_EXPOSED
    """Whether it holds for everybody there; ambiguous where it names groups of whom nobody knows whether they are all."""
    part_of: Text = NOT_EXPOSED
    """Id of the policy that a rule belongs to; the rule can do no more than its policy lets it."""
    created: When = NOT_EXPOSED
    """When this version was made."""


class Enforcement(Fact, tag="enforcement", frozen=True, kw_only=True):
    """A safeguard that the vendor forces on every call in a scope."""

    safeguard: str
    """Id of the safeguard."""
    version: Text = NOT_EXPOSED
    """Its version."""
    level: Literal["account", "organisation"]
    """Who forces it."""
    included: Names = NOT_EXPOSED
    """Models it covers; `absent`: all."""
    excluded: Names = NOT_EXPOSED
    """Models it leaves out; `absent`: none."""


class Exposure(Fact, tag="exposure", frozen=True, kw_only=True):
    """How a resource is reachable."""

    resource: str
    """Id of the resource."""
    service: str
    """The service it belongs to."""
    network: Literal["public", "vpc", "private"] | Missing = NOT_EXPOSED
    """From where it can be reached."""
    authorisation: Text = NOT_EXPOSED
    """How callers are authorised, in the vendor's words; `NONE` is open."""
    enforcement: Text = NOT_EXPOSED
    """Mode of the policy engine in front of it, in the vendor's words."""


class PrivateEndpoint(Fact, tag="private_endpoint", frozen=True, kw_only=True):
    """A private path to an AI service."""

    service: str
    """The AI service it leads to."""
    state: Text = NOT_EXPOSED
    """The vendor's word for its state."""
    private_dns: Flag = NOT_EXPOSED
    """Whether the service's ordinary name leads here."""
    restrictive: Flag = NOT_EXPOSED
    """Whether its policy is narrower than everything for everybody."""


class Encryption(Fact, tag="encryption", frozen=True, kw_only=True):
    """With whose key a resource is encrypted."""

    resource: str
    """Id of the resource."""
    resource_sort: str
    """What the resource is: `custom_model`, `log_group`, `bucket`."""
    key: Text = NOT_EXPOSED
    """Id of the key; `absent`: the vendor's default key."""
    holder: Literal["customer", "vendor"] | Missing = NOT_EXPOSED
    """Whose key it is."""


class Detection(Fact, tag="detection", frozen=True, kw_only=True):
    """A threat or data detector and whether it covers AI."""

    service: str
    """The detector: `guardduty`, `macie`."""
    enabled: Flag = NOT_EXPOSED
    """Whether it runs."""
    features: Names = NOT_EXPOSED
    """Its features that are switched on."""
    updated: When = NOT_EXPOSED
    """When it last changed or ran."""


class Quota(Fact, tag="quota", frozen=True, kw_only=True):
    """A limit on use or spending."""

    name: str
    """The vendor's name of the limit."""
    value: Count = NOT_EXPOSED
    """The limit, in the vendor's unit."""
    unit: Text = NOT_EXPOSED
    """What is counted, in the vendor's words: `requests_per_minute`, `USD` for its smallest unit."""
    period: Text = NOT_EXPOSED
    """Over which time it is counted, in the vendor's words: `monthly`; `absent`: it says so in its unit."""
    limits: Text = NOT_EXPOSED
    """What or whom it limits: the id of an organisation, workspace, group or member."""
    enforced: Flag = NOT_EXPOSED
    """Whether use ends at the limit; otherwise only a message is sent."""
