"""The Google adapter over real HTTP: pages, what errors mean, what is no answer, and what never leaves."""

from concurrent.futures import ThreadPoolExecutor

import httplib2
import pytest
from google_stage import CLOCK, SCOPE, TOKENS, UNITS, USERS, Reply, Stage, answer, pages, refused, source

from annexa.collectors._google import GoogleSettings, GoogleSource, Self, documents, faults
from annexa.collectors._google.http import IN_FLIGHT, GuardedHttp, InFlight, PerThread, check
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import AbsentError, UndeclaredCallError, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Environment, Reason

USER = {"id": "1", "primaryEmail": "a@acme.example"}


def test_every_page_in_order() -> None:
    def users(url: str) -> Reply:
        if "pageToken=p2" in url:
            return answer({"users": [{"id": "2"}]})
        return answer({"users": [USER], "nextPageToken": "p2"})

    stage = Stage({"/users": users})
    found = pages(stage, USERS, maxResults=500)
    assert [page.content["users"][0]["id"] for page in found] == ["1", "2"]
    assert all(headers["authorization"] == "Bearer ya29.secret" for _, _, headers in stage.asked)
    assert "maxResults=500" in stage.asked[-1][1], "every page is asked for with the same parameters"


def test_an_absent_list_is_empty_only_in_an_answer_that_is_otherwise_valid() -> None:
    assert pages(Stage({"/orgunits": [answer({"kind": "admin#x"})]}), UNITS, customerId="C")[0].content == {
        "kind": "admin#x",
        "organizationUnits": [],
    }
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/orgunits": [answer({"ok": True})]}), UNITS, customerId="C")
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.INVALID_ANSWER, "against_schema")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ((200, {"content-type": "text/html"}, b"<html>sign in</html>"), "web_page"),
        ((200, {}, b'{"users": [{"id": "1"'), "unreadable_body"),
        ((200, {}, b""), "empty_body"),
        ((200, {}, b"[]"), "wrong_type"),
        (answer({"users": "notalist"}), "against_schema"),
        (answer({"users": [{"id": 7}]}), "against_schema"),
        (answer({"users": [USER], "nextPageToken": 2}), "against_schema"),
        (answer({"error": {"code": 500}}), "against_schema"),
        ((302, {"location": "http://127.0.0.1:9/"}, b""), "redirect"),
    ],
)
def test_what_is_no_answer_is_invalid(reply: Reply, code: str) -> None:
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/users": [reply]}), USERS)
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.INVALID_ANSWER, code)


def test_a_token_that_comes_twice_is_no_end() -> None:
    stage = Stage({"/users": [answer({"users": [USER], "nextPageToken": "again"})]})
    with pytest.raises(UnreadError, match="repeated_token"):
        pages(stage, USERS)


def test_a_token_where_the_method_takes_none_leaves_something_unread() -> None:
    stage = Stage({"/tokens": [answer({"items": [{"clientId": "c"}], "nextPageToken": "p2"})]})
    with pytest.raises(UnreadError, match="lost_token"):
        pages(stage, TOKENS, userKey="1")


@pytest.mark.parametrize("last", [{}, {"nextPageToken": ""}])
def test_a_list_ends_where_no_token_is_told(last: dict[str, str]) -> None:
    stage = Stage({"/users": [answer({"users": [USER], **last})]})
    assert len(pages(stage, USERS)) == 1


def test_an_empty_page_is_not_the_last_one() -> None:
    def users(url: str) -> Reply:
        return answer({"users": [USER]}) if "pageToken" in url else answer({"nextPageToken": "p2"})

    assert [len(page.content["users"]) for page in pages(Stage({"/users": users}), USERS)] == [0, 1]


