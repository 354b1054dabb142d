"""The checks of tests/ops/nodes, which has started everything but the nodes."""

import http.client
import json
import os
import signal
import sys
import time

import failover
import skew
from api import ME, Client, Failed, Load, log_in
from machines import Node, is_down, is_up, restart, wait_for

API = os.environ["API"]
SESSIONS, DELEGATIONS, PAUSE = 20, 300, 8
OWNER, SUPPORT = "finn@nordhost.example", "gry@nordhost.example"
WRITERS = ["ada@nilsson.example", "bo@lind.example", "cleo@twin.example", "dan@twin.example", "eva@pixel.example",
           "mia@lakeschool.example", "vera@gamlabageriet.example", "zara@harbourclinic.example"]
MINE = "{ viewer { sessions(first: 1) { edges { node { id isCurrent } } } } }"
REVOKE = "mutation($id: ID!) { revokeSession(input: {sessionId: $id}) { userErrors { code message } } }"
ORGANISATIONS = "{ viewer { organisations(first: 20) { edges { node { id name } } } } }"
CREATE_CLIENTS = """mutation($input: CreateClientsInput!) { createClients(input: $input) { userErrors { code message }
  results { client { id } partnership { id } userErrors { code message } } } }"""
NARROW = """mutation($id: ID!) { updatePartnership(input: {partnershipId: $id, delegation: {preset: NONE}}) {
  userErrors { code message } } }"""
SERVICES = "query($id: ID!) { organisation(id: $id) { services(first: 1) { edges { node { id } } } } }"
CREATE = """mutation($name: String!, $key: String) { createOrganisation(input: {name: $name, kind: PROJECT,
  idempotencyKey: $key}) { organisation { id } userErrors { code message } } }"""
EVENTS = "subscription($id: ID!) { events(organisationId: $id, types: [ROLE_CREATED]) { type } }"
CREATE_ROLE = """mutation($id: ID!, $name: String!) { createRole(input: {organisationId: $id, name: $name,
  permissions: [SERVICE_READ]}) { userErrors { code message } } }"""

wrong = []


def check(holds, text):
    print(f"{'  good ' if holds else '  WRONG'} {text}", flush=True)
    if not holds:
        wrong.append(text)


def step(text):
    print(f"\n== {text}", flush=True)


def is_refused(client, query, code, **variables):
    try:
        client.send(query, **variables)
        return False
    except Failed as error:
        if code not in str(error):
            raise
        return True


def tokens(nodes):
    step("Each node takes the tokens of the others")
    for node in nodes:
        token = log_in(node.base, SUPPORT)
        taken = [other.name for other in nodes if Client(other.base, token).send(ME)["viewer"]["name"] == "Gry Moe"]
        check(len(taken) == len(nodes), f"A token of {node.name} is taken by {', '.join(taken)}")
    keys = {Client(node.base).get("/.well-known/jwks.json")[1] for node in nodes}
    check(len(keys) == 1, "All nodes publish the same keys")


def revoked_sessions(here, there):
    late = 0
    for _ in range(SESSIONS):
        used = Client(there.base, log_in(there.base, SUPPORT))
        session = used.send(MINE)["viewer"]["sessions"]["edges"][0]["node"]
        assert session["isCurrent"], session
        other = Client(here.base, log_in(here.base, SUPPORT))
        other.send(REVOKE, id=session["id"])
        late += not is_refused(used, ME, "UNAUTHENTICATED")
    check(late == 0, f"{SESSIONS} sessions revoked at {here.name}: {late} were still taken at {there.name}")


def make_clients(base, count, label):
    """Clients of the reseller that let its people see services: their ids, and those of their partnerships."""
    # The owner of the reseller also owns its new clients for now, so the support agent says which is which.
    known = Client(base, log_in(base, SUPPORT)).send(ORGANISATIONS)["viewer"]["organisations"]["edges"]
    reseller = next(edge["node"]["id"] for edge in known if edge["node"]["name"] == "Nordhost Partner")
    owner = Client(base, log_in(base, OWNER), timeout=120)
    new = [{"name": f"{label} {number}", "kind": "COMPANY", "delegation": {"preset": "SUPPORT"}} for number in range(count)]
    made = owner.send(CREATE_CLIENTS, input={"organisationId": reseller, "clients": new})["createClients"]["results"]
    return owner, [(each["client"]["id"], each["partnership"]["id"]) for each in made]


def ended_delegations(here, there):
    owner, clients = make_clients(here.base, DELEGATIONS, "Client")
    reader = Client(there.base, log_in(there.base, SUPPORT))
    late = 0
    for client, partnership in clients:
        reader.send(SERVICES, id=client)
        owner.send(NARROW, id=partnership)
        late += not is_refused(reader, SERVICES, "NOT_FOUND", id=client)
    check(late == 0, f"{DELEGATIONS} delegations ended at {here.name}: {late} still counted at {there.name}")


