"""Harbourline's GitHub organisation: its members, 38 repositories, apps, Copilot Business and audit log.

The collector signs in as a GitHub App: a private key is made up when it is played, and the exchange hands out a token. A
fine-grained token of an owner is taken as well, for whoever leaves out the App.

The data file holds what differs; everything that GitHub's description requires besides is filled in here.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from annexa.sandbox._rest import Asked, Key, LinkHeader, Numbered, Refused, RestPlay, Route, World, moment, reset_epoch
from annexa.sandbox.play import DateName, ScenarioName

ORGANISATION, NUMBER = "harbourline", 91730024
APP, INSTALLATION = "417203", "58120044"
TOKEN = "ghs_HarbourlineOfTheSandbox000000000000"  # noqa: S105 - made up
OWNERS_TOKEN = "github_pat_11HARBOURLINE00000000_ofTheSandbox000000000000"  # noqa: S105 - made up
HOME = f"https://api.github.com/orgs/{ORGANISATION}"


def _pages(items: str = "", total: str | None = None) -> LinkHeader:
    """Lists in the header `Link`, in which the organisation goes by its number."""
    return LinkHeader(
        items=items, total=total, param="page", limit="per_page", size=30, over="clamp",
        renamed=(f"/orgs/{ORGANISATION}", f"/organizations/{NUMBER}"),
    )  # fmt: skip


def _token(world: World, asked: Asked) -> dict[str, Any]:
    if asked.params["installation_id"] != INSTALLATION:
        raise Refused("not_found")
    ends = moment(world.now + timedelta(hours=1))
    return {"token": TOKEN, "expires_at": ends, "permissions": world.data["permissions"], "repository_selection": "all"}


def _of_the_organisation(name: str) -> Any:
    """A value or collection of the one organisation that the token may see."""

    def answer(world: World, asked: Asked) -> Any:
        if asked.params["org"].lower() != ORGANISATION:
            raise Refused("not_found")
        return world.data[name]

    return answer


def _organisation(world: World, asked: Asked) -> dict[str, Any]:
    found = _of_the_organisation("organisation")(world, asked)
    repositories = world.data["repositories"]
    public = sum(one["visibility"] == "public" for one in repositories)
    urls = {
        f"{name}_url": f"{HOME}/{name}" for name in ("repos", "events", "hooks", "issues", "members", "public_members")
    }
    return {
        **found, **urls, "id": NUMBER, "login": ORGANISATION, "url": HOME, "public_repos": public,
        "total_private_repos": len(repositories) - public, "owned_private_repos": len(repositories) - public,
    }  # fmt: skip


def _members(world: World, asked: Asked) -> list[Any]:
    wanted, role = asked.query.get("filter", "all"), asked.query.get("role", "all")
    found = _of_the_organisation("members")(world, asked)
    if wanted != "all":
        found = [one for one in found if one.get("$mfa") == wanted]
    return [_user(one) for one in found if role in ("all", one.get("$role", "member"))]


def _outsiders(world: World, asked: Asked) -> list[Any]:
    wanted = asked.query.get("filter", "all")
    return [_user(one) for one in world.data["outsiders"] if wanted in ("all", one.get("$mfa"))]


def _user(row: dict[str, Any]) -> dict[str, Any]:
    """A `simple user` in GitHub's words."""
    login = row["login"]
    home = f"https://api.github.com/users/{login}"
    rest = (
        "followers",
        "following",
        "gists",
        "starred",
        "subscriptions",
        "organizations",
        "repos",
        "events",
        "received_events",
    )
    return {
        "login": login, "id": row["id"], "node_id": f"U_{row['id']:08}", "email": row.get("email"), "gravatar_id": "",
        "avatar_url": f"https://avatars.example/u/{row['id']}?token=ghp_PictureTokenOfNobody000000000000000000",
        "url": home, "html_url": f"https://github.com/{login}", "type": row.get("type", "User"), "site_admin": False,
        "user_view_type": "private", **{f"{name}_url": f"{home}/{name}" for name in rest},
    }  # fmt: skip