@pytest.mark.parametrize("reason", sorted(faults.THROTTLES))
def test_a_403_that_throttles_is_asked_again(reason: str) -> None:
    stage = Stage(
        {"/users": [refused(403, reason), refused(429, "x", **{"retry-after": "7"}), answer({"users": [USER]})]}
    )
    with source(stage) as (made, clock):
        before = clock.now()
        assert next(iter(made.wire("C").pages(USERS, USERS.params))).content["users"] == [USER]
        assert (clock.now() - before).total_seconds() >= 7


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (refused(403, "forbidden"), Reason.DENIED, SCOPE),
        (refused(403, "accessNotConfigured"), Reason.DENIED, "Enable admin.googleapis.com"),
        (refused(403, "insufficientPermissions"), Reason.DENIED, "Authorise the scope"),
        (refused(401, "authError"), Reason.DENIED, "delegation"),
        (refused(403, "quotaExceeded"), Reason.THROTTLED, "Run again"),
        (refused(429, "rateLimitExceeded", **{"retry-after": "4000"}), Reason.THROTTLED, "Run again after"),
        (refused(404, "notFound"), Reason.INVALID_ANSWER, "report"),
        (refused(503, "backendError"), Reason.UNREACHABLE, "Run again"),
    ],
)
def test_who_must_act(reply: Reply, reason: Reason, words: str) -> None:
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/users": [reply]}), USERS)
    trouble = caught.value.trouble
    assert trouble.reason is reason and words in str(trouble.cure)
    assert "said by the vendor" not in str(trouble)


@pytest.mark.parametrize("reason", sorted({*faults.NOT_ENABLED, *faults.SCOPE}))
@pytest.mark.parametrize("newer", [False, True])
def test_a_403_is_read_by_its_reason_wherever_it_stands(reason: str, newer: bool) -> None:
    told = {"details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]}
    error = {"code": 403, "status": "PERMISSION_DENIED", **(told if newer else {"errors": [{"reason": reason}]})}
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/users": [answer({"error": error}, 403)]}), USERS)
    cure = "Enable admin.googleapis.com" if reason in faults.NOT_ENABLED else f"Authorise the scope {SCOPE}"
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.DENIED, reason)
    assert cure in str(caught.value.trouble.cure)


def test_only_super_administrators_may_ask_for_policies() -> None:
    scope = "https://www.googleapis.com/auth/cloud-identity.policies.readonly"
    call = Call(op="cloudidentity/v1:policies.list", needs=scope, path="policies")
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/policies": [refused(403, "PERMISSION_DENIED")]}), call)
    assert caught.value.trouble.reason is Reason.DENIED and "super administrator" in str(caught.value.trouble.cure)


def test_a_declared_absence() -> None:
    call = Call(op=TOKENS.op, needs=SCOPE, path="items", absent=("notFound",))
    with pytest.raises(AbsentError):
        pages(Stage({"/tokens": [refused(404, "notFound")]}), call, userKey="gone")


def test_what_is_not_declared_is_never_sent() -> None:
    users = documents.method(USERS.op)
    flight = InFlight(op=USERS.op, method=users, base="https://admin.googleapis.com/", given=frozenset({"customer"}))
    with pytest.raises(UndeclaredCallError):
        check("https://admin.googleapis.com/admin/directory/v1/users", "GET")
    token = IN_FLIGHT.set(flight)
    try:
        check("https://admin.googleapis.com/admin/directory/v1/users?customer=c&alt=json", "GET")
        for uri, verb in (
            ("https://admin.googleapis.com/admin/directory/v1/users/1", "GET"),
            ("https://admin.googleapis.com/admin/directory/v1/users?customer=c", "DELETE"),
            ("https://admin.googleapis.com/admin/directory/v1/users?query=x", "GET"),
            ("https://evil.example/admin/directory/v1/users?customer=c", "GET"),
            ("http://admin.googleapis.com/admin/directory/v1/users?customer=c", "GET"),
            ("https://admin.googleapis.com/admin/directory/v1/users/../groups", "GET"),
        ):
            with pytest.raises(UndeclaredCallError):
                check(uri, verb)
    finally:
        IN_FLIGHT.reset(token)
    with pytest.raises(UndeclaredCallError):
        GuardedHttp(1).request("https://admin.googleapis.com/")


def test_an_unknown_method_or_parameter_is_our_mistake() -> None:
    with pytest.raises(UndeclaredCallError):
        documents.method("admin/directory_v1:users.lst")
    with pytest.raises(UndeclaredCallError):
        pages(Stage({"/users": [answer({})]}), USERS, moon="full")