def events(here, there):
    """What happens at one node reaches a stream of another, although the pooler forwards no NOTIFY."""
    owner = log_in(here.base, WRITERS[0])
    writer = Client(here.base, owner)
    organisation = writer.send(ORGANISATIONS)["viewer"]["organisations"]["edges"][0]["node"]["id"]
    stream = http.client.HTTPConnection(there.address, timeout=30)
    stream.request("POST", "/graphql", json.dumps({"query": EVENTS, "variables": {"id": organisation}}),
                   {"Content-Type": "application/json", "Accept": "text/event-stream", "Authorization": f"Bearer {owner}"})
    lines = stream.getresponse()
    delays = []
    for number in range(6):
        writer.send(CREATE_ROLE, id=organisation, name=f"Event {number}")
        began = time.monotonic()
        while "ROLE_CREATED" not in lines.readline().decode() and time.monotonic() - began < 20:
            pass
        delays.append(time.monotonic() - began)
    stream.close()
    check(max(delays) < 3, f"Events of {here.name} reach a stream of {there.name} after {max(delays):.2f} s at most")


def mixed(client, turn):
    """Reads, and a mutation now and then."""
    if turn % 20:
        client.send(ME)
    else:
        client.send(CREATE, name=f"Load {time.time_ns()}")


def restarts(nodes, readers):
    node = nodes[0]
    step("Nodes that are killed, ended and restarted under load")
    with Load(API, readers, mixed) as load:
        node.end(signal.SIGKILL)
        noticed = wait_for("noticing the killed node", lambda: is_down(node))
    check(len(load.failures) <= len(readers), f"{node.name} killed: {load}; noticed after {noticed:.2f} s")
    node.start()
    wait_for(f"{node.name} in service", lambda: is_up(node))

    with Load(API, readers, mixed) as load:
        code = node.end()
    check(code == 0 and len(load.failures) <= len(readers), f"{node.name} ended without draining (code {code}): {load}")
    node.start()
    wait_for(f"{node.name} in service", lambda: is_up(node))

    with Load(API, readers, mixed) as load:
        code = restart(node)
    check(code == 0 and not load.failures, f"{node.name} drained, ended (code {code}) and started again: {load}")

    with Load(API, readers, mixed) as load:
        codes = [restart(each) for each in nodes]
    check(not any(codes) and not load.failures, f"All {len(nodes)} nodes restarted, one after another: {load}")


def pause(here, there, readers):
    step(f"A node that stands still for {PAUSE} seconds")
    owner, [(client, partnership)] = make_clients(here.base, 1, "Paused client")
    reader, used = (Client(there.base, log_in(there.base, SUPPORT)) for _ in range(2))
    reader.send(SERVICES, id=client)
    session = used.send(MINE)["viewer"]["sessions"]["edges"][0]["node"]["id"]
    other = Client(here.base, log_in(here.base, SUPPORT))
    with Load(API, readers) as load:
        there.tell(signal.SIGSTOP)
        began = time.monotonic()
        owner.send(NARROW, id=partnership)
        other.send(REVOKE, id=session)
        # These wait in the node's queue, sent after what they depend on was taken away.
        with Load(there.base, [reader.token] * 4, lambda each, turn: is_refused(each, SERVICES, "NOT_FOUND", id=client)
                  or load.failures.append("a stale answer")) as waiting:
            time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
            there.tell(signal.SIGCONT)
            check(is_refused(used, ME, "UNAUTHENTICATED"), "A session revoked meanwhile is refused")
            check(is_refused(reader, SERVICES, "NOT_FOUND", id=client), "A delegation that ended meanwhile does not count")
        wait_for(f"{there.name} in service", lambda: is_up(there))
    check(not waiting.failures, f"Requests that waited at the node: {waiting}")
    check("a stale answer" not in load.failures, "None of them got a stale answer")
    check(not load.failures, f"Through HAProxy: {load}")


def main():
    nodes = [Node(f"node{number}", f"127.0.0.1:{port}") for number, port in enumerate(os.environ["LISTEN"].split(), 1)]
    step("Start")
    try:
        for node in nodes:
            print(f"{node.name} is ready after {node.start():.1f} s")
        for node in nodes:
            wait_for(f"{node.name} in service", lambda each=node: is_up(each))
        tokens(nodes)
        step("What is taken away at one node is gone at the other at once")
        revoked_sessions(nodes[0], nodes[1])
        ended_delegations(nodes[0], nodes[1])
        events(nodes[0], nodes[1])
        readers = [log_in(API, email) for email in WRITERS]
        restarts(nodes, readers)
        pause(nodes[0], nodes[1], readers[:4])
        step("The primary server of PostgreSQL is killed")
        failover.run(check, readers, CREATE)
        step("A clock that is wrong")
        skew.run(check, nodes[0])
    finally:
        for node in nodes:
            if node.process and node.process.poll() is None:
                node.tell(signal.SIGKILL)
    if wrong:
        sys.exit(f"\n{len(wrong)} checks failed.")
    print("\nAll checks passed.")


main()
