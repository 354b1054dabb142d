"""Kills the primary server of PostgreSQL while several people write, and looks for what was acknowledged."""

import os
import subprocess
import threading
import time
import uuid
from collections import Counter

from api import Client, Failed
from machines import Postgres, wait_for

LIMIT = 30
COUNTS = """SELECT o.name || ' ' || count(DISTINCT o.id) || ' ' || count(e.id) FROM organisation o
  LEFT JOIN audit_event e ON e.organisation_id = o.id WHERE o.name LIKE 'Act %' GROUP BY o.name"""


class Writer(threading.Thread):
    """Creates one organisation after the other. What fails is sent again with its idempotency key until it is done."""

    def __init__(self, number, token, mutation, stopped):
        super().__init__(daemon=True)
        self.number, self.mutation, self.stopped = number, mutation, stopped
        self.client = Client(os.environ["API"], token)
        # The names of what was acknowledged, when, and the answers that were failures.
        self.done, self.times, self.failures = [], [], []

    def run(self):
        while not self.stopped.is_set():
            name, key = f"Act {self.number}-{len(self.done)}", str(uuid.uuid4())
            while not self.is_done(name, key):
                time.sleep(0.1)
            self.done.append(name)
            self.times.append(time.monotonic())

    def is_done(self, name, key):
        try:
            return bool(self.client.send(self.mutation, name=name, key=key)["createOrganisation"]["organisation"]["id"])
        except Failed as error:
            self.failures.append(str(error))
            return False


def sql(statement):
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", os.environ["DIRECT_URL"], "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def run(check, tokens, mutation):
    servers = [Postgres(f"db{number}", rest) for number, rest in enumerate(os.environ["REST"].split(), 1)]
    primary = next(server for server in servers if server.is_primary())
    standby = next(server for server in servers if server is not primary)
    wait_for("synchronous replication", standby.is_synchronous)
    stopped = threading.Event()
    writers = [Writer(number, token, mutation, stopped) for number, token in enumerate(tokens)]
    for writer in writers:
        writer.start()
    time.sleep(8)
    primary.kill()
    killed = time.monotonic()
    elected = wait_for("the failover", standby.is_primary, 120, 0.1)
    wait_for("the first act after it", lambda: max(writer.times[-1] for writer in writers) > killed + 2, 120, 0.1)
    time.sleep(8)
    stopped.set()
    for writer in writers:
        writer.join(60)

    names = [name for writer in writers for name in writer.done]
    times = sorted(moment for writer in writers for moment in writer.times)
    paused = max(after - before for before, after in zip(times, times[1:]))
    failures = [text for writer in writers for text in writer.failures]
    kinds = Counter(text.partition(":")[0] for text in failures)
    print(f"  {standby.name} is primary after {elected:.1f} s. {len(names)} acts acknowledged, {len(failures)} attempts failed"
          f" (by status: {dict(kinds)})")
    # A request that has waited for the database for as long as a request may take is LIMITED.
    others = [text for text in failures if not text.startswith(("0:", "503:")) and "LIMITED" not in text]
    check(not others, f"Attempts failed with 503, LIMITED or no answer; {len(others)} with another {others[:1]}")
    check(paused <= LIMIT, f"Nobody could write for {paused:.1f} s, at most {LIMIT} allowed")
    found = {name: (int(made), int(events)) for name, made, events in (row.rsplit(" ", 2) for row in sql(COUNTS))}
    lost = [name for name in names if name not in found]
    twice = [name for name in names if found.get(name, (1, 1)) != (1, 1)]
    check(not lost, f"{len(lost)} acknowledged acts are lost")
    check(not twice, f"{len(twice)} acts were done or recorded more than once")
    check(len(found) == len(names), f"{len(found) - len(names)} acts were done that nobody knows of")
    verified = subprocess.run([os.environ["PROGRAM"], "audit", "verify"], check=False, capture_output=True, text=True,
                              env={**os.environ, "DATABASE_URL": os.environ["DIRECT_URL"]})
    said = (verified.stdout.strip().splitlines() or [verified.stderr])[-1]
    check(verified.returncode == 0, f"tenantry audit verify: {said}")
    primary.start()
    back = wait_for("the return of the old primary server", primary.is_synchronous, 120, 0.2)
    check(True, f"{primary.name} is the standby {back:.1f} s after its agent was started again")
