"""Google Cloud: one organisation, its projects, the AI services and resources in them, keys, roles, audit logs, policies.

Log in: a service account with the custom role that `annexa permissions google_cloud` prints, granted on the organisation.
Its credentials come from the environment (`GOOGLE_APPLICATION_CREDENTIALS`, workload identity, `gcloud auth
application-default login`) or from `key_file` in the source's table; `organization` names the organisation by its number.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.google_cloud._settings import CloudSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("GOOGLE_APPLICATION_CREDENTIALS",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, training data, documents in indexes and log entries are never read.",
    "Projects in which the reader has no rights: neither list nor Cloud Asset shows them. Grant the role on the organisation.",
    "What changed in the last minutes: the list of projects and Cloud Asset are consistent only after a while.",
    "Who belongs to a group that holds a role, and what custom roles allow: basic roles and Google's own roles over AI are "
    "read.",
    "Deny policies, principal access boundaries and roles that are given for a time on request: not read yet.",
    "When an API key was last used: Google tells no such time.",
    "Keys that Google manages itself, and credentials of workload identity federation.",
    "RAG corpora, notebooks, and custom and batch jobs of Vertex AI: not read yet. Models, tuning jobs, agents on its engine, "
    "endpoints, indexes and search apps with their data stores are; of their bodies only what Cloud Asset shows.",
    "Agents that run elsewhere and stand in no agent registry: a program of one's own that calls a model.",
    "What agents may reach on the network. From where endpoints of Vertex AI are reached is read.",
    "What rules of a service perimeter let through, and access levels: not read yet; whether a perimeter stands around "
    "Vertex AI is read.",
    "Model Armor where its service is not enabled in the project; which programs call its templates; what its floor settings "
    "do about MCP servers; and what the templates of Sensitive Data Protection that it names look for.",
    "Whether prompts are shared with the publisher of a single model at a single location: only the project's own setting is "
    "told, and whether the organisation's policies allow models of such a publisher at all.",
    "Content caches that programs make and name themselves, beyond the project's setting of caches.",
    "What sinks select and leave out, and buckets of logs outside of projects with AI: not read yet.",
    "Whether an AI service that is enabled is used, and by whom.",
    "Gemini Code Assist and Gemini Cloud Assist, beyond whether their service is enabled: not read yet.",
    "Contract terms and what Google's own assurance reports say.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisation it is; raises `CannotStartError`."""
    from annexa.collectors.google_cloud._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """The custom role, and the commands that make it and hand it out."""
    from annexa.collectors.google_cloud._grant import grant as made

    return made(order)
