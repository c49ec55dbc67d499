"""The engine behind stand-ins for REST vendors: routes, pages, keys, refusals and faults over one data file per vendor.

A vendor's module in `annexa.sandbox.vendors` is a table of routes and one call; its data stand in a YAML file beside it:

    # vendors/acme.yaml
    data:
      users:                                    # a collection: a list of rows
        - {$each: people, $if: {team: customs}, id: "user_${low12 ${one.mail}}", email: "${one.mail}", role: reader}
      projects:
        - {id: proj_freight, name: Freight, status: active, created_at: "${fixed 400d|epoch}"}
      api_keys:                                 # members that begin with $ are ours: never sent
        - {$project: proj_freight, id: key_1, owner: "${person leaver.mail}", last_used_at: "${ago 3d|epoch}"}
      retention: {type: none}                   # a single value
    changes:                                    # the data above are the planted company on its first day
      - {row: 19, when: clean, at: retention, set: {type: modified_abuse_monitoring}}
      - {row: 19, when: clean, at: api_keys, match: {id: key_1}, remove: true}
      - {row: null, when: second, at: projects, add: {id: proj_new, name: New, status: active}}
    faults:
      - {row: 25, op: "GET /audit/logs", kind: denied}

    # vendors/acme.py
    ROUTES = (
        Route("GET /users", "users", pager=AfterId(), needs="users.read", enums=("role",)),
        Route("GET /projects", rows("projects", {"status": "?status"}), pager=Token(items="projects")),
        Route("GET /projects/{project_id}", row("projects", {"id": "{project_id}"})),
        Route("GET /projects/{project_id}/api_keys", pager=AfterId(extra={"object": "list"}),
              answer=rows("api_keys", {"$project": "{project_id}"}, of=("projects", {"id": "{project_id}"}))),
        Route("GET /retention", "retention", headers={"acme-beta": "retention-2026"}, enums=("type",)),
        Route("GET /audit/logs", lambda world, asked: [], pager=LinkHeader()),
    )

    def play(scenario, date, mended=()):
        return RestPlay(
            "acme", scenario, date, mended, routes=ROUTES, base="/v1",
            keys=(Key(secret="acme-key-of-the-sandbox", env="ACME_KEY", scopes=("users.read",)),),
            carried=header("x-api-key"), throttle=retry_after(2),
            error=lambda status, code, message: {"error": {"type": code, "message": message}},
        )
"""

from annexa.sandbox._rest.answers import collection, fits, one, row, rows, value
from annexa.sandbox._rest.asked import Asked, Refused
from annexa.sandbox._rest.faults import KINDS, NEW_ENUM_VALUE, RestFault
from annexa.sandbox._rest.fill import moment
from annexa.sandbox._rest.keys import Key, basic, bearer, either, header, parameter, scheme
from annexa.sandbox._rest.pages import Page, Pager
from annexa.sandbox._rest.play import RestPlay
from annexa.sandbox._rest.refusals import nothing, reset_epoch, retry_after, structured
from annexa.sandbox._rest.route import Route
from annexa.sandbox._rest.standin import RestStandIn, Seen
from annexa.sandbox._rest.styles import AfterId, LimitOffset, LinkHeader, NextLink, Numbered, Token
from annexa.sandbox._rest.world import World

__all__ = [
    "KINDS",
    "NEW_ENUM_VALUE",
    "AfterId",
    "Asked",
    "Key",
    "LimitOffset",
    "LinkHeader",
    "NextLink",
    "Numbered",
    "Page",
    "Pager",
    "Refused",
    "RestFault",
    "RestPlay",
    "RestStandIn",
    "Route",
    "Seen",
    "Token",
    "World",
    "basic",
    "bearer",
    "collection",
    "either",
    "fits",
    "header",
    "moment",
    "nothing",
    "one",
    "parameter",
    "reset_epoch",
    "retry_after",
    "row",
    "rows",
    "scheme",
    "structured",
    "value",
]
