"""AWS Organizations: the id of a created account by its e-mail address, the refusal of a second account with that address, and a change of it."""

import json
import re

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
ACCOUNT_ID = re.compile(r"[0-9]{12}")

# By address, for accounts created later. The launcher's callers know the ids from the estate; AWS would choose them.
expected_ids: dict[str, str] = {}


def expect(body: bytes) -> str | None:
    """Adds ids by address, given as JSON, to those remembered. Returns what is wrong with them, or None."""
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        return 'expected JSON, {"<email>": "<12 digits>"}'
    for email, account_id in given.items():
        if not EMAIL.fullmatch(email):
            return f'expected the address of an account, got "{email}"'
        if not (isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)):
            return f"expected 12 digits for {email}, got {json.dumps(account_id)}"
    together = {**expected_ids, **given}
    if len(set(together.values())) < len(together):
        return f"expected an id of its own for each address, got {json.dumps(together)}"
    expected_ids.update(given)
    return None


def organizations_account_id() -> None:
    """moto gives every created account a random id instead of the estate's, and accepts an address twice, which AWS refuses."""
    from moto.organizations.models import FakeAccount, OrganizationsBackend, organizations_backends

    plain_init = FakeAccount.__init__
    plain_create_account = OrganizationsBackend.create_account
    plain_describe_create_account_status = OrganizationsBackend.describe_create_account_status

    def init(self, organization, **asked_for):
        self.next_id = expected_ids.get(asked_for["Email"])
        plain_init(self, organization, **asked_for)

    def set_id(self, account_id):
        # moto sets a random id first. The expected id replaces it at once, since moto derives the account's access role from it.
        self.known_id, self.next_id = self.next_id or account_id, None

    def create_account(self, **asked_for):
        backends = [backend for partitions in list(organizations_backends.values()) for backend in list(partitions.values())]
        if all(account.email != asked_for["Email"] for backend in backends for account in backend.accounts):
            return plain_create_account(self, **asked_for)
        failed = failure(asked_for["AccountName"])
        self.__dict__.setdefault("failed_requests", {})[failed["CreateAccountStatus"]["Id"]] = failed
        return failed

    def describe_create_account_status(self, **asked_for):
        failed = self.__dict__.get("failed_requests", {}).get(asked_for["CreateAccountRequestId"])
        return failed or plain_describe_create_account_status(self, **asked_for)

    FakeAccount.__init__ = init
    FakeAccount.id = property(lambda self: self.known_id, set_id)
    OrganizationsBackend.create_account = create_account
    OrganizationsBackend.describe_create_account_status = describe_create_account_status


def account_primary_email() -> None:
    """moto cannot change the address of an account's root user. The management account can, here with any code."""
    from moto.account import urls
    from moto.account.responses import AccountResponse
    from moto.core.responses import ActionResult
    from moto.organizations.models import organizations_backends

    def start(self) -> ActionResult:
        return ActionResult({"Status": "PENDING"})

    def accept(self) -> ActionResult:
        backend = organizations_backends[self.current_account][self.partition]
        backend.get_account_by_id(self._get_param("AccountId")).email = self._get_param("PrimaryEmail")
        return ActionResult({"Status": "ACCEPTED"})

    AccountResponse.start_primary_email_update = start
    AccountResponse.accept_primary_email_update = accept
    for operation in ("startPrimaryEmailUpdate", "acceptPrimaryEmailUpdate"):
        urls.url_paths[f"{{0}}/{operation}$"] = AccountResponse.dispatch


def failure(name: str) -> dict:
    from moto.core.utils import unix_time
    from moto.organizations.utils import make_random_create_account_status_id

    reason = {"State": "FAILED", "FailureReason": "EMAIL_ALREADY_EXISTS"}
    times = {"RequestedTimestamp": unix_time(), "CompletedTimestamp": unix_time()}
    return {"CreateAccountStatus": {"Id": make_random_create_account_status_id(), "AccountName": name, **reason, **times}}
