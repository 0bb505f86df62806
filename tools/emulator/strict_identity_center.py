"""IAM Identity Center: names, sizes, assignments and callers that AWS refuses.

API pages are those of https://docs.aws.amazon.com/singlesignon/latest/APIReference/, the others of
https://docs.aws.amazon.com/singlesignon/latest/userguide/. moto is imported inside the functions.
"""

import re

from refusals import check_before, refuse

NAME = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
SESSION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.ASCII)
HOUR = 3600
LONGEST_INLINE_POLICY = 32768

PRINCIPALS = {"GROUP": "groups", "USER": "users"}
CHANGES = (
    "create_account_assignment delete_account_assignment update_permission_set delete_permission_set provision_permission_set "
    "put_inline_policy_to_permission_set delete_inline_policy_from_permission_set attach_managed_policy_to_permission_set "
    "detach_managed_policy_from_permission_set put_permissions_boundary_to_permission_set "
    "delete_permissions_boundary_from_permission_set tag_resource untag_resource"
)


def permission_sets() -> None:
    """A permission set has its own name of at most 32 characters, sessions of 1 to 12 hours, and an inline policy of at most 32768 characters.

    Source: Identity Center CreatePermissionSet, PutInlinePolicyToPermissionSet
    """
    from moto.ssoadmin.responses import SSOAdminResponse

    def check(response, _call) -> None:
        name = response._get_param("Name")
        session = SESSION.fullmatch(response._get_param("SessionDuration") or "PT1H")
        seconds = sum(int(count or 0) * unit for count, unit in zip(session.groups(), (HOUR, 60, 1))) if session else 0
        if name is not None and not NAME.fullmatch(name):
            refuse("ValidationException", f"Value '{name}' at 'name' failed to satisfy constraint: {NAME.pattern}")
        if not HOUR <= seconds <= 12 * HOUR:
            refuse("ValidationException", "The session duration must be PT1H to PT12H.")
        if name in [each.name for each in response.ssoadmin_backend.permission_sets]:
            refuse("ConflictException", f"PermissionSet with name {name} already exists.")

    def inline_policy(response, _call) -> None:
        if len(response._get_param("InlinePolicy")) > LONGEST_INLINE_POLICY:
            refuse("ValidationException", f"The inline policy must have at most {LONGEST_INLINE_POLICY} characters.")

    check_before(SSOAdminResponse, "create_permission_set update_permission_set", check)
    check_before(SSOAdminResponse, "put_inline_policy_to_permission_set", inline_policy)


def account_assignments() -> None:
    """An assignment names an existing group or user, and an account of the organization. A permission set with assignments is not deleted.

    Source: Identity Center CreateAccountAssignment, DeletePermissionSet
    """
    from moto.identitystore.models import identitystore_backends
    from moto.organizations.models import organizations_backends
    from moto.ssoadmin.responses import SSOAdminResponse

    def create(response, _call) -> None:
        backend, principal, account = response.ssoadmin_backend, response._get_param("PrincipalId"), response._get_param("TargetId")
        stores = identitystore_backends[backend.account_id][backend.region_name].identity_stores
        known = PRINCIPALS[response._get_param("PrincipalType")]
        if all(principal not in getattr(store, known) for store in list(stores.values())):
            refuse("ResourceNotFoundException", f"Could not find {response._get_param('PrincipalType')} with id {principal}")
        organization = organizations_backends[backend.account_id][backend.partition]
        # Without an organization, the emulator cannot know its accounts.
        joined = [each for instance in backend.instances for each in getattr(instance, "accounts", [])]
        if organization.org and account not in joined and all(each.id != account for each in organization.accounts):
            refuse("ResourceNotFoundException", f"Could not find account {account} in the organization")

    def delete(response, _call) -> None:
        arn = response._get_param("PermissionSetArn")
        if any(each.permission_set_arn == arn for each in response.ssoadmin_backend.account_assignments):
            refuse("ConflictException", f"PermissionSet {arn} cannot be deleted while it is assigned.")

    check_before(SSOAdminResponse, "create_account_assignment", create)
    check_before(SSOAdminResponse, "delete_permission_set", delete)


def delegated_assignments() -> None:
    """The delegated administrator cannot assign in the management account, and cannot change a permission set that is assigned there.

    Source: Identity Center user guide, delegated-admin, sso-elevator#101
    """
    from moto.ssoadmin.responses import SSOAdminResponse

    def check(response, _call) -> None:
        backend = response.ssoadmin_backend
        if backend.account_id == response.current_account:
            return
        arn = response._get_param("PermissionSetArn") or response._get_param("ResourceArn")
        assigned = [each.target_id for each in backend.account_assignments if each.permission_set_arn == arn]
        if backend.account_id in [response._get_param("TargetId"), *assigned]:
            refuse("AccessDeniedException", "The delegated administrator cannot manage access to the management account.")

    check_before(SSOAdminResponse, CHANGES, check)