def _seats(world: World, asked: Asked) -> list[Any]:
    team = {
        "id": 9001, "node_id": "T_9001", "name": "Copilot", "slug": "copilot", "description": None, "privacy": "closed",
        "permission": "pull", "url": f"{HOME}/teams/copilot", "html_url": f"https://github.com/orgs/{ORGANISATION}/teams/copilot",
        "members_url": f"{HOME}/teams/copilot/members{{/member}}", "repositories_url": f"{HOME}/teams/copilot/repos",
        "type": "organization", "parent": None,
    }  # fmt: skip
    return [
        {**{name: value for name, value in seat.items() if name != "holder"}, "assignee": _user(seat["holder"]),
         "assigning_team": team, "plan_type": "business", "updated_at": seat["created_at"]}
        for seat in _of_the_organisation("seats")(world, asked)
    ]  # fmt: skip


def _billing(world: World, asked: Asked) -> dict[str, Any]:
    number = len(world.data["seats"])
    counts = {
        "total": number, "added_this_cycle": 0, "pending_cancellation": 0, "pending_invitation": 0,
        "active_this_cycle": number - 11, "inactive_this_cycle": 11,
    }  # fmt: skip
    return {"seat_breakdown": counts, **_of_the_organisation("copilot")(world, asked)}


def _agent(world: World, asked: Asked) -> dict[str, Any]:
    found = dict(_of_the_organisation("agent")(world, asked))
    if found["enabled_repositories"] == "selected":
        found["selected_repositories_url"] = f"{HOME}/copilot/coding-agent/permissions/repositories"
    return found


def _agent_repositories(world: World, asked: Asked) -> list[Any]:
    if _of_the_organisation("agent")(world, asked)["enabled_repositories"] != "selected":
        raise Refused("conflict")
    return [one for one in _repositories(world, asked) if one["name"] in world.data["agent_names"]]


def _agent_configuration(world: World, asked: Asked) -> Any:
    _repository(world, asked)
    return world.data["agent_configuration"]


def _repositories(world: World, asked: Asked) -> list[Any]:
    found = world.data["repositories"]
    return [_minimal(7_300_000 + number, one) for number, one in enumerate(found)]


