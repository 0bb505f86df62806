"""Answers that a client did not get: a retry of the same call gets the first one's, and nothing is done twice.

On a busy machine a connection may break after the call was carried out. The SDK then sends it again, and a second
RevokeSecurityGroupEgress, say, is refused for what the first one did.
"""

import re
import threading
from collections import OrderedDict
from typing import NamedTuple

ATTEMPT = re.compile(r"attempt=(\d+)")
# Retries follow within seconds; this many calls take longer.
KEPT = 2000


class Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Answers:
    def __init__(self) -> None:
        self.by_call: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self.lock = threading.Lock()

    def repeated(self, environ) -> Answer | None:
        """The answer to an earlier attempt of this call, if it is a retry and that one was carried out."""
        attempt = ATTEMPT.match(environ.get("HTTP_AMZ_SDK_REQUEST", ""))
        if attempt is None or int(attempt[1]) < 2:
            return None
        with self.lock:
            return self.by_call.get(call_of(environ))

    def remember(self, environ, answer: Answer) -> None:
        """Only what was carried out, and may not be twice: reads and PUTs are the same again, and failures are worth another try."""
        if environ["REQUEST_METHOD"] != "POST" or not answer.status.startswith("2") or not call_of(environ)[1]:
            return
        with self.lock:
            self.by_call[call_of(environ)] = answer
            while len(self.by_call) > KEPT:
                self.by_call.popitem(last=False)


def call_of(environ) -> tuple[str, str]:
    """The SDKs give all attempts of one call the same id."""
    return environ.get("HTTP_AUTHORIZATION", "").split("/")[0], environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
