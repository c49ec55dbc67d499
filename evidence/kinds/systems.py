"""Where AI runs, and what runs there."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Count, Day, Fact, Missing, Names, Text, When


class Scope(Fact, tag="scope", frozen=True, kw_only=True):
    """An account, region, project, subscription, workspace or unit that the vendor says exists."""

    level: Literal["organisation", "account", "region", "project", "subscription", "workspace", "unit"]
    """What sort of scope it is."""
    path: str
    """Its path inside the source, as records name it: `111122223333/eu-west-1`."""
    name: Text = NOT_EXPOSED
    """The vendor's display name."""
    state: Literal["enabled", "disabled", "suspended", "closing"] | Missing = NOT_EXPOSED
    """Whether anything can run there at all; `disabled` is the proof that nothing needs to be read."""
    absent_services: tuple[str, ...] = ()
    """Services that the vendor's own list of regions does not offer there."""
    environment: Text = NOT_EXPOSED
    """Production, staging, development: as tagged, or as registered."""
    classification: Text = NOT_EXPOSED
    """The highest class of information that is meant to be there, as tagged or registered."""
    note: Text = NOT_EXPOSED
    """Why the state is what it is, in one sentence of ours, where the vendor has no word for it."""


class AiSystem(Fact, tag="ai_system", frozen=True, kw_only=True):
    """An AI service, model, deployment, agent, endpoint, knowledge base, plug-in or MCP server that exists."""

    category: Literal[
        "custom_model", "imported_model", "agent", "knowledge_base", "agent_runtime", "gateway", "endpoint", "model",
        "notebook", "domain", "service", "plugin",
    ]  # fmt: skip
    """What sort of AI system it is."""
    provider: str
    """The service that runs it, in the vendor's own words: `bedrock`, `sagemaker`."""
    name: Text = NOT_EXPOSED
    """The vendor's display name."""
    owner: Text = NOT_EXPOSED
    """Who answers for it, by the tag `owner` or the vendor's own field."""
    version: Text = NOT_EXPOSED
    """The version in use; `DRAFT` where the vendor says so."""
    model: Text = NOT_EXPOSED
    """The model behind it."""
    role: Text = NOT_EXPOSED
    """The identity it runs as."""
    environment: Text = NOT_EXPOSED
    """Production, staging, development: as tagged."""
    permitted_class: Text = NOT_EXPOSED
    """The highest class of information it may handle, as tagged."""
    safeguards: Names = NOT_EXPOSED
    """Ids of the safeguards attached to it, each with its version after a colon."""
    source_location: Text = NOT_EXPOSED
    """Where an imported or custom model came from."""
    direct_internet: bool | Missing = NOT_EXPOSED
    """Whether it can reach the internet directly."""
    root_access: bool | Missing = NOT_EXPOSED
    """Whether its users have root on the machine under it."""
    state: Text = NOT_EXPOSED
    """The vendor's own word for its state."""
    created: When = NOT_EXPOSED
    """When it was made, by the vendor's clock."""
    last_used: When = NOT_EXPOSED
    """When it was last used, by the vendor's clock."""
    reach: Text = NOT_EXPOSED
    """How far a plug-in reaches, in the vendor's words: `contained`, `privileged`, `remote`; `absent`: not classified."""
    components: Names = NOT_EXPOSED
    """What a plug-in is made of, each as `sort:name`, sorted: `mcp_server:tickets`, `hook:PreToolUse`."""
    offered: Text = NOT_EXPOSED
    """How it is offered to members, in the vendor's words: `required`, `available`, `not_available`."""
    content_scan: Text = NOT_EXPOSED
    """Verdict of the vendor's own scan of its files, in the vendor's words; `absent`: not scanned."""


class Usage(Fact, tag="usage", frozen=True, kw_only=True):
    """So much use in a period: counts, never content."""

    signal: str
    """Which measure says so: `cloudwatch.AWS/Bedrock`."""
    service: str
    """The AI service that was used."""
    count: Count
    """How many uses, calls or units were counted."""
    since: When = NOT_EXPOSED
    """Start of the period."""
    until: When = NOT_EXPOSED
    """End of the period."""
    last_used: Day = NOT_EXPOSED
    """Last day of use in the period; `absent`: none."""
    state: Text = NOT_EXPOSED
    """What the organisation said of the service at the source, lower case: `sanctioned`; `absent`: nothing."""
    domains: Names = NOT_EXPOSED
    """Host names of the service, sorted."""


class Application(Fact, tag="application", frozen=True, kw_only=True):
    """A third-party application known at an identity provider or tenant, AI or not."""

    vendor_id: str
    """The identifier under which the tenant knows it: app id, client id, slug."""
    name: Text = NOT_EXPOSED
    """Display name."""
    publisher: Text = NOT_EXPOSED
    """Publisher as the tenant shows it."""
    verified: bool | Missing = NOT_EXPOSED
    """Whether the tenant's vendor verified the publisher."""
    created: When = NOT_EXPOSED
    """When the tenant first knew it."""
    consented: Text = NOT_EXPOSED
    """Who may use it: `all`, `some`, `none`, in the tenant's words."""
    last_used: When = NOT_EXPOSED
    """When it was last used."""
    state: Text = NOT_EXPOSED
    """The tenant's word for its state, lower case: `active`, `approved`, `restricted`."""
    sign_on: Text = NOT_EXPOSED
    """How people sign in to it, in the tenant's words, lower case: `saml_2_0`, `bookmark`; `absent`: nobody signs in."""
    sign_on_policy: Text = NOT_EXPOSED
    """Id of the policy that governs how people sign in to it."""
    sign_on_requires: Names = NOT_EXPOSED
    """What that policy asks everybody for: `mfa`; `absent`: nothing beyond a single factor."""
    domains: Names = NOT_EXPOSED
    """Host names to which the tenant's settings of the app lead, sorted."""
    permissions: Names = NOT_EXPOSED
    """What it may do in the tenant, in the tenant's words: scopes, sorted."""
    listed_in: Text = NOT_EXPOSED
    """Which of the tenant's lists shows it, where there are several: `enterprise_applications`, `teams_catalogue`."""
