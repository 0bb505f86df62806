"""The launcher's own requests, under /moto-api/launcher: what no call of AWS can ask for."""

import inspect
import json
from collections.abc import Callable

from organization_accounts import expect
from patches import TURN
from snapshots import Snapshots
from throttling import Throttling

PATH = "/moto-api/launcher"


class Controls:
    """Describes the launcher, takes ids of accounts, saves and loads snapshots, turns Identity Center on, and throttles calls."""

    def __init__(self, about: dict, snapshots: Snapshots) -> None:
        self.about = about
        self.snapshots = snapshots
        self.throttling = Throttling()
        self.by_request: dict[tuple[str, str], Callable[[bytes], str | None]] = {
            ("PUT", "/accounts"): expect,
            ("PUT", "/identity-center"): turn_on_identity_center,
            ("PUT", "/throttling"): self.throttling.set,
        }

    def answer(self, environ) -> tuple[str, bytes] | None:
        """Status and body, or None if the request is for moto."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "").removeprefix(PATH)
        if path == environ.get("PATH_INFO", ""):
            return None
        if path == "":
            return "200 OK", json.dumps(self.about).encode()
        if (method, path) == ("GET", "/throttling"):
            return "200 OK", json.dumps(self.throttling.counts()).encode()
        if path.startswith("/snapshots/"):
            return answer_to(self.snapshots.answer(method, path.removeprefix("/snapshots/")))
        control = self.by_request.get((method, path))
        return control and answer_to(control(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))))


def answer_to(problem: str | None) -> tuple[str, bytes]:
    return "400 Bad Request" if problem else "200 OK", json.dumps({"message": problem} if problem else {}).encode()


def turn_on_identity_center(body: bytes) -> str | None:
    """An organization's instance is turned on in the console of its management account: no call does it."""
    from identity_center import turn_on

    try:
        asked_for = json.loads(body)
        inspect.signature(turn_on).bind(**asked_for)
    except (ValueError, TypeError):
        return f'expected JSON, {{"account": "<12 digits>", "region": "<region>"}}, got {body.decode(errors="replace")}'
    with TURN:
        return turn_on(**asked_for)
