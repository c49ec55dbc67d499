"""Microsoft: a tenant of Entra ID and Microsoft 365, with its applications, grants, sign-in policies and Copilot.

Log in: an application of Entra ID with the app roles that `annexa permissions microsoft` lists (`tenant_id`, `client_id`, and
a secret in `AZURE_CLIENT_SECRET` or a `certificate`), or what the environment offers: `az login`, a managed or a workload
identity.
Most is read by an application. What Microsoft shows to people only is read where a person's token asks, and is otherwise
told to be out of reach.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.microsoft._settings import MicrosoftSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, mail, files and chats are never read, nor the records of single Copilot interactions.",
    "Policies against data loss and for retention: no interface of Graph reads them; they can be exported by PowerShell.",
    "Retention labels, terms of use, the settings of Teams apps and Copilot's limited mode, unless a person's token asks.",
    "Who may use which app in Teams: those policies are shown by PowerShell alone.",
    "Who uses Copilot: of Microsoft's report only how many people did, and when last, is kept.",
    "Records of the audit log for which nobody made a query: making one writes, and annexa makes none.",
    "Application permissions on other services than Microsoft Graph, SharePoint and Exchange.",
    "Agents of Copilot Studio, which live in Dataverse, and AI that people use without an account of this tenant.",
    "To which people a sensitivity label is published: Graph says to all, or to some.",
    "Apps of Microsoft's store that people may add to Teams; the organisation's own alone are listed.",
    "Why somebody asked for an application, and what reviewers of access wrote.",
    "Of Secure Score: points, which tell no setting; comments and names; and controls about devices and infrastructure.",
    "Secrets and certificates themselves: only when they were made and when they end.",
    "Of an application with twenty or more owners, those beyond the twentieth.",
)  # fmt: skip
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which tenant it is; raises `CannotStartError`."""
    from annexa.collectors.microsoft._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """The app roles to consent to, by name, with the commands that do it."""
    from annexa.collectors.microsoft._grant import grant as made

    return made(order)