def _minimal(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A `minimal repository` in GitHub's words, with what only an administrator is shown."""
    name, full = row["name"], f"{ORGANISATION}/{row['name']}"
    home = f"https://api.github.com/repos/{full}"
    switches = {} if row.get("archived") else {"security_and_analysis": row["security_and_analysis"]}
    return {
        **_urls(home), "id": number, "node_id": f"R_{number}", "name": name, "full_name": full, "url": home,
        "owner": _user({"login": ORGANISATION, "id": NUMBER, "type": "Organization"}), "fork": False,
        "private": row["visibility"] != "public", "html_url": f"https://github.com/{full}", "description": None,
        "visibility": row["visibility"], "archived": row.get("archived", False), "disabled": False,
        "default_branch": "main", "temp_clone_token": "ghp_CloneTokenOfNobody00000000000000000000",
        "custom_properties": row["custom_properties"], **switches,
    }  # fmt: skip


def _urls(home: str) -> dict[str, str]:
    names = (
        "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads "
        "events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges "
        "milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees"
    )
    return {f"{name}_url": f"{home}/{name}" for name in names.split()}


def _repository(world: World, asked: Asked) -> dict[str, Any]:
    """The row of the repository in the path."""
    found = [one for one in world.data["repositories"] if one["name"] == asked.params["repo"]]
    if asked.params["owner"].lower() != ORGANISATION or not found:
        raise Refused("not_found")
    return dict(found[0])


def _rules(world: World, asked: Asked) -> list[Any]:
    """The organisation's ruleset asks for one approval, save where the older branch protection does."""
    by_ruleset = _repository(world, asked).get("$reviews", "ruleset") == "ruleset"
    return (
        world.data["ruleset"]
        if by_ruleset
        else [rule for rule in world.data["ruleset"] if rule["type"] != "pull_request"]
    )


def _protection(world: World, asked: Asked) -> Any:
    if _repository(world, asked).get("$reviews") != "classic":
        raise Refused("not_found", "Branch not protected")
    return world.data["branch_protection"]


def _alerts_of(world: World, asked: Asked) -> list[Any]:
    if _repository(world, asked).get("$alerts") == "off":
        raise Refused("denied", "Dependabot alerts are disabled for this repository.")
    found = [one for one in _alerts(world, asked) if one["repository"]["name"] == asked.params["repo"]]
    return [{name: value for name, value in one.items() if name != "repository"} for one in found]


def _alerts(world: World, asked: Asked) -> list[Any]:
    states = asked.query.get("state", "open,fixed,dismissed,auto_dismissed").split(",")
    numbers = {one["name"]: 7_300_000 + number for number, one in enumerate(world.data["repositories"])}
    found = [_alert(one, numbers[one["$repository"]]) for one in world.data["alerts"] if one["state"] in states]
    return sorted(found, key=lambda one: str(one[f"{asked.query.get('sort', 'created')}_at"]), reverse=True)


def _alert(row: dict[str, Any], number: int) -> dict[str, Any]:
    """A Dependabot alert in GitHub's words, with texts that nobody may keep in evidence."""
    package, home = row["package"], f"https://api.github.com/repos/{ORGANISATION}/{row['$repository']}"
    weakness = {
        "package": package,
        "severity": row["severity"],
        "vulnerable_version_range": "< 99.0",
        "first_patched_version": None,
    }
    told = {name: value for name, value in row.items() if name not in ("package", "severity")}
    minimal = _minimal(
        number, {"name": row["$repository"], "visibility": "private", "custom_properties": {}, "archived": True}
    )
    return {
        **told, "url": f"{home}/dependabot/alerts/{row['number']}", "html_url": f"https://github.com/{ORGANISATION}",
        "dependency": {"package": package, "manifest_path": "requirements.txt", "scope": "runtime"},
        "security_vulnerability": weakness,
        "security_advisory": {
            "ghsa_id": "GHSA-0000-0000-0000", "cve_id": None, "summary": "A weakness", "description": "Made up.",
            "vulnerabilities": [weakness], "severity": row["severity"], "cvss": {"score": 5.0, "vector_string": None},
            "cwes": [], "identifiers": [], "references": [], "published_at": row["created_at"],
            "updated_at": row["created_at"], "withdrawn_at": None,
        },
        "dismissed_by": None, "dismissed_reason": None,
        "dismissed_comment": "key was ghp_CommentOfNobody000000000000000000000",
        "repository": {
            name: minimal[name] for name in minimal
            if name not in ("visibility", "archived", "disabled", "default_branch", "temp_clone_token", "custom_properties")
        },
    }  # fmt: skip


def _installations(world: World, asked: Asked) -> list[Any]:
    account = _user({"login": ORGANISATION, "id": NUMBER, "type": "Organization"})
    return [
        {"account": account, "target_id": NUMBER, "target_type": "Organization", "events": ["push"],
         "access_tokens_url": f"https://api.github.com/app/installations/{row['id']}/access_tokens",
         "repositories_url": "https://api.github.com/installation/repositories", "single_file_name": None,
         "html_url": f"https://github.com/organizations/{ORGANISATION}/settings/installations/{row['id']}",
         "updated_at": row["created_at"], "suspended_by": None, "suspended_at": None, **row}
        for row in _of_the_organisation("installations")(world, asked)
    ]  # fmt: skip


def _tokens(world: World, asked: Asked) -> list[Any]:
    return [
        {**row, "owner": _user(row["owner"]), "repositories_url": f"{HOME}/personal-access-tokens/{row['id']}/repositories"}
        for row in _of_the_organisation("tokens")(world, asked)
    ]  # fmt: skip


def _events(world: World, asked: Asked) -> list[Any]:
    """Newest first; the phrase chooses a group of actions."""
    group = asked.query.get("phrase", "").removeprefix("action:")
    found = [one for one in _of_the_organisation("events")(world, asked) if one["action"].startswith(group)]
    return sorted(found, key=lambda one: int(one["@timestamp"]), reverse=asked.query.get("order", "desc") == "desc")


ROUTES = (
    Route("POST /app/installations/{installation_id}/access_tokens", _token, open=True),
    Route("GET /orgs/{org}", _organisation, enums=("default_repository_permission",)),
    Route("GET /orgs/{org}/members", _members, pager=_pages(), query=("filter", "role"), enums=("type",)),
    Route("GET /orgs/{org}/outside_collaborators", _outsiders, pager=_pages(), query=("filter",)),
    Route(
        "GET /orgs/{org}/personal-access-tokens", _tokens, pager=_pages(), enums=("repository_selection",),
    ),
    Route(
        "GET /orgs/{org}/installations", _installations, pager=_pages("installations", "total_count"),
        enums=("repository_selection",),
    ),
    Route(
        "GET /orgs/{org}/copilot/billing", _billing,
        enums=("public_code_suggestions", "ide_chat", "platform_chat", "cli", "seat_management_setting", "plan_type"),
    ),
    Route("GET /orgs/{org}/copilot/billing/seats", _seats, pager=_pages("seats", "total_seats")),
    Route("GET /orgs/{org}/copilot/content_exclusion", _of_the_organisation("content_exclusion")),
    Route("GET /orgs/{org}/copilot/coding-agent/permissions", _agent, enums=("enabled_repositories",)),
    Route(
        "GET /orgs/{org}/copilot/coding-agent/permissions/repositories", _agent_repositories,
        pager=_pages("repositories", "total_count"),
    ),
    Route("GET /repos/{owner}/{repo}/copilot/cloud-agent/configuration", _agent_configuration),
    Route(
        "GET /orgs/{org}/repos", _repositories, pager=_pages(), query=("type",),
        enums=("security_and_analysis.secret_scanning.status", "security_and_analysis.secret_scanning_push_protection.status"),
    ),
    Route("GET /repos/{owner}/{repo}/rules/branches/{branch}", _rules, pager=_pages(), enums=("type",)),
    Route("GET /repos/{owner}/{repo}/branches/{branch}/protection", _protection),
    Route("GET /repos/{owner}/{repo}/dependabot/alerts", _alerts_of, pager=_pages(), query=("state",)),
    Route(
        "GET /orgs/{org}/dependabot/alerts", _alerts, pager=_pages(), query=("state", "sort", "direction"),
        enums=("state",),
    ),
    Route("GET /orgs/{org}/audit-log", _events, pager=_pages(), query=("phrase", "order", "include")),
    Route(
        "GET /organizations/{org}/settings/billing/budgets", _of_the_organisation("budgets"), query=("scope",),
        pager=Numbered(items="budgets", limit="per_page", size=10, more="has_next_page", total="total_count"),
    ),
)  # fmt: skip
REFUSALS = {
    "unauthorised": (401, "", "Bad credentials"),
    "expired": (401, "", "Bad credentials"),
    "denied": (403, "", "Resource not accessible by integration"),
    "not_found": (404, "", "Not Found"),
    "conflict": (409, "", "Conflict"),
    "throttled": (403, "", "API rate limit exceeded for installation."),
    "server_error": (502, "", "Server Error"),
}
"""GitHub's own words."""


@cache
def _private_key() -> str:
    """A key of the App, made up once in a process."""
    made = generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def _error(status: int, code: str, message: str) -> dict[str, Any]:
    return {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """GitHub on one of the company's days."""
    return RestPlay(
        "github", scenario, date, mended, routes=ROUTES, error=_error, refusals=REFUSALS,
        keys=(Key(secret=TOKEN), Key(secret=OWNERS_TOKEN, name="owner", env="GITHUB_TOKEN")),
        throttle=reset_epoch("X-RateLimit-Reset", X_RateLimit_Remaining="0"), request_id="X-GitHub-Request-Id",
        headers={"x-github-api-version": "2026-03-10"},
        table={"organisation": ORGANISATION, "app_id": APP, "installation_id": INSTALLATION},
        environment={"GITHUB_APP_PRIVATE_KEY": _private_key()},
    )  # fmt: skip
