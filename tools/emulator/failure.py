"""A failure of the emulator itself, as HTTP 400 `EmulatorFailure`, in the wire format that the caller's service speaks."""

import json
import re
import sys
import traceback
from xml.sax.saxutils import escape

REST_XML_SERVICES = ("s3", "route53", "cloudfront")
SERVICE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


def failure_answer(environ: dict, failure: Exception) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body. The whole traceback goes to the log."""
    traceback.print_exception(failure, file=sys.stderr)
    # XML forbids control characters even when escaped.
    text = re.sub(r"[\x00-\x1f]+", " ", f"{type(failure).__name__}: {failure}")[:500]
    content_type, body = formatted(environ, text)
    encoded = b"" if environ["REQUEST_METHOD"] == "HEAD" else body.encode()
    return [("Content-Type", content_type), ("Content-Length", str(len(encoded))), ("x-amzn-ErrorType", "EmulatorFailure")], encoded


def formatted(environ: dict, text: str) -> tuple[str, str]:
    match = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = match[1] if match else ""
    error = f"<Code>EmulatorFailure</Code><Message>{escape(text)}</Message>"
    if environ.get("HTTP_X_AMZ_TARGET"):
        return environ.get("CONTENT_TYPE") or "application/x-amz-json-1.1", json.dumps({"__type": "EmulatorFailure", "message": text})
    if service == "ec2":
        return "text/xml", f"<Response><Errors><Error>{error}</Error></Errors><RequestID>emulator</RequestID></Response>"
    # S3 Control signs as S3 but speaks like the others.
    if service == "s3" and not environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return "application/xml", f"<Error>{error}<RequestId>emulator</RequestId></Error>"
    if service in REST_XML_SERVICES or environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "text/xml", f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>emulator</RequestId></ErrorResponse>"
    return "application/json", json.dumps({"__type": "EmulatorFailure", "message": text})
