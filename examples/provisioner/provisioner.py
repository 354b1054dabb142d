#!/usr/bin/env python3
"""A reference program that sets services up for Tenantry. It needs only Python 3.

It claims tasks, brings each service to what is wanted, and reports. Here a service is a file in a folder; put the calls of
your hypervisor, registrar or panel into `apply` and `remove`. It can be killed at any line, and several can run at once:

- The file of a new service is named by the id of its task. The task keeps this id when it is handed out again, so a second
  attempt finds the file and makes no second one.
- A file is replaced as a whole. A reader sees the old one or the new one.
- Nothing is remembered outside the folder. What was done and not reported is done again, which changes nothing.
"""

import argparse
import json
import os
import pathlib
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

LEASE = 60  # seconds
TASK = """id generation attempts kind action service { id kind externalId }
  wanted { state name product quantity attributes { name value } }"""
CLAIM = "mutation($input: ClaimServiceTasksInput!) { result: claimServiceTasks(input: $input) { tasks { %s } %s } }"
REPORT = "mutation($input: %sServiceTaskInput!) { result: %sServiceTask(input: $input) { %s } }"
ERRORS = "userErrors { code message }"


class Refused(Exception):
    """The server refuses a report, for example because the lease has ended."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["code"]


class Server:
    """The GraphQL endpoint of the server."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def ask(self, query, **given):
        body = json.dumps({"query": query, "variables": {"input": given}}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, body, headers), timeout=30) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        result = (answer.get("data") or {}).get("result")
        if result is None:
            raise RuntimeError("; ".join(error["message"] for error in answer.get("errors", [])) or "no answer")
        for error in result["userErrors"]:
            raise Refused(error)
        return result

    def claim(self, kinds):
        """One task at a time: the others stay free for other programs until their turn comes."""
        more = {"kinds": kinds} if kinds else {}
        return self.ask(CLAIM % (TASK, ERRORS), first=1, leaseSeconds=LEASE, **more)["tasks"]

    def report(self, verb, task, **more):
        query = REPORT % (verb.capitalize(), verb, ERRORS)
        return self.ask(query, taskId=task["id"], generation=task["generation"], attempt=task["attempts"], **more)


class Lease:
    """Extends the lease of a task in the background for as long as its work takes."""

    def __init__(self, server, task):
        self.server, self.task, self.done, self.lost = server, task, threading.Event(), None

    def __enter__(self):
        self.thread = threading.Thread(target=self.keep, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def keep(self):
        while not self.done.wait(LEASE / 3):
            try:
                self.server.report("extend", self.task, leaseSeconds=LEASE)
            except Refused as refused:
                self.lost = refused
                return
            except (OSError, RuntimeError) as error:
                print(f"{self.task['id']}: could not extend the lease: {error}", file=sys.stderr)

    def check(self):
        """Stops the work as soon as somebody else may do it."""
        if self.lost:
            raise self.lost


def apply(folder, name, task, lease, pause):
    """Makes the service as it is wanted. A second call with the same task changes nothing."""
    wanted = task["wanted"]
    attributes = {one["name"]: one["value"] for one in wanted["attributes"]}
    time.sleep(pause)  # real work takes its time
    lease.check()
    content = {"kind": task["service"]["kind"], "name": wanted["name"], "state": wanted["state"],
               "product": wanted["product"], "quantity": wanted["quantity"], "attributes": attributes, "generation": task["generation"]}
    if task["action"]:
        content["last_action"] = {"action": task["action"], "task": task["id"], "generation": task["generation"]}
    part, path = folder / f".{name}.part", folder / f"{name}.json"
    if path.exists() and json.loads(path.read_text("utf-8"))["generation"] > task["generation"]:
        raise ValueError("a newer generation is there already")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    if task["service"]["kind"] in ("VIRTUAL_SERVER", "WEB_HOSTING"):
        # What the customer wants to know. A real program asks its hypervisor.
        return [{"name": "ipv4", "value": f"198.51.100.{1 + sum(name.encode()) % 254}"}]
    return []


def remove(folder, name):
    """Deletes the service. One that is gone already is deleted too."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def work(server, folder, task, pause):
    """Does one task and reports how it went."""
    # The service keeps the name that its first task gave it. One from before this program gets that of this task.
    known = task["service"]["externalId"] or task["id"]
    name = urllib.parse.quote(known, safe="")
    label = f"{task['id']} {task['kind']} {task['wanted']['name']}"
    try:
        try:
            with Lease(server, task) as lease:
                if task["wanted"]["state"] == "ENDED":
                    remove(folder, name)
                    learned = []
                else:
                    learned = apply(folder, name, task, lease, pause)
                lease.check()
            server.report("complete", task, externalId=known, attributes=learned)
            print(f"{label}: done", flush=True)
        except (OSError, ValueError) as error:
            server.report("fail", task, error=f"{type(error).__name__}: {error}")
            print(f"{label}: {error}", file=sys.stderr)
    except Refused as refused:
        # STALE_STATE: something else is wanted by now. LEASE_LOST: another program goes on. It comes again in either case.
        print(f"{label}: {refused.code}: {refused}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description="Sets services up for Tenantry.")
    parser.add_argument("--url", default=os.environ.get("TENANTRY_URL", "http://127.0.0.1:8080/graphql"))
    parser.add_argument("--key", default=os.environ.get("TENANTRY_KEY"), help="API key; better in TENANTRY_KEY")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("services"))
    parser.add_argument("--kinds", nargs="*", help="only these kinds of services, for example VIRTUAL_SERVER")
    parser.add_argument("--pause", type=float, default=0, help="seconds that each task takes")
    parser.add_argument("--once", action="store_true", help="stop when nothing is left to claim")
    given = parser.parse_args()
    if not given.key:
        parser.error("give the API key in TENANTRY_KEY")
    given.folder.mkdir(parents=True, exist_ok=True)
    server = Server(given.url, given.key)
    while True:
        try:
            tasks = server.claim(given.kinds)
            for task in tasks:
                work(server, given.folder, task, given.pause)
            if given.once and not tasks:
                return
            time.sleep(0 if tasks else 2)
        except Refused as refused:
            sys.exit(str(refused))
        except (OSError, RuntimeError) as error:
            if given.once:
                sys.exit(str(error))
            print(error, file=sys.stderr)
            time.sleep(10)


if __name__ == "__main__":
    main()
