"""The nodes, HAProxy in front of them, and the servers of PostgreSQL under Patroni, as tests/ops/nodes has set them up."""

import csv
import os
import signal
import socket
import subprocess
import time

from api import Client, Failed

WORK = os.environ["work"]
SOCKET = os.environ.get("SOCKET", "")


def wait_for(what, holds, seconds=30.0, pause=0.02):
    """Waits until it holds, and returns how many seconds that took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"WRONG: {what} did not happen within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - began


def answers(base, path):
    """Whether a GET of the path is answered with 200."""
    client = Client(base, timeout=3)
    try:
        return client.get(path)[0] == 200
    except Failed:
        return False
    finally:
        client.close()


class Node:
    """A node on a port of its own, with a data folder of its own."""

    def __init__(self, name, address, **environment):
        self.name, self.address, self.environment = name, address, environment
        self.base, self.process = f"http://{address}", None
        self.pid_file = f"{WORK}/{name}.pid"

    def start(self):
        """Starts it, and returns how many seconds it took to be ready. If it ends, it is started again, as systemd does."""
        self.run()
        return wait_for(f"the start of {self.name}", self.is_ready, 120)

    def run(self):
        data = {"TENANTRY_LISTEN": self.address, "TENANTRY_DATA_DIR": f"{WORK}/data-{self.name}"}
        command = [os.environ["PROGRAM"], "serve"]
        with open(f"{WORK}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(command, env={**os.environ, **data, **self.environment},
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with open(self.pid_file, "w", encoding="ascii") as file:
            file.write(str(self.process.pid))

    def is_ready(self):
        if self.process.poll() is not None:
            time.sleep(1)
            self.run()
        return answers(self.base, "/health/ready")

    def tell(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        """Ends it, and returns its exit code."""
        self.tell(number)
        code = self.process.wait(30)
        os.remove(self.pid_file)
        return code


def haproxy(command):
    """What HAProxy answers to a command."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(SOCKET)
        stream.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: stream.recv(65536), b"")).decode()


def status(node):
    """The state of the node in HAProxy, and how many requests it has."""
    for row in csv.DictReader(haproxy("show stat").lstrip("# ").splitlines()):
        if (row["pxname"], row["svname"]) == ("nodes", node.name):
            return row["status"], int(row["scur"])
    raise SystemExit(f"WRONG: HAProxy does not know {node.name}")


def is_up(node):
    return status(node)[0].startswith("UP")


def is_down(node):
    return status(node)[0].startswith(("DOWN", "MAINT"))


def drain(node):
    """Takes the node out of service, and waits until its last request is answered."""
    haproxy(f"set server nodes/{node.name} state drain")
    return wait_for(f"draining {node.name}", lambda: status(node)[1] == 0)


def restart(node):
    """Restarts the node as an operator should: drain, SIGTERM, start, back into service. Returns its exit code."""
    drain(node)
    code = node.end()
    node.start()
    haproxy(f"set server nodes/{node.name} state ready")
    wait_for(f"{node.name} in service", lambda: is_up(node))
    return code


class Postgres:
    """A server of PostgreSQL, and the agent of Patroni that runs it."""

    def __init__(self, name, rest):
        self.name, self.base = name, f"http://127.0.0.1:{rest}"

    def is_primary(self):
        return answers(self.base, "/primary")

    def is_synchronous(self):
        return answers(self.base, "/synchronous")

    def kill(self):
        """Kills the agent first, so that it cannot start the server again."""
        with open(f"{WORK}/{self.name}.pid", encoding="ascii") as agent:
            with open(f"{WORK}/postgres/{self.name}/postmaster.pid", encoding="ascii") as server:
                numbers = [int(agent.readline()), int(server.readline())]
        for number in numbers:
            os.kill(number, signal.SIGKILL)

    def start(self):
        """Starts the agent again, as the script did."""
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with open(f"{WORK}/{self.name}.log", "ab") as log:
            agent = subprocess.Popen(["/usr/bin/python3", "/usr/bin/patroni", f"{WORK}/{self.name}.yaml"], cwd=WORK,
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log, **owner)
        with open(f"{WORK}/{self.name}.pid", "w", encoding="ascii") as file:
            file.write(str(agent.pid))
