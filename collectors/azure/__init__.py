"""Azure: OpenAI and AI Foundry accounts with their deployments, filters, networks and logs, over all subscriptions.

Log in: an application of Entra ID with the role Reader at the root management group (`tenant_id`, `client_id`, and a secret in
`AZURE_CLIENT_SECRET` or a `certificate`), or what the environment offers: `az login`, a managed or a workload identity.
What exists is asked of Azure Resource Graph; each answer is held against the list of subscriptions, because Resource Graph
shows without a word only what the reader may see.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.azure._settings import AzureSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, files and fine-tuning data are never read.",
    "Keys: reading them needs an action that the role Reader lacks, and is never asked for. Whether keys are allowed is read.",
    "Subscriptions that the reader has no role in: neither the list nor Resource Graph shows them. Give the role at the root.",
    "What changed in the last minutes: Resource Graph is consistent only after a while.",
    "Agents, threads and tools inside an AI Foundry project, and agents of Copilot Studio, which live in other services.",
    "Who called a model and when: that stands in the logs, of which only the switch is read.",
    "Network security perimeters and firewalls in front of an account.",
    "Groups behind a role assignment: who is in a group is read from the directory.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which directory it is; raises `CannotStartError`."""
    from annexa.collectors.azure._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """The role to assign, as commands."""
    from annexa.collectors.azure._grant import grant as made

    return made(order)
