"""Prints the tree of all resellers that the person sees, with what each client lets through."""

import json
import os
import urllib.request

URL = os.environ.get("TENANTRY_URL", "http://127.0.0.1:8080")
EMAIL = os.environ.get("TENANTRY_EMAIL", "kai@skandia.example")
PASSWORD = os.environ.get("TENANTRY_PASSWORD", "tenantry-demo")

LOG_IN = """mutation LogIn($input: LogInInput!) {
  logIn(input: $input) { tokens { accessToken } userErrors { message } } }"""

RESELLERS = """query Resellers($after: String) {
  viewer { organisations(first: 50, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { name reseller { id } } } } } }"""

CLIENTS = """query Clients($id: ID!, $after: String) {
  reseller(id: $id) { clients(first: 50, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { client { name } partnership { state } node { reseller { id }
      overview { monthlyRecurring { formatted } overdueInvoices { count } } } } } } }"""


class Refused:
    """Stands in the place of a field that the viewer may not see."""

    def __init__(self, permission):
        self.permission = permission

    def __str__(self):
        return f"(needs {self.permission})"


def send(query, variables, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/graphql", body, headers)) as response:
        answer = json.load(response)
    data = answer.get("data")
    for error in answer.get("errors", []):
        extensions = error.get("extensions", {})
        if data is None or "path" not in error or extensions.get("code") != "FORBIDDEN":
            raise RuntimeError(f"{extensions.get('code')}: {error['message']}")
        *way, last = error["path"]
        place = data
        for key in way:
            place = place[key]
        place[last] = Refused(extensions.get("permission"))
    return data


def rows(load):
    """All rows of a list, one page after the other."""
    after = None
    while True:
        page = load(after)
        if isinstance(page, Refused):
            print(f"  {page}")
            return
        if page is None:
            return
        yield from page["edges"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def part(value, key):
    """A field of something that can be refused itself."""
    return value if value is None or isinstance(value, Refused) else value[key]


def line(edge, depth):
    name = f"{'  ' * depth}{edge['client']['name']}".ljust(34)
    node = edge["node"]
    if node is None:
        return f"{name} {edge['partnership']['state']}, lets nothing be seen"
    monthly = node["overview"]["monthlyRecurring"]
    if isinstance(monthly, list):
        monthly = " + ".join(amount["formatted"] for amount in monthly) or "–"
    overdue = part(node["overview"]["overdueInvoices"], "count")
    return f"{name} {str(monthly).ljust(26)} overdue: {overdue}"


def walk(token, reseller, depth):
    for edge in rows(lambda after: part(send(CLIENTS, {"id": reseller, "after": after}, token)["reseller"], "clients")):
        print(line(edge, depth))
        if edge["node"] and edge["node"]["reseller"]:
            walk(token, edge["node"]["reseller"]["id"], depth + 1)


def log_in():
    answer = send(LOG_IN, {"input": {"email": EMAIL, "password": PASSWORD}})["logIn"]
    if not answer["tokens"]:
        raise SystemExit(" ".join(error["message"] for error in answer["userErrors"]))
    return answer["tokens"]["accessToken"]


def main():
    token = os.environ.get("TENANTRY_TOKEN") or log_in()
    for edge in rows(lambda after: part(send(RESELLERS, {"after": after}, token)["viewer"], "organisations")):
        node = edge["node"]
        if node["reseller"]:
            print(node["name"])
            walk(token, node["reseller"]["id"], 1)


if __name__ == "__main__":
    main()
