"""IAM Identity Center: an instance that must be turned on, and what moto lacks of permission sets and assignments.

The instance belongs to the management account. The member account that is registered as delegated administrator of
sso.amazonaws.com works on the same instance. moto gives every account and region an instance of its own.
"""

import json
from contextlib import suppress

from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.identitystore.exceptions import ConflictException
from moto.identitystore.models import identitystore_backends
from moto.moto_api._internal import mock_random
from moto.organizations.models import organizations_backends
from moto.ssoadmin.exceptions import ResourceNotFoundException
from moto.ssoadmin.models import Instance, ManagedPolicy, PermissionSet, SSOAdminBackend, ssoadmin_backends
from moto.ssoadmin.responses import SSOAdminResponse
from permission_set_roles import ProvisioningFailure, deprovision, provision

SERVICE = "sso.amazonaws.com"


def owner_of(account: str) -> str:
    """The management account if this account is its delegated administrator, otherwise the account itself."""
    for owner, regions in list(ssoadmin_backends.items()):
        if any(getattr(each, "administrator", None) == account for backend in list(regions.values()) for each in backend.instances):
            return owner
    master, partition = organizations_backends.master_accounts.get(account, (account, "aws"))
    admins = organizations_backends[master][partition].admins
    return master if any(each.account.id == account and SERVICE in each.services for each in admins) else account


def turn_on(account: str, region: str, administrator: str | None = None, accounts=(), groups=(), users=()) -> str | None:
    """Creates the instance, as the management account does in the console. Returns what prevents it, or None.

    The rest is what people have done before: the delegated administrator, accounts that joined the organization, and the
    groups and users of the identity source. They are there already if the emulator still runs from another rehearsal."""
    for other, backend in list(ssoadmin_backends[account].items()):
        if backend.instances and other != region:
            return f"expected no instance of {account} in another region, got one in {other}"
    if account in organizations_backends.master_accounts:
        return f"expected the management account, got {account}, a member of its organization"
    backend = ssoadmin_backends[account][region]
    if not backend.instances:
        backend.instances.append(Instance(account, region))
    instance, store = backend.instances[0], identitystore_backends[account][region]
    instance.administrator, instance.accounts = administrator, [account, *accounts]
    for group in groups:
        with suppress(ConflictException):
            store.create_group(instance.identity_store_id, group, None)
    for user in users:
        with suppress(ConflictException):
            name = {"GivenName": user, "FamilyName": user}
            store.create_user(instance.identity_store_id, user, name, user, *[None] * 10)
    return None


def set_of(response: SSOAdminResponse) -> PermissionSet:
    return response.ssoadmin_backend._find_permission_set(response._get_param("InstanceArn"), response._get_param("PermissionSetArn"))


def status_of(response: SSOAdminResponse, kind: str, about: dict, failure: str | None) -> str:
    """Remembers how a request ended, and answers with it. AWS works on the request meanwhile; here it is done at once."""
    status = {**about, "RequestId": str(mock_random.uuid4()), "CreatedDate": unix_time()}
    status |= {"Status": "FAILED", "FailureReason": failure} if failure else {"Status": "SUCCEEDED"}
    response.ssoadmin_backend.__dict__.setdefault("requests", {})[status["RequestId"]] = status
    return json.dumps({kind: status})


def described(kind: str, parameter: str):
    def describe(self):
        request = self._get_param(parameter)
        requests = self.ssoadmin_backend.__dict__.get("requests", {})
        if request not in requests:
            raise ResourceNotFoundException(f"Could not find request {request}")
        return json.dumps({kind: requests[request]})

    return describe


def assigned_accounts(backend: SSOAdminBackend, permission_set: PermissionSet) -> list[str]:
    return list(dict.fromkeys(each.target_id for each in backend.account_assignments if each.permission_set_arn == permission_set.permission_set_arn))


ASSIGNMENT = ("InstanceArn", "TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")


def without_instance(asked_for: dict) -> dict:
    return {name: value for name, value in asked_for.items() if name != "InstanceArn"}


def create_account_assignment(self):
    backend, permission_set, failure = self.ssoadmin_backend, set_of(self), None
    asked_for = {name: self._get_param(name) for name in ASSIGNMENT}
    try:
        provision(backend, permission_set, asked_for["TargetId"])
        if all(each.to_json() != {**each.to_json(), **without_instance(asked_for)} for each in backend.account_assignments):
            backend.create_account_assignment(*asked_for.values())
    except ProvisioningFailure as error:
        failure = str(error)
    return status_of(self, "AccountAssignmentCreationStatus", without_instance(asked_for), failure)


def delete_account_assignment(self):
    backend, permission_set = self.ssoadmin_backend, set_of(self)
    asked_for = {name: self._get_param(name) for name in ASSIGNMENT}
    backend.delete_account_assignment(*asked_for.values())
    if asked_for["TargetId"] not in assigned_accounts(backend, permission_set):
        deprovision(backend, permission_set, asked_for["TargetId"])
    return status_of(self, "AccountAssignmentDeletionStatus", without_instance(asked_for), None)