def test_answers_are_never_mixed_between_threads() -> None:
    def tokens(url: str) -> Reply:
        user = url.partition("/users/")[2].partition("/")[0]
        return answer({"items": [{"clientId": user}]})

    with ThreadPoolExecutor(8) as pool, source(Stage({"/tokens": tokens}), pool=pool) as (made, _):
        wire = made.wire("C")
        asked = [{"userKey": f"user{number}"} for number in range(2000)]
        found = list(wire.ahead(TOKENS, asked))
    assert [one.answers[0].content["items"][0]["clientId"] for one in found] == [one["userKey"] for one in asked]


def test_another_endpoint_is_not_the_vendor() -> None:
    with source(Stage({})) as (made, _):
        assert made.environment is Environment.SANDBOX
        assert (made.tenant, made.hosts()[0].startswith("http://127.0.0.1")) == ("C0123", True)


class Credentials:
    """Credentials that can be narrowed, as those of a service account."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes

    def with_scopes(self, scopes: list[str]) -> "Credentials":
        return Credentials(*scopes)


def test_a_token_is_for_one_scope_so_that_one_that_is_missing_costs_its_own_calls() -> None:
    clients = PerThread(Credentials(SCOPE, "https://example.test/other"), 1, None)
    one, other, permission = clients.get(SCOPE), clients.get("https://example.test/other"), clients.get("iam.keys.list")
    assert [found.credentials.scopes for found in (one, other)] == [(SCOPE,), ("https://example.test/other",)]
    assert len(permission.credentials.scopes) == 2, "a permission is no scope"
    assert clients.get(SCOPE) is one
    assert one.http is other.http is permission.http, "one thread has one set of connections"
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(clients.get, SCOPE).result()
    assert elsewhere.http is not one.http
    assert elsewhere.credentials is one.credentials, "asked for once"


def test_every_declared_scope_is_one_of_its_method() -> None:
    assert SCOPE in documents.method(USERS.op).scopes


VERTEX_MODELS = Call(op="aiplatform/v1:projects.locations.models.list", needs="aiplatform.models.list", path="models")
ARMOR_TEMPLATES = Call(
    op="modelarmor/v1:projects.locations.templates.list", needs="modelarmor.templates.list", path="templates"
)
ARMOR_FLOOR = Call(op="modelarmor/v1:projects.locations.getFloorSetting", needs="modelarmor.floorSettings.get")
VERTEX_CACHE = Call(op="aiplatform/v1:projects.getCacheConfig", needs="aiplatform.cacheConfigs.get")
LOG_BUCKETS = Call(op="logging/v2:projects.locations.buckets.list", needs="logging.buckets.list", path="buckets")
PLACES = [
    (VERTEX_MODELS, "parent", "projects/p/locations/europe-west4", "https://europe-west4-aiplatform.googleapis.com"),
    (VERTEX_MODELS, "parent", "projects/p/locations/eu", "https://aiplatform.eu.rep.googleapis.com"),
    (VERTEX_MODELS, "parent", "projects/p/locations/global", "https://aiplatform.googleapis.com"),
    (VERTEX_CACHE, "name", "projects/p/cacheConfig", "https://aiplatform.googleapis.com"),
    (ARMOR_TEMPLATES, "parent", "projects/p/locations/europe-west3", "https://modelarmor.europe-west3.rep.googleapis.com"),
    (ARMOR_FLOOR, "name", "projects/p/locations/global/floorSetting", "https://modelarmor.googleapis.com"),
    (LOG_BUCKETS, "parent", "projects/p/locations/europe-west4", "https://logging.googleapis.com"),
]  # fmt: skip


class Elsewhere:
    """Google's own hosts, played: the guard stands before them, and each address is kept."""

    def __init__(self) -> None:
        self.asked = list[str]()

    def __call__(self, http: GuardedHttp) -> None:
        http.answer_with(self._answer)

    def _answer(self, uri: str, method: str = "GET", *rest: object, **more: object) -> tuple[httplib2.Response, bytes]:
        self.asked.append(uri)
        body = b'{"id": "C0123"}' if "/customers/" in uri else b'{"name": "n", "nextPageToken": ""}'
        return httplib2.Response({"status": "200"}), body


