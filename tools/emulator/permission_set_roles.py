"""The roles that Identity Center creates from a permission set in each account to which it is assigned.

If the last assignment in an account is removed and another one is created, the role's name has another suffix.
https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
"""

import json

from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, Role, iam_backends
from moto.moto_api._internal import mock_random
from moto.ssoadmin.models import PermissionSet, SSOAdminBackend

INLINE = "AwsSSOInlinePolicy"
# Identity Center itself ends a session earlier.
LONGEST_SESSION = "43200"


class ProvisioningFailure(Exception):
    """Why an account cannot have the role, in one line."""


def roles_of(permission_set: PermissionSet) -> dict[str, str]:
    """The role's name by account."""
    return permission_set.__dict__.setdefault("roles", {})


def provision(backend: SSOAdminBackend, permission_set: PermissionSet, account: str) -> None:
    """Creates or updates the role. A role that cannot be made leaves nothing behind."""
    iam = iam_backends[account][backend.partition]
    is_new = account not in roles_of(permission_set)
    try:
        role = create_role(iam, backend.region_name, permission_set) if is_new else iam.get_role(roles_of(permission_set)[account])
        roles_of(permission_set)[account] = role.name
        update_role(iam, role, permission_set)
    except ServiceException as error:
        if is_new:
            deprovision(backend, permission_set, account)
        raise ProvisioningFailure(f"Received a 404 status error: {error.message}") from error


def deprovision(backend: SSOAdminBackend, permission_set: PermissionSet, account: str) -> None:
    name = roles_of(permission_set).pop(account, None)
    if name is None:
        return
    iam = iam_backends[account][backend.partition]
    role = iam.get_role(name)
    for arn in list(role.managed_policies):
        iam.detach_role_policy(arn, name)
    role.policies.clear()
    iam.delete_role(name)


def create_role(iam: IAMBackend, region: str, permission_set: PermissionSet) -> Role:
    path = "/aws-reserved/sso.amazonaws.com/" + ("" if region == "us-east-1" else f"{region}/")
    name = f"AWSReservedSSO_{permission_set.name}_{mock_random.get_random_hex(16)}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": identity_provider(iam)},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return iam.create_role(name, trust, path, None, permission_set.description or "", [], LONGEST_SESSION)


def identity_provider(iam: IAMBackend) -> str:
    """The ARN of the account's provider, which Identity Center makes with the first role."""
    for name, provider in iam.saml_providers.items():
        if name.startswith("AWSSSO_"):
            return provider.arn
    return iam.create_saml_provider(f"AWSSSO_{mock_random.get_random_hex(16)}_DO_NOT_DELETE", "<EntityDescriptor/>").arn


def update_role(iam: IAMBackend, role: Role, permission_set: PermissionSet) -> None:
    def arn_of(reference: dict) -> str:
        """Of a policy that each account must hold itself."""
        return iam.get_policy(f"arn:{iam.partition}:iam::{iam.account_id}:policy{reference.get('Path', '/')}{reference['Name']}").arn

    references = [{"Name": each.name, "Path": each.path} for each in permission_set.customer_managed_policies]
    policies = [each.arn for each in permission_set.managed_policies] + [arn_of(each) for each in references]
    boundary = permission_set.boundary or {}
    reference = boundary.get("CustomerManagedPolicyReference")
    role.permissions_boundary_arn = arn_of(reference) if reference else boundary.get("ManagedPolicyArn")
    if permission_set.inline_policy:
        iam.put_role_policy(role.name, INLINE, permission_set.inline_policy)
    else:
        role.policies.pop(INLINE, None)
    for arn in [each for each in role.managed_policies if each not in policies]:
        iam.detach_role_policy(arn, role.name)
    for arn in [each for each in policies if each not in role.managed_policies]:
        iam.attach_role_policy(arn, role.name)
