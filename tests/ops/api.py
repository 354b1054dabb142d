"""A client of the API, and load: threads that send requests without pause, and note what fails and how long it takes."""

import http.client
import json
import threading
import time
import urllib.parse

PASSWORD = "tenantry-demo"
LOG_IN = """mutation($input: LogInInput!) { logIn(input: $input) {
  tokens { accessToken refreshToken } userErrors { code message } } }"""
ME = "{ viewer { name } }"


class Failed(Exception):
    """The request got no answer, or another one than its data."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Client:
    """One connection to one address, for one thread. It opens a new connection after a failure and repeats nothing."""

    def __init__(self, base, token=None, timeout=20):
        self.address = urllib.parse.urlsplit(base).netloc
        self.token, self.timeout, self.connection = token, timeout, None

    def get(self, path):
        return self.exchange("GET", path, None, {})

    def send(self, query, **variables):
        """The data. Anything else is a failure, also an error of a mutation that the user could correct."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        status, text = self.exchange("POST", "/graphql", json.dumps({"query": query, "variables": variables}), headers)
        try:
            answer = json.loads(text)
        except ValueError:
            raise Failed(status, text[:100]) from None
        mistakes = [each for field in (answer.get("data") or {}).values() if isinstance(field, dict)
                    for each in field.get("userErrors") or []]
        if status != 200 or answer.get("errors") or mistakes:
            raise Failed(status, json.dumps(answer)[:300])
        return answer["data"]

    def exchange(self, method, path, body, headers):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=self.timeout)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Failed(0, repr(error)) from None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def log_in(base, email):
    tokens = Client(base).send(LOG_IN, input={"email": email, "password": PASSWORD})["logIn"]["tokens"]
    return tokens["accessToken"]


class Load:
    """Sends requests to an address while the block runs, and for two seconds before and after it."""

    def __init__(self, base, tokens, act=None):
        self.base, self.tokens = base, tokens
        # What a thread does with its client and the number of the turn.
        self.act = act or (lambda client, turn: client.send(ME))
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.done, self.failures, self.slowest = 0, [], 0.0

    def __enter__(self):
        self.threads = [threading.Thread(target=self.work, args=(token,), daemon=True) for token in self.tokens]
        for thread in self.threads:
            thread.start()
        time.sleep(2)
        return self

    def __exit__(self, *ended):
        time.sleep(2)
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, token):
        client, turn = Client(self.base, token), 0
        while not self.stopped.is_set():
            began, failure = time.monotonic(), None
            try:
                self.act(client, turn)
            except Failed as error:
                failure = str(error)
                time.sleep(0.05)
            took = time.monotonic() - began
            turn += 1
            with self.lock:
                self.done += 1
                self.slowest = max(self.slowest, took)
                if failure:
                    self.failures.append(failure)

    def __str__(self):
        first = f" ({self.failures[0]})" if self.failures else ""
        return f"{len(self.failures)} of {self.done} requests failed{first}, the slowest took {self.slowest:.2f} s"
