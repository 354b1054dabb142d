"""Nodes whose clocks are wrong, by libfaketime: what becomes of their tokens."""

import glob
import os
import subprocess

from api import ME, Client, Failed, log_in
from machines import Node, answers

READER = "gry@nordhost.example"
LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def outcome(base, token):
    try:
        Client(base, token).send(ME)
        return "taken"
    except Failed as error:
        return f"refused ({error.status})"


def run(check, node):
    found = glob.glob(LIBRARY)
    if not found:
        print("  libfaketime is missing (the package faketime), so this is left out")
        return
    for minutes, of_node, of_skewed in ((10, "taken", "refused (401)"), (16, "refused (401)", "refused (401)"),
                                        (-10, "refused (401)", "taken")):
        clock = {"LD_PRELOAD": found[0], "FAKETIME": f"{minutes:+d}m", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                 "DONT_FAKE_MONOTONIC": "1"}
        skewed = Node("skewed", os.environ["SKEWED"], **clock)
        skewed.start()
        side = f"{abs(minutes)} minutes {'ahead' if minutes > 0 else 'behind'}"
        got = outcome(skewed.base, log_in(node.base, READER))
        check(got == of_node, f"{side}: tokens of other nodes are {got} there")
        token = log_in(skewed.base, READER)
        got = outcome(node.base, token)
        check(got == of_skewed, f"{side}: its tokens are {got} by other nodes")
        check(outcome(skewed.base, token) == "taken", f"{side}: it takes its own tokens")
        doctor = subprocess.run([os.environ["PROGRAM"], "doctor"], check=False, capture_output=True, text=True,
                                env={**os.environ, **clock})
        line = next((line for line in doctor.stdout.splitlines() if " clock " in line), "nothing")
        check(line.startswith("wrong"), f"{side}: doctor says: {line}")
        check(skewed.end() == 0, f"{side}: it ends well")
        assert not answers(skewed.base, "/health/live")
