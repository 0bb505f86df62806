"""Answers of the emulator: repeated ones for retried calls, and HTTP 400 `EmulatorFailure` for its own failures.

On a busy machine a connection may break after moto has carried out the call. The SDK then retries the call. A second
RevokeSecurityGroupEgress, for example, would fail because the first one succeeded. A retry gets the first call's answer.
"""

import json
import re
import sys
import threading
import traceback
from collections import OrderedDict
from typing import NamedTuple
from xml.sax.saxutils import escape

ATTEMPT = re.compile(r"attempt=(\d+)")
# Retries follow within seconds; this many calls take longer than that.
KEPT = 2000

REST_XML_SERVICES = ("s3", "route53", "cloudfront")
SERVICE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


class Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Answers:
    def __init__(self) -> None:
        self.by_call: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self.lock = threading.Lock()

    def repeated(self, environ) -> Answer | None:
        """The answer to an earlier attempt of this call, if this is a retry and the earlier attempt succeeded."""
        attempt = ATTEMPT.match(environ.get("HTTP_AMZ_SDK_REQUEST", ""))
        if attempt is None or int(attempt[1]) < 2:
            return None
        with self.lock:
            return self.by_call.get(call_of(environ))

    def remember(self, environ, answer: Answer) -> None:
        """Remembers successful changes only: reads may be repeated, and a failed call may be tried again."""
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") or not answer.status.startswith("2") or not call_of(environ)[1]:
            return
        with self.lock:
            self.by_call[call_of(environ)] = answer
            while len(self.by_call) > KEPT:
                self.by_call.popitem(last=False)


def call_of(environ) -> tuple[str, str]:
    """The access key and the invocation id: the SDKs send the same id with every attempt of one call."""
    return environ.get("HTTP_AUTHORIZATION", "").split("/")[0], environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")


def failure_answer(environ: dict, failure: Exception) -> tuple[list[tuple[str, str]], bytes]:
    """An answer to a failure of the emulator itself. The log gets the complete traceback."""
    traceback.print_exception(failure, file=sys.stderr)
    # XML forbids control characters even when escaped.
    text = re.sub(r"[\x00-\x1f]+", " ", f"{type(failure).__name__}: {failure}")[:500]
    return error_answer(environ, "EmulatorFailure", text)


def error_answer(environ: dict, code: str, text: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body, in the wire format of the called service."""
    content_type, body = formatted(environ, code, text)
    encoded = b"" if environ["REQUEST_METHOD"] == "HEAD" else body.encode()
    return [("Content-Type", content_type), ("Content-Length", str(len(encoded))), ("x-amzn-ErrorType", code)], encoded


def formatted(environ: dict, code: str, text: str) -> tuple[str, str]:
    match = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = match[1] if match else ""
    error = f"<Code>{code}</Code><Message>{escape(text)}</Message>"
    if environ.get("HTTP_X_AMZ_TARGET"):
        return environ.get("CONTENT_TYPE") or "application/x-amz-json-1.1", json.dumps({"__type": code, "message": text})
    if service == "ec2":
        return "text/xml", f"<Response><Errors><Error>{error}</Error></Errors><RequestID>emulator</RequestID></Response>"
    # S3 Control signs as S3, but has the format of the others.
    if service == "s3" and not environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return "application/xml", f"<Error>{error}<RequestId>emulator</RequestId></Error>"
    if service in REST_XML_SERVICES or environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "text/xml", f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>emulator</RequestId></ErrorResponse>"
    return "application/json", json.dumps({"__type": code, "message": text})