def provision_permission_set(self):
    backend, permission_set, failure = self.ssoadmin_backend, set_of(self), None
    target = self._get_param("TargetId")
    try:
        for account in [target] if target else assigned_accounts(backend, permission_set):
            provision(backend, permission_set, account)
    except ProvisioningFailure as error:
        failure = str(error)
    about = {"PermissionSetArn": permission_set.permission_set_arn} | ({"AccountId": target} if target else {})
    return status_of(self, "PermissionSetProvisioningStatus", about, failure)


def update_permission_set(self):
    # Without them, AWS keeps description and session length. It clears the relay state.
    permission_set = set_of(self)
    permission_set.description = self._get_param("Description", permission_set.description)
    permission_set.session_duration = self._get_param("SessionDuration", permission_set.session_duration)
    permission_set.relay_state = self._get_param("RelayState")
    return "{}"


def put_permissions_boundary_to_permission_set(self):
    set_of(self).boundary = self._get_param("PermissionsBoundary")
    return "{}"


def get_permissions_boundary_for_permission_set(self):
    boundary = set_of(self).boundary
    if boundary is None:
        raise ResourceNotFoundException("Could not find a permissions boundary of the permission set")
    return json.dumps({"PermissionsBoundary": boundary})


def delete_permissions_boundary_from_permission_set(self):
    set_of(self).boundary = None
    return "{}"


def tagged(response: SSOAdminResponse) -> PermissionSet:
    return response.ssoadmin_backend._find_permission_set(response._get_param("InstanceArn"), response._get_param("ResourceArn"))


def list_tags_for_resource(self):
    return json.dumps({"Tags": tagged(self).tags or []})


def tag_resource(self):
    permission_set, added = tagged(self), self._get_param("Tags")
    names = {each["Key"] for each in added}
    permission_set.tags = [each for each in permission_set.tags or [] if each["Key"] not in names] + added
    return "{}"


def untag_resource(self):
    permission_set, names = tagged(self), self._get_param("TagKeys")
    permission_set.tags = [each for each in permission_set.tags or [] if each["Key"] not in names]
    return "{}"


def list_accounts_for_provisioned_permission_set(self):
    return json.dumps({"AccountIds": assigned_accounts(self.ssoadmin_backend, set_of(self))})


def list_permission_sets_provisioned_to_account(self):
    account, backend = self._get_param("AccountId"), self.ssoadmin_backend
    found = [each.permission_set_arn for each in backend.permission_sets if account in assigned_accounts(backend, each)]
    return json.dumps({"PermissionSets": found})


def describe_instance(self):
    arn = self._get_param("InstanceArn")
    instance = next((each for each in self.ssoadmin_backend.instances if each.instance_arn == arn), None)
    if instance is None:
        raise ResourceNotFoundException(f"Could not find instance {arn}")
    return ActionResult(instance.to_json())


OPERATIONS = (
    create_account_assignment,
    delete_account_assignment,
    provision_permission_set,
    update_permission_set,
    put_permissions_boundary_to_permission_set,
    get_permissions_boundary_for_permission_set,
    delete_permissions_boundary_from_permission_set,
    list_tags_for_resource,
    tag_resource,
    untag_resource,
    list_accounts_for_provisioned_permission_set,
    list_permission_sets_provisioned_to_account,
    describe_instance,
)


def register() -> None:
    plain_init, plain_create = SSOAdminBackend.__init__, SSOAdminBackend.create_permission_set

    def init(self, region_name, account_id):
        plain_init(self, region_name, account_id)
        self.instances.clear()

    def create_permission_set(self, name, description, instance_arn, session_duration, relay_state, tags):
        if all(each.instance_arn != instance_arn for each in self.instances):
            raise ResourceNotFoundException(f"Could not find instance {instance_arn}")
        # moto's default is a number, which no SDK reads.
        return plain_create(self, name, description, instance_arn, "PT1H" if session_duration == 3600 else session_duration, relay_state, tags)

    def find_managed_policy(self, arn):
        # moto reads all policies anew for each account, and keeps them.
        from moto.iam.models import iam_backends

        if ":iam::aws:policy/" not in arn or arn not in iam_backends[self.account_id][self.partition].managed_policies:
            raise ResourceNotFoundException(f"Policy does not exist with ARN: {arn}")
        return ManagedPolicy(arn, arn.split("/")[-1])

    def generate_id(instance_arn: str) -> str:
        return f"{instance_arn.replace(':instance/', ':permissionSet/')}/ps-{mock_random.get_random_hex(16)}"

    SSOAdminBackend.__init__, SSOAdminBackend.create_permission_set = init, create_permission_set
    SSOAdminBackend._find_managed_policy = find_managed_policy
    PermissionSet.boundary, PermissionSet.generate_id = None, staticmethod(generate_id)
    SSOAdminResponse.ssoadmin_backend = property(lambda self: ssoadmin_backends[owner_of(self.current_account)][self.region])
    for operation in OPERATIONS:
        setattr(SSOAdminResponse, operation.__name__, operation)
    for kind, name in (("Creation", "creation"), ("Deletion", "deletion")):
        describe = described(f"AccountAssignment{kind}Status", f"AccountAssignment{kind}RequestId")
        setattr(SSOAdminResponse, f"describe_account_assignment_{name}_status", describe)
    describe = described("PermissionSetProvisioningStatus", "ProvisionPermissionSetRequestId")
    SSOAdminResponse.describe_permission_set_provisioning_status = describe
