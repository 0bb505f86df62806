"""What the patches that refuse have in common: a check before a method of moto, and the grammar of policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import NamedTuple

COMMON = {"Sid", "Effect", "Action", "NotAction", "Condition"}
RESOURCES = {"Resource", "NotResource"}
PRINCIPALS = {"Principal", "NotPrincipal"}


def check_before(owner: type, names: str, check: Callable) -> None:
    """Calls the check before each of the methods. It gets the object and the call's arguments by name, and raises to refuse."""

    def checked(plain):
        signature = inspect.signature(plain)

        def method(self, *arguments, **named):
            call = signature.bind(self, *arguments, **named)
            call.apply_defaults()
            try:
                check(self, SimpleNamespace(**call.arguments))
            except Refusal as refusal:
                raise error_of(owner, refusal) from None
            return plain(self, *arguments, **named)

        # Another patch may bind arguments by name, too.
        method.__signature__ = signature
        return method

    for name in names.split():
        setattr(owner, name, checked(getattr(owner, name)))


class Refusal(Exception):
    """The code and the text of an error."""


def refuse(code: str, message: str) -> None:
    raise Refusal(code, message)


def error_of(owner: type, refusal: Refusal) -> Exception:
    """An error of the owner's service, which moto answers in its wire format: HTTP 400, or the status in the service's model."""
    from moto.core.exceptions import ServiceException
    from moto.s3.exceptions import S3ClientError

    service = next(each.__module__.split(".")[1] for each in owner.__mro__ if each.__module__.startswith("moto."))
    base = S3ClientError if service == "s3" else ServiceException
    # moto finds the model by the module.
    return type("RefusalOfService", (base,), {"__module__": f"moto.{service}.exceptions"})(*refusal.args)


def listed(value) -> list:
    """Elements of a policy may be one value or a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def statements_of(document: str | bytes) -> list[dict]:
    """The statements of a policy; none if it is no policy, which the patch `policy-grammar` refuses."""
    try:
        policy = json.loads(document)
        return [each for each in listed(policy["Statement"]) if isinstance(each, dict)]
    except (ValueError, KeyError, TypeError):
        return []


def aws_principals(statement: dict) -> Iterator[str]:
    for element in (statement.get("Principal"), statement.get("NotPrincipal")):
        for principal in listed(element.get("AWS") if isinstance(element, dict) else element):
            yield str(principal)


class Kind(NamedTuple):
    elements: set[str]
    """What a statement may hold."""
    required: tuple[set[str], ...]
    """A statement holds exactly one of each set."""
    # SNS, S3 and KMS take any text.
    sid: str = r"[A-Za-z0-9]*"
    unique_sids: bool = True


ACTIONS = {"Action", "NotAction"}
IDENTITY = Kind(COMMON | RESOURCES, (ACTIONS, RESOURCES))
# NotAction, NotResource and conditions of Allow are taken since September 2025.
SERVICE_CONTROL = Kind(COMMON | RESOURCES, (ACTIONS,))
TRUST = Kind(COMMON | PRINCIPALS, (ACTIONS, PRINCIPALS))
RESOURCE = Kind(COMMON | RESOURCES | PRINCIPALS, (ACTIONS, RESOURCES, PRINCIPALS), r"[\s\S]*", False)


def problem_of(document: str | bytes, kind: Kind) -> str | None:
    """The first thing that AWS refuses the policy for, or None."""
    try:
        policy = json.loads(document)
    except ValueError:
        return "This policy contains invalid Json"
    if not isinstance(policy, dict) or set(policy) - {"Version", "Id", "Statement"}:
        return "Syntax errors in policy."
    if policy.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        return "The policy must contain a valid version string"
    statements = listed(policy.get("Statement"))
    if not statements:
        return "Could not parse the policy: Statement is empty!"
    sids = [each["Sid"] for each in statements if isinstance(each, dict) and each.get("Sid")]
    if kind.unique_sids and len(set(map(str, sids))) < len(sids):
        return "Statement IDs (SID) in a single policy must be unique."
    return next((problem for each in statements if (problem := problem_of_statement(each, kind))), None)


def problem_of_statement(statement, kind: Kind) -> str | None:
    if not isinstance(statement, dict):
        return "Syntax errors in policy."
    if unknown := set(statement) - kind.elements:
        return f"Policy document should not specify a {sorted(unknown)[0].lower()}."
    if statement.get("Effect") not in ("Allow", "Deny"):
        return f"Invalid effect: {statement.get('Effect')}"
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not re.fullmatch(kind.sid, sid):
        return f"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression {kind.sid}"
    for elements in kind.required:
        if len(elements & set(statement)) != 1:
            return f"Missing required field {sorted(elements)[0]}"
    return None
