"""`annexa init`: a commented annexa.toml, a template for each register, and a signing key outside the vault."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from annexa.commands._config import Keys
from annexa.evidence.errors import UsageError

EXAMPLES: dict[str, dict[str, Any]] = {
    "ai_systems": {"id": "copilot-for-support", "name": "Support assistant", "identifiers": ["arn:aws:bedrock:*:*:agent/*"],
                   "owner": "Mia Holm", "supplier": "AWS", "permitted_class": "internal", "reviewed": "2026-01-15"},
    "ai_services": {"id": "parcel-chat", "service": "Parcel Chat", "supplier": "Example AG", "category": "assistant",
                    "identifiers": [{"sort": "okta_app", "value": "example_parcelchat_1"},
                                    {"sort": "domain", "value": "parcel-chat.example"}]},
    "decisions": {"id": "d-001", "setting": "aws.bedrock.data_retention", "must": "be_one_of", "value": ["none"],
                  "applies_to": "organisation", "because": "Customer contracts forbid retention by suppliers.",
                  "approved_by": "CISO", "approved_on": "2026-01-15"},
    "soa": {"control": "A.8.25", "applicable": False, "justification": "We build no software.", "claims_none_of": ["ai_agents"],
            "version": "3", "approved_by": "CISO", "approved_on": "2026-01-15"},
    "exceptions": {"id": "x-001", "rule": "LOG-AWS-01", "subjects": ["111122223333/eu-west-1"], "reason": "Pilot.",
                   "risk": "R-17", "requester": "Platform", "approver": "CISO", "start": "2026-03-01", "expires": "2026-05-31"},
    "limitations": {"id": "l-001", "reason": "The acquired account joins our organisation in June.", "owner": "CISO",
                    "expires": "2026-06-30", "covers_source": "aws:main", "covers_scope": "111122223333*"},
    "retirements": {"id": "r-001", "what": "aws:old", "reason": "Tenant closed.", "approver": "CISO", "on": "2026-02-01"},
}  # fmt: skip
"""One row of each register, as the template shows it."""

CONFIG = """\
# What annexa collects, for whom, and where it keeps it. Credentials are never written here, only where to find them.
# Every path is relative to this file.

registers = "registers"            # folder of registers: what people supply
vault = "annexa-vault"             # where runs are kept

[organisation]
id = "my-organisation"             # short; part of every finding's id, so never change it
name = "My organisation"

[[isms]]
id = "main"
statement = "What the management system covers, in a sentence."
# period = {{ start = "2026-01-01", end = "2026-03-31" }}   # the period under audit
# sources = ["aws:*"]              # what it covers; everything, if left out
# scopes = ["111122223333"]        # paths of scopes, with all that lies in them; what no [[isms]] names counts as inside

[[sources]]
name = "aws:main"                  # your own name for it
vendor = "aws"
# profile = "audit"                # AWS profile of the base identity; the environment's, if left out
# role = "annexa-collector"        # role assumed in every further account
# external_id_env = "ANNEXA_EXTERNAL_ID"
# costs = false                    # whether Cost Explorer may be asked (0.01 US$ a request)

# Further sources: take the `# ` off a table that you want. Keys and tokens stay in the environment variables that `..._env`
# names. Files of a source (keys, certificates) are named with their whole path. `annexa permissions <vendor>` says which key
# to make; docs/vendors/ has a page for each.

# [[sources]]
# name = "openai:main"
# vendor = "openai"
# key_env = "OPENAI_ADMIN_KEY"     # variable with the admin key
# organization = "org-abc123"      # for a key that sees several; else what OPENAI_ORG_ID holds

# [[sources]]
# name = "chatgpt:main"            # ChatGPT Enterprise and Edu: lists of administrative logs
# vendor = "chatgpt"
# key_env = "COMPLIANCE_API_KEY"
# workspace = "5f2f0c1e-7a44-4c3f-9a51-b2c0de4a0001"

# [[sources]]
# name = "anthropic:main"          # Claude's API platform
# vendor = "anthropic"
# key_env = "ANTHROPIC_ADMIN_KEY"
# token_env = "ANTHROPIC_ADMIN_TOKEN"   # variable with an OAuth token of scope org:admin, where there is one

# [[sources]]
# name = "claude:main"             # Claude Enterprise
# vendor = "claude"
# key_env = "ANTHROPIC_COMPLIANCE_ACCESS_KEY"

# [[sources]]
# name = "github:main"
# vendor = "github"
# organisation = "my-organisation"      # as in its address
# app_id = "123456"                     # a GitHub App; without these three, the token in `key_env` asks
# installation_id = "12345678"
# private_key_file = "/etc/annexa/github.pem"
# key_env = "GITHUB_TOKEN"

