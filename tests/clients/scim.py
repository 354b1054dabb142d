"""Checks SCIM of a running server with scim2-tester, which creates, reads, replaces, patches and deletes users and groups by
the schemas that the server shows, and compares each answer with the RFCs.

Usage: python scim.py [http://127.0.0.1:8000]   (or BASE_URL). It needs a server with the demo data, and changes it.
"""

import os
import sys
from collections import Counter

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

PASSWORD = "tenantry-demo"
OWNER, ORGANISATION = "olav@fjordfoods.example", "Fjord Foods"
PATIENCE_SECONDS = 30
WRONG = {Status.DEVIATION, Status.ERROR, Status.CRITICAL}
# The server keeps these values in a form of its own, so it does not give random ones back as they were.
IN_OWN_FORM = {
    "emails": "one address is kept, and it is primary",
    "urn:tenantry:params:scim:schemas:extension:directory:2.0:User": "a path begins with a slash",
    "urn:tenantry:params:scim:schemas:extension:directory:2.0:User:unitPath": "a path begins with a slash",
}

base = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BASE_URL", "http://127.0.0.1:8000")


def graphql(client, query, variables=None):
    answer = client.post("/graphql", json={"query": query, "variables": variables or {}}).json()
    if answer.get("errors") or not answer.get("data"):
        sys.exit(f"FAILED: {answer}")
    return answer["data"]


def key():
    """An API key for the directory, made by the owner of the organisation."""
    with httpx2.Client(base_url=base, timeout=PATIENCE_SECONDS) as client:
        log_in = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }"
        tokens = graphql(client, log_in, {"input": {"email": OWNER, "password": PASSWORD}})["logIn"]["tokens"]
        client.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        own = graphql(client, "{ viewer { organisations(first: 100) { edges { node { id name } } } } }")
        nodes = [edge["node"] for edge in own["viewer"]["organisations"]["edges"]]
        organisation = next(node["id"] for node in nodes if node["name"] == ORGANISATION)
        create = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { message } } }"
        wanted = {"organisationId": organisation, "name": "SCIM", "permissions": ["DIRECTORY_SYNC"]}
        made = graphql(client, create, {"input": wanted})["createApiKey"]
        return organisation, made["secret"] or sys.exit(f"FAILED: {made}")


organisation, secret = key()
headers = {"Authorization": f"Bearer {secret}"}
with httpx2.Client(base_url=f"{base}/scim/v2/{organisation}", headers=headers, timeout=PATIENCE_SECONDS) as client:
    results = check_server(SyncSCIMClient(client))
def is_wrong(result):
    if result.status not in WRONG:
        return False
    is_of_value = result.title in {"check_add_attribute", "check_replace_attribute"}
    return not (is_of_value and "returned unexpected value" in result.reason and result.data["urn"] in IN_OWN_FORM)


for result in results:
    if is_wrong(result) or "-v" in sys.argv:
        print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}\n    {result.data}"[:1500])
counts = Counter(result.status.name for result in results)
print("scim2-tester:", ", ".join(f"{count} {name.lower()}" for name, count in sorted(counts.items())))
if not counts["SUCCESS"] or any(map(is_wrong, results)):
    sys.exit("FAILED")
