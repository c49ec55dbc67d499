"""Google Workspace: one customer, its people and the apps they let in, its settings by organisational unit, its logs.

Log in: a service account with domain-wide delegation for exactly the scopes that `annexa permissions google_workspace`
lists, asking in the name of an administrator (`key_file` and `subject` in the source's table); without `key_file` the
environment's own credentials are used. The Policy API answers super administrators only.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.google_workspace._settings import WorkspaceSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("GOOGLE_WORKSPACE_SUBJECT", "GOOGLE_APPLICATION_CREDENTIALS")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: mails, files, chats, meetings, prompts and answers are never read.",
    "Which apps administrators trust, limit or block one by one: the Policy API tells what happens to apps that nobody "
    "configured, not the list of those that somebody did.",
    "Granular settings of Gemini: who may use it without a licence and whether early features are on is told by the admin log "
    "alone, and only if somebody changed it in the last six months; sharing, history and retention of conversations by nobody.",
    "The value of a setting for members of several groups at once: what is shown is each group by itself.",
    "Everybody's tokens in one question: each user is one. The token log spares none of these questions, since it reaches "
    "back 180 days and what was let in before still holds, and since Google says that in rare cases an event is not reported; "
    "nor does the last sign-in, for which Google documents no such bound.",
    "Tokens and app passwords of suspended accounts: Google does not answer for them, and no app reaches anything in one. "
    "They are counted, and asked about again when they are restored.",
    "Who is in a group: the numbers are of direct members, and only of groups that administer or have settings of their own.",
    "Vault: holds in matters that the administrator may not see, and retention rules, which have no API.",
    "Policies of Chrome about generative AI that say so in no word we look for, those for devices and those of groups, and "
    "extensions in browsers.",
    "How single Google Groups are shared: not read yet.",
    "Who published an app, and whether Google verified it: tokens tell client id, name and scopes only.",
    "When an app last used its access, app by app.",
    "Since when somebody holds a licence of Gemini.",
    "Events that are older than Google keeps them, and events of the last hours: some logs arrive late.",
    "Contract terms and what Google's own assurance reports say.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which customer it is; raises `CannotStartError`."""
    from annexa.collectors.google_workspace._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """Which scopes to authorise, and which of them could do more than read."""
    from annexa.collectors.google_workspace._grant import grant as made

    return made(order)
