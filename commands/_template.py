"""The commented annexa.toml that `annexa init` writes: one table for AWS, and one to be taken for each other vendor."""

CONFIG = """\
# What annexa collects, for whom, and where it keeps it. Credentials are never written here, only where to find them.
# Every path is relative to this file.

registers = "registers"            # folder of registers: what people supply; exports lie in it too: annexa import --help
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
# names; paths of its files (keys, certificates) are relative to this file. `annexa permissions <vendor>` says which key
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

# [[sources]]
# name = "cursor:main"             # Cursor Enterprise
# vendor = "cursor"
# key_env = "CURSOR_ADMIN_API_KEY"

# [[sources]]
# name = "cloudflare:main"         # Cloudflare: AI Gateway, AI controls
# vendor = "cloudflare"
# key_env = "CLOUDFLARE_API_TOKEN"

# [[sources]]
# name = "mistral:main"            # Mistral La Plateforme
# vendor = "mistral"
# key_env = "MISTRAL_ADMIN_API_KEY"
# workspace_key_env = "MISTRAL_API_KEY"   # connectors alone need it

# [[sources]]
# name = "databricks:main"         # one workspace
# vendor = "databricks"
# domain = "dbc-a1b2345c-d6e7.cloud.databricks.com"
# client_id = "00000000-0000-0000-0000-000000000000"
# key_env = "DATABRICKS_CLIENT_SECRET"

# [[sources]]
# name = "snowflake:main"
# vendor = "snowflake"
# account = "acmeorg-main"
# user = "ANNEXA"                       # with a key pair; without it, the token in `key_env` asks
# private_key_file = "/etc/annexa/snowflake.p8"
# key_env = "SNOWFLAKE_TOKEN"

# [[sources]]
# name = "atlassian:main"
# vendor = "atlassian"
# organisation = "00000000-0000-0000-0000-000000000000"
# key_env = "ATLASSIAN_API_KEY"

# [[sources]]
# name = "litellm:main"            # a LiteLLM proxy of your own; its evidence is marked non-vendor
# vendor = "litellm"
# host = "litellm.example.com"
# key_env = "LITELLM_PROXY_API_KEY"

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
