"""AWS Organizations: invitations of accounts that exist. An account joins the root of the organization when it accepts.

An invited account has no OrganizationAccountAccessRole. Its address is the one that the launcher was given for its id, and
its name the one that was set with `aws account put-account-name`.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
"""

import re
import time

from moto.account.models import account_backends
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random
from moto.organizations import utils
from moto.organizations.exceptions import AWSOrganizationsNotInUseException, InvalidInputException, OrganizationsClientError
from moto.organizations.models import FakeAccount, OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse
from organization_accounts import EMAIL, expected_ids

DAYS = 24 * 60 * 60
ACCOUNT_ID = re.compile(utils.ACCOUNT_ID_REGEX)
LONGEST_PAGE = 20


def handshakes_of(backend: OrganizationsBackend) -> dict[str, dict]:
    return backend.__dict__.setdefault("handshakes", {})


def all_handshakes() -> list[dict]:
    backends = [each for partitions in list(organizations_backends.values()) for each in list(partitions.values())]
    found = [handshake for each in backends for handshake in handshakes_of(each).values()]
    for handshake in found:
        if handshake["State"] == "OPEN" and handshake["ExpirationTimestamp"] < time.time():
            handshake["State"] = "EXPIRED"
    return found


def management(response: OrganizationsResponse) -> OrganizationsBackend:
    """The backend of the caller, which must be a management account."""
    backend = response.organizations_backend
    if backend.org is None:
        if response.current_account in organizations_backends.master_accounts:
            raise OrganizationsClientError("AccessDeniedException", "You don't have permissions to access this resource.")
        raise AWSOrganizationsNotInUseException
    return backend


def party_of(handshake: dict, kind: str) -> str | None:
    return next((each["Id"] for each in handshake["Parties"] if each["Type"] == kind), None)


def invited(handshake: dict) -> str | None:
    """The id of the invited account. Only the launcher's caller knows the account of an address."""
    return party_of(handshake, "ACCOUNT") or expected_ids.get(party_of(handshake, "EMAIL"))


def is_in_organization(account: str | None) -> bool:
    return account in organizations_backends.master_accounts or any(
        backend.org is not None and backend.account_id == account for partitions in list(organizations_backends.values()) for backend in list(partitions.values())
    )


def refuse_member(account: str | None) -> None:
    if is_in_organization(account):
        error = OrganizationsClientError("HandshakeConstraintViolationException", "The account is already a member of an organization.")
        error.Reason = "ALREADY_IN_AN_ORGANIZATION"
        raise error


def invite_account_to_organization(self):
    backend, target = management(self), self._get_param("Target")
    kind, target_id = target["Type"], target["Id"]
    if not (ACCOUNT_ID if kind == "ACCOUNT" else EMAIL).fullmatch(target_id):
        raise InvalidInputException("You provided a value that does not match the required pattern.")
    account = target_id if kind == "ACCOUNT" else expected_ids.get(target_id)
    refuse_member(account)
    for each in all_handshakes():
        same = (account is not None and invited(each) == account) or party_of(each, kind) == target_id
        if each["State"] == "OPEN" and each["Id"] in handshakes_of(backend) and same:
            raise OrganizationsClientError("DuplicateHandshakeException", "A handshake with the same action and target already exists.")
    organization, handshake_id = backend.org, f"h-{mock_random.get_random_string(32, lower_case=True)}"
    about = {"MASTER_EMAIL": organization.master_account_email, "MASTER_NAME": "master", "ORGANIZATION_FEATURE_SET": organization.feature_set}
    resources = [
        {"Type": "ORGANIZATION", "Value": organization.id, "Resources": [{"Type": name, "Value": value} for name, value in about.items()]},
        {"Type": kind, "Value": target_id},
    ]
    handshakes_of(backend)[handshake_id] = {
        "Id": handshake_id,
        "Arn": f"arn:{backend.partition}:organizations::{backend.account_id}:handshake/{organization.id}/invite/{handshake_id}",
        "Parties": [{"Id": organization.id, "Type": "ORGANIZATION"}, {"Id": target_id, "Type": kind}],
        "State": "OPEN",
        "RequestedTimestamp": time.time(),
        "ExpirationTimestamp": time.time() + 15 * DAYS,
        "Action": "INVITE",
        "Resources": resources + ([{"Type": "NOTES", "Value": self._get_param("Notes")}] if self._get_param("Notes") else []),
    }
    return ActionResult({"Handshake": handshakes_of(backend)[handshake_id]})