def vendor() -> tuple[GoogleSource, Elsewhere]:
    """A source that asks at Google's own addresses."""
    network = Elsewhere()
    lent = Circumstances(
        organisation="acme", clock=VirtualClock(CLOCK), run_id="r1", sandbox=True, pacing=False,
        prepare=lambda _, http: network(http), environment={"ANNEXA_SANDBOX_GOOGLE_TOKEN": "ya29.secret"},
    )  # fmt: skip
    settings = GoogleSettings(name="google:main", vendor="google_workspace", attempts=1)
    return GoogleSource(settings, lent, scopes=[SCOPE], me=lambda wire, _: Self(tenant="C", identity="me")), network


@pytest.mark.parametrize(("call", "name", "value", "host"), PLACES, ids=[f"{one[2]}: {one[0].op}" for one in PLACES])
def test_a_location_is_asked_at_the_host_that_the_document_names_for_it(
    call: Call, name: str, value: str, host: str
) -> None:
    made, network = vendor()
    (page,) = made.wire("C").pages(call, {name: value})
    (asked,) = network.asked
    assert asked.startswith(f"{host}/") and value in asked
    assert (page.host, made.hosts()) == (host, (host,))


@pytest.mark.parametrize("place", ["moon-east1", "evil.example", "-", "us-central1.evil.example"])
def test_a_location_without_a_documented_host_is_not_asked_anywhere(place: str) -> None:
    made, network = vendor()
    with pytest.raises(UnreadError) as caught:
        list(made.wire("C").pages(VERTEX_MODELS, {"parent": f"projects/p/locations/{place}"}))
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.UNSUPPORTED, "unknown_location")
    assert network.asked == []


@pytest.mark.parametrize("api", sorted(documents.REGIONAL))
def test_every_host_of_a_location_is_googles_and_of_a_release(api: str) -> None:
    hosts = documents.regions(api)
    assert {"europe-west4", "us-central1", "eu", "us"} <= set(hosts)
    assert all(one.endswith(".googleapis.com/") and "preprod" not in one for one in hosts.values())


def test_another_endpoint_stands_for_every_location() -> None:
    stage = Stage({"/templates": [answer({"templates": []})]})
    pages(stage, ARMOR_TEMPLATES, parent="projects/p/locations/eu")
    assert stage.asked[-1][1].partition("?")[0] == "/modelarmor.v1.eu/v1/projects/p/locations/eu/templates"


def test_a_list_that_lacks_places_is_read_in_part() -> None:
    stage = Stage({"/templates": [answer({"templates": [{"name": "t"}], "unreachable": ["locations/eu"]})]})
    with source(stage) as (made, _):
        found = made.wire("C").pages(ARMOR_TEMPLATES, {"parent": "projects/p/locations/us"})
        assert next(found).content["templates"] == [{"name": "t"}]
        with pytest.raises(UnreadError) as caught:
            next(found)
    trouble = caught.value.trouble
    assert (trouble.reason, trouble.code) == (
        Reason.UNREACHABLE,
        "unreachable_places",
    ) and "locations/eu" in trouble.says


def test_places_that_are_no_list_are_not_passed_over() -> None:
    buckets = answer({"buckets": [{"name": "b"}], "unreachable": 7})
    with pytest.raises(UnreadError) as caught:
        pages(Stage({"/buckets": [buckets]}), LOG_BUCKETS, parent="projects/p/locations/-")
    assert caught.value.trouble.code == "unreachable_places"


def test_a_document_of_ours_cites_where_every_method_comes_from() -> None:
    told = documents.document("modelarmor/v1")
    assert documents.is_ours("modelarmor/v1") and not documents.is_ours("aiplatform/v1")
    for call in (ARMOR_TEMPLATES, ARMOR_FLOOR):
        resources, found = call.op.partition(":")[2].split("."), told
        for name in resources[:-1]:
            found = found["resources"][name]
        says = found["methods"][resources[-1]]["description"]
        assert "https://docs.cloud.google.com/model-armor/reference/rest/v1/" in says and call.needs in says
