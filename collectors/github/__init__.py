"""GitHub: one organisation, its people, repositories and apps, and Copilot as it is set there.

Log in: as a GitHub App that an owner installs in the organisation with read permissions only (`app_id`, `installation_id`
and its private key in `GITHUB_APP_PRIVATE_KEY` or a file), or with a fine-grained personal access token of an owner in
`GITHUB_TOKEN`; name the organisation in the source's table or in `GITHUB_ORGANISATION`. Only an App can list the
organisation's fine-grained tokens. What GitHub marks as public preview (Copilot's settings, seats, exclusions and agents)
may change without notice; a changed answer becomes unread, never a pass.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.github._settings import GitHubSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("GITHUB_TOKEN", "GITHUB_ORGANISATION")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: code, prompts, completions, issues, pull requests and the texts of alerts are never read.",
    "Which models Copilot may use, whether MCP servers are allowed in Copilot, and the registry of MCP servers: no API "
    "shows these policies. They have to be attested.",
    "What the contract says about training on prompts and suggestions, and Copilot's privacy settings of single users.",
    "Policies that the enterprise sets above the organisation, among them its policy for the cloud agent, which can only "
    "be written, and its own content exclusions.",
    "Content exclusions that the administrators of one repository set there.",
    "Copilot's command line, its cloud agent and agent mode in editors, to which GitHub does not apply content exclusions.",
    "Activity of seats whose holder switched telemetry off in the editor: GitHub then shows none.",
    "Which repositories an app may reach that was installed for selected ones: an App is not told.",
    "Classic personal access tokens, OAuth apps and tokens, and SSH and deploy keys.",
    "Second factors at the identity provider, where GitHub's own accounts are signed in through one.",
    "Who may bypass a ruleset or a branch's protection, and reviews that were given in haste.",
    "Which repositories use AI libraries without a known weakness: the list of dependencies would need the right to read code.",
    "Whether the audit log is streamed elsewhere: streams belong to the enterprise.",
    "Events of the audit log that are older than GitHub keeps them.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisation it is; raises `CannotStartError`."""
    from annexa.collectors.github._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the GitHub App, and what it could do beyond reading."""
    from annexa.collectors.github._grant import grant as made

    return made(order)
