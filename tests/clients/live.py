"""Follows events with gql over a WebSocket while something happens.

Usage: python live.py [http://127.0.0.1:8000]   (or BASE_URL). It needs a server with the demo data, and changes it.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request

from gql import Client, gql
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

PASSWORD = "tenantry-demo"
OWNER, ORGANISATION = "cleo@twin.example", "Twin Studio"
PATIENCE_SECONDS = 30
EVENTS = """subscription($id: ID!, $after: ID) {
  events(organisationId: $id, types: [ROLE_CREATED], after: $after) { id type object { ... on Role { name } } }
}"""

base = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BASE_URL", "http://127.0.0.1:8000")


def send(query, variables=None, token=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(f"{base}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        answer = json.load(response)
    if answer.get("errors"):
        sys.exit(f"FAILED: {answer}")
    return answer["data"]


def make_role(token, organisation):
    name = f"Dawn {time.time()}"
    create = "mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } userErrors { message } } }"
    wanted = {"organisationId": organisation, "name": name, "permissions": ["SERVICE_READ"]}
    assert send(create, {"input": wanted}, token)["createRole"]["userErrors"] == []
    return name


def transport(token):
    address = base.replace("http", "ws", 1) + "/graphql"
    protocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
    return WebsocketsTransport(address, init_payload={"Authorization": f"Bearer {token}"}, subprotocols=protocols)


def subscription(variables):
    request = gql(EVENTS)
    request.variable_values = variables
    return request


async def next_of(stream):
    return (await asyncio.wait_for(anext(stream), PATIENCE_SECONDS))["events"]


async def first_of(stream, token, organisation):
    """The first event, and the roles that were made until it came: no message says that a subscription has begun."""
    made = []
    waiting = asyncio.ensure_future(next_of(stream))
    while not waiting.done():
        made.append(make_role(token, organisation))
        await asyncio.wait([waiting], timeout=1)
    return waiting.result(), made


async def main():
    log_in = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }"
    token = send(log_in, {"input": {"email": OWNER, "password": PASSWORD}})["logIn"]["tokens"]["accessToken"]
    own = send("{ viewer { organisations(first: 100) { edges { node { id name } } } } }", token=token)
    organisation = next(e["node"]["id"] for e in own["viewer"]["organisations"]["edges"] if e["node"]["name"] == ORGANISATION)

    async with Client(transport=transport(token)) as session:
        stream = session.subscribe(subscription({"id": organisation}))
        event, made = await first_of(stream, token, organisation)
        assert event["type"] == "ROLE_CREATED" and event["object"]["name"] in made, event
        while event["object"]["name"] != made[-1]:
            event = await next_of(stream)
        await stream.aclose()
        missed = [make_role(token, organisation), make_role(token, organisation)]
        stream = session.subscribe(subscription({"id": organisation, "after": event["id"]}))
        assert [(await next_of(stream))["object"]["name"] for _ in missed] == missed
        await stream.aclose()
        print("ok    an event comes, and a subscription goes on behind it")

        try:
            await next_of(session.subscribe(subscription({"id": "organisation_01k8cbg1rfebpr2m63s95g1had"})))
            sys.exit("FAILED: a subscription to an organisation that is not there")
        except TransportQueryError as refusal:
            assert refusal.errors[0]["extensions"]["code"] == "NOT_FOUND", refusal
        print("ok    a refused subscription is an error")

    try:
        async with Client(transport=transport("nobody")):
            sys.exit("FAILED: a token that is not valid")
    except TransportConnectionFailed as closed:
        assert "4403" in str(closed.__cause__ or closed), closed
    print("ok    a token that is not valid closes the socket with 4403")


asyncio.run(main())