def visible(response: OrganizationsResponse) -> dict:
    """The handshake that the request names, if the caller sent or received it."""
    asked_for, backend = response._get_param("HandshakeId"), response.organizations_backend
    found = next((each for each in all_handshakes() if each["Id"] == asked_for), None)
    if found is None:
        raise OrganizationsClientError("HandshakeNotFoundException", "We can't find a handshake with the HandshakeId that you specified.")
    if asked_for not in handshakes_of(backend) and invited(found) != response.current_account:
        raise OrganizationsClientError("AccessDeniedException", "You don't have permissions to access this resource.")
    return found


def moved(response: OrganizationsResponse, state: str, by_sender: bool) -> dict:
    """The handshake, which may move to this state if it is open and the caller is the one who may move it."""
    handshake = visible(response)
    if by_sender != (handshake["Id"] in handshakes_of(response.organizations_backend)):
        raise OrganizationsClientError("AccessDeniedException", "You don't have permissions to access this resource.")
    if handshake["State"] == state:
        raise OrganizationsClientError("HandshakeAlreadyInStateException", "The specified handshake is already in the requested state.")
    if handshake["State"] != "OPEN":
        text = f"You can't change a handshake from {handshake['State']} to {state}."
        raise OrganizationsClientError("InvalidHandshakeTransitionException", text)
    return handshake


def accept_handshake(self):
    handshake = moved(self, "ACCEPTED", by_sender=False)
    refuse_member(self.current_account)
    backends = (each for partitions in list(organizations_backends.values()) for each in list(partitions.values()))
    join(next(each for each in backends if handshake["Id"] in handshakes_of(each)), self.current_account)
    handshake["State"] = "ACCEPTED"
    return ActionResult({"Handshake": handshake})


def join(backend: OrganizationsBackend, account_id: str) -> None:
    organization = backend.org
    # moto's constructor would create OrganizationAccountAccessRole in the account.
    account = FakeAccount.__new__(FakeAccount)
    account.type, account.region = "ACCOUNT", organization.region
    account.organization_id, account.master_account_id = organization.id, organization.master_account_id
    account.create_account_status_id, account.next_id = None, None
    account.id = account_id
    account.email = next((email for email, known in expected_ids.items() if known == account_id), f"{account_id}@example.com")
    account.name = account_backends[account_id][backend.partition].__dict__.get("name", f"account {account_id}")
    account.create_time, account.joined_method = utcnow(), "INVITED"
    account.status = account.state = "ACTIVE"
    account.parent_id, account.attached_policies, account.tags = organization.root_id, [], {}
    backend.accounts.append(account)
    organizations_backends.master_accounts[account_id] = (backend.account_id, backend.partition)
    for policy in (utils.DEFAULT_SCP_POLICY_ID, utils.DEFAULT_RCP_POLICY_ID):
        backend.attach_policy(PolicyId=policy, TargetId=account_id)


def decline_handshake(self):
    handshake = moved(self, "DECLINED", by_sender=False)
    handshake["State"] = "DECLINED"
    return ActionResult({"Handshake": handshake})


def cancel_handshake(self):
    handshake = moved(self, "CANCELED", by_sender=True)
    handshake["State"] = "CANCELED"
    return ActionResult({"Handshake": handshake})


def describe_handshake(self):
    return ActionResult({"Handshake": visible(self)})


def page_of(response: OrganizationsResponse, handshakes: list[dict]) -> ActionResult:
    wanted = (response._get_param("Filter") or {}).get("ActionType", "INVITE")
    start = int(response._get_param("NextToken") or 0)
    end = start + (response._get_param("MaxResults") or LONGEST_PAGE)
    found = [each for each in handshakes if each["Action"] == wanted]
    return ActionResult({"Handshakes": found[start:end], "NextToken": str(end) if end < len(found) else None})


def list_handshakes_for_organization(self):
    own = handshakes_of(management(self))
    return page_of(self, [each for each in all_handshakes() if each["Id"] in own])


def list_handshakes_for_account(self):
    return page_of(self, [each for each in all_handshakes() if invited(each) == self.current_account])


OPERATIONS = (
    invite_account_to_organization,
    accept_handshake,
    decline_handshake,
    cancel_handshake,
    describe_handshake,
    list_handshakes_for_organization,
    list_handshakes_for_account,
)


def register() -> None:
    for operation in OPERATIONS:
        setattr(OrganizationsResponse, operation.__name__, operation)
