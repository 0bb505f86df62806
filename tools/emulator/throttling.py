"""Throttling: HTTP 400 `ThrottlingException` for each n-th call of chosen services, as AWS answers when calls come too fast. Off until asked for."""

import json
import threading

from answers import Answer, error_answer

EXPECTED = 'expected JSON, {"services": ["<signing name>"], "each": <2 or more>}'


class Throttling:
    def __init__(self) -> None:
        self.each = 0
        self.calls: dict[str, int] = {}
        self.lock = threading.Lock()

    def set(self, body: bytes) -> str | None:
        """Starts to count the calls of these services, and of no others. Returns what is wrong, or None."""
        try:
            asked_for = json.loads(body)
            services, each = asked_for["services"], asked_for["each"]
        except (ValueError, KeyError, TypeError):
            return EXPECTED
        # Of each call, no attempt would succeed.
        if not isinstance(services, list) or not isinstance(each, int) or each < 2:
            return EXPECTED
        with self.lock:
            self.each, self.calls = each, dict.fromkeys(services, 0)
        return None

    def counts(self) -> dict[str, dict[str, int]]:
        """By service, how many calls came, the throttled ones among them."""
        with self.lock:
            return {service: {"calls": calls, "throttled": calls // self.each} for service, calls in self.calls.items()}

    def answer(self, service: str, environ) -> Answer | None:
        with self.lock:
            if service not in self.calls:
                return None
            self.calls[service] += 1
            if self.calls[service] % self.each:
                return None
        # A client gets no answer if the server closes the connection before it has read the request.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return Answer("400 Bad Request", *error_answer(environ, "ThrottlingException", "Rate exceeded"))
