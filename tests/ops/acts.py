"""Acts for tests/ops/postgres-restore: python3 acts.py COMMAND ADDRESS FILE …

write ADDRESS FILE COUNT    creates as many organisations, and notes the id of each that was acknowledged
write-on ADDRESS FILE STOP  the same until the file STOP is there
there ADDRESS FILE          fails unless the node finds all of them
gone ADDRESS FILE           fails unless the node finds none of them
figure ADDRESS NAME         prints a figure of /metrics
"""

import os
import sys

from api import Client, Failed, log_in

OWNER = "ada@nilsson.example"
CREATE = """mutation($name: String!) { createOrganisation(input: {name: $name, kind: PROJECT}) {
  organisation { id } userErrors { code message } } }"""
FIND = "query($id: ID!) { organisation(id: $id) { name } }"


def logged_in(base):
    """A client with a session that is kept for the next command, so that it is older than any backup."""
    file = f"{os.environ['work']}/token"
    if not os.path.exists(file):
        with open(file, "w", encoding="ascii") as kept:
            kept.write(log_in(base, OWNER))
    with open(file, encoding="ascii") as kept:
        return Client(base, kept.read())


def write(base, file, holds):
    client, count = logged_in(base), 0
    with open(file, "a", encoding="ascii") as noted:
        while holds(count):
            made = client.send(CREATE, name=f"{os.path.basename(file)} {count}")
            noted.write(made["createOrganisation"]["organisation"]["id"] + "\n")
            noted.flush()
            count += 1
    print(f"  {count} acts acknowledged")


def is_there(client, identifier):
    try:
        client.send(FIND, id=identifier)
        return True
    except Failed as error:
        if "NOT_FOUND" not in str(error):
            raise
        return False


def look(base, file, wanted):
    client = logged_in(base)
    with open(file, encoding="ascii") as noted:
        identifiers = noted.read().split()
    wrong = [each for each in identifiers if is_there(client, each) != wanted]
    said = "are there" if wanted else "are gone"
    if wrong or not identifiers:
        sys.exit(f"  WRONG {len(wrong)} of {len(identifiers)} acts ({os.path.basename(file)}) not: {said}")
    print(f"  good  All {len(identifiers)} acts ({os.path.basename(file)}) {said}")


def main(command, address, *rest):
    base = f"http://{address}"
    if command == "write":
        write(base, rest[0], lambda count: count < int(rest[1]))
    elif command == "write-on":
        write(base, rest[0], lambda count: not os.path.exists(rest[1]))
    elif command in ("there", "gone"):
        look(base, rest[0], command == "there")
    elif command == "figure":
        lines = Client(base).get("/metrics")[1].splitlines()
        print(next((line.split()[1] for line in lines if line.startswith(rest[0] + " ")), "0"))
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