# [[sources]]
# name = "okta:main"
# vendor = "okta"
# domain = "example.okta.com"
# client_id = "0oa1example"             # an API Services app; without it, the token in `key_env` asks
# private_key_file = "/etc/annexa/okta.pem"
# key_env = "OKTA_CLIENT_TOKEN"

# [[sources]]
# name = "slack:main"              # Slack Enterprise
# vendor = "slack"
# key_env = "SLACK_ORG_ADMIN_USER_TOKEN"

# [[sources]]
# name = "microsoft:main"          # Entra ID and Microsoft 365
# vendor = "microsoft"
# tenant_id = "00000000-0000-0000-0000-000000000000"
# client_id = "00000000-0000-0000-0000-000000000000"   # without it, the environment signs in: `az login`, an identity
# secret_env = "AZURE_CLIENT_SECRET"
# certificate = "/etc/annexa/microsoft.pem"            # goes before the secret

# [[sources]]
# name = "azure:main"              # every subscription of a directory
# vendor = "azure"
# tenant_id = "00000000-0000-0000-0000-000000000000"
# client_id = "00000000-0000-0000-0000-000000000000"
# secret_env = "AZURE_CLIENT_SECRET"

# [[sources]]
# name = "google_workspace:main"
# vendor = "google_workspace"
# key_file = "/etc/annexa/google.json"  # a service account's key; without it, the environment's own credentials
# subject = "auditor@example.com"       # administrator in whose name it asks

# [[sources]]
# name = "google_cloud:main"
# vendor = "google_cloud"
# organization = "123456789012"         # its number; needed where the credentials see several
# key_file = "/etc/annexa/google.json"
# quota_project = "audit-project"       # project whose quota is used

[keys]                             # always outside the vault
signing = "{signing}"
redaction = "{redaction}"

# [parameters]                     # your own thresholds; `annexa controls --parameters` lists them all
# key_age_days = 90

# [[rules_off]]                    # switching a rule off leaves its need unmet until a decision covers it
# rule = "CFG-AWS-05"
# because = "..."

# [[exclusions]]                   # a scope that is not to be read: it stays visible, as unread
# source = "aws:main"
# scope = "111122223333*"
# reason = "..."
# owner = "..."
# expires = "2026-12-31"
"""


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to (default: here).",
)
def command(into: Path) -> int:
    """Write a commented annexa.toml, a template for each register, and a signing key.

    Nothing that exists is overwritten. Fill the templates in and take the ending .template off: a template is no evidence.
    """
    from annexa.evidence import keys
    from annexa.evidence.errors import storing

    config = into / "annexa.toml"
    if config.exists():
        raise UsageError(
            f"{config} exists already", hint="nothing is overwritten: edit it, or give another folder with --into"
        )
    places = Keys()
    with storing(into):
        (into / "registers").mkdir(parents=True, exist_ok=True)
        for register in EXAMPLES:
            path = into / "registers" / f"{register}.yaml.template"
            if not path.exists():
                path.write_text(template(register), encoding="utf-8")
        config.write_text(CONFIG.format(signing=places.signing, redaction=places.redaction), encoding="utf-8")
    click.echo(f"wrote {config} and {len(EXAMPLES)} templates in {into / 'registers'}")
    signing = Path(places.signing).expanduser()
    if signing.exists():
        public = keys.load_public(keys.public_path(signing))
        click.echo(f"the signing key {signing} exists already and is kept")
    else:
        signing.parent.mkdir(parents=True, exist_ok=True)
        public = keys.generate(signing).public
        click.echo(f"made the signing key {signing} (readable by you alone)")
    keys.redaction_key(Path(places.redaction).expanduser())
    click.echo(f"its public half is {keys.public_path(signing)}; give auditors a copy and this fingerprint:")
    click.echo(f"  {keys.fingerprint(public)}")
    return 0


def template(register: str) -> str:
    """A commented template: every field with what it means, and one row as an example."""
    schema = json.loads((files("annexa.schemas") / f"register_{register}.schema.json").read_text("utf-8"))
    lines = [f"# {schema['title']}. {schema['description']}", "#"]
    for name, field in schema["properties"].items():
        needed = "needed" if name in schema["required"] else "may be left out"
        lines.append(f"# {name}: {field.get('description', '').rstrip('.') or 'text'} ({needed})")
    lines += ["#", "# Remove the `# ` before the row, change it, repeat it; then name the file without .template.", ""]
    for index, (name, value) in enumerate(EXAMPLES[register].items()):
        lines.append(f"# {'- ' if index == 0 else '  '}{name}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
