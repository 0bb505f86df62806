"""The patches of moto 5.2.1: what it gets wrong about the resources of this project.

Each patch is independent. When moto fixes the fault, remove the patch's line in PATCHES, its function and its test.
moto is imported inside the functions: listing the names does not need it.
"""

import importlib
import threading
from collections.abc import Callable

import account_regions
import buckets
import delegated_administrators
import organization_accounts
import organization_features
import rds
import strict_ec2
import strict_iam
import strict_identity_center
import strict_organizations
import strict_policies
import strict_rds
import strict_s3

# Held by the request that moto carries out, and while a snapshot is saved or loaded.
TURN = threading.Lock()


def registered_by(module: str) -> Callable[[], None]:
    """A patch in a module of its own, whose first lines say what moto lacks. It imports moto when it is applied."""
    return lambda: importlib.import_module(module).register()


def user_permissions_boundary() -> None:
    """moto drops the permissions boundary of a user: Terraform reports drift in every plan."""
    from moto.core.responses import EmptyResult
    from moto.iam.exceptions import IAMException
    from moto.iam.models import User
    from moto.iam.responses import IamResponse

    plain_create_user = IamResponse.create_user

    def boundary_asked_for(response: IamResponse) -> str | None:
        arn = response._get_param("PermissionsBoundary")
        if arn and not response.backend.policy_arn_regex.match(arn):
            raise IAMException("InvalidParameterValue", f"Value ({arn}) for parameter PermissionsBoundary is invalid.")
        return arn

    def create_user(self):
        arn = boundary_asked_for(self)
        result = plain_create_user(self)
        self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = arn
        return result

    def put_user_permissions_boundary(self):
        self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = boundary_asked_for(self)
        return EmptyResult()

    def delete_user_permissions_boundary(self):
        self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = None
        return EmptyResult()

    def permissions_boundary(user: User) -> dict[str, str] | None:
        arn = user.permissions_boundary_arn
        return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn} if arn else None

    User.permissions_boundary_arn = None
    User.permissions_boundary = property(permissions_boundary)
    IamResponse.create_user = create_user
    IamResponse.put_user_permissions_boundary = put_user_permissions_boundary
    IamResponse.delete_user_permissions_boundary = delete_user_permissions_boundary
    # AWS returns the boundary in GetUser and in the account's authorization details, never in ListUsers.
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER["ListUsersResponse.Users.User.PermissionsBoundary"] = lambda _: None


def cloudtrail_by_arn() -> None:
    """moto starts and stops a trail by its name only (`KeyError` for an ARN), and deletes nothing when given an ARN.

    Terraform always sends the ARN."""
    from moto.cloudtrail.models import CloudTrailBackend

    CloudTrailBackend.start_logging = lambda self, name: self.get_trail(name).start_logging()
    CloudTrailBackend.stop_logging = lambda self, name: self.get_trail(name).stop_logging()
    CloudTrailBackend.delete_trail = lambda self, name: self.trails.pop(self.get_trail(name).trail_name)


# The defaults of AWS: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
QUOTAS = {
    ("ec2", "L-0263D0A3"): 5,  # Elastic IPs
    ("iam", "L-858F3967"): 100,  # OIDC providers
    ("organizations", "L-E619E033"): 10,  # accounts
    ("rds", "L-7B6409FD"): 40,  # database instances
}


def service_quotas() -> None:
    """moto knows the quotas of VPCs only."""
    from moto.servicequotas.models import ServiceQuotasBackend

    plain_get = ServiceQuotasBackend.get_service_quota

    def get_service_quota(self, service_code: str, quota_code: str) -> dict:
        value = QUOTAS.get((service_code, quota_code))
        if value is None:
            return plain_get(self, service_code, quota_code)
        return {"ServiceCode": service_code, "QuotaCode": quota_code, "Value": float(value)}

    ServiceQuotasBackend.get_service_quota = get_service_quota


def security_group_rule_description() -> None:
    """moto returns no description for a rule that names a group, and treats two descriptions as two rules."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    plain_equals = SecurityGroupRule.__eq__

    def description(rule: SecurityGroupRule) -> str | None:
        # moto writes a later change of any rule into ip_range.
        return rule.ip_range.get("Description") or rule.source_group.get("Description")

    def equals(rule: SecurityGroupRule, other: SecurityGroupRule) -> bool:
        groups = [{key: value for key, value in each.source_group.items() if key != "Description"} for each in (rule, other)]
        return groups[0] == groups[1] and plain_equals(with_source_group(rule, groups[0]), with_source_group(other, groups[1]))

    def with_source_group(rule: SecurityGroupRule, source_group: dict[str, str]) -> SecurityGroupRule:
        copy = SecurityGroupRule.__new__(SecurityGroupRule)
        copy.__dict__.update(rule.__dict__, source_group=source_group)
        return copy

    SecurityGroupRule.description = property(description)
    SecurityGroupRule.__eq__ = equals


def one_request_at_a_time() -> None:
    """moto's models are not thread-safe: listing roles while another request adds one fails ("dictionary changed size during iteration").

    Python computes one thread at a time anyway, so serving one request at a time costs nothing."""
    from io import BytesIO

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    plain_call = DomainDispatcherApplication.__call__

    def call(self, environ, start_response):
        length = environ.get("CONTENT_LENGTH")
        if length:  # read before taking the lock, so that a slow client blocks no other request
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
        with TURN:
            return plain_call(self, environ, start_response)

    DomainDispatcherApplication.__call__ = call


def handler_exception() -> None:
    """moto answers HTTP 500 when it fails or lacks an action: the provider retries for ten minutes, and no setting limits it."""
    from answers import failure_answer
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    plain_call = DomainDispatcherApplication.__call__

    def call(self, environ, start_response):
        try:
            return plain_call(self, environ, start_response)
        except Exception as failure:
            headers, body = failure_answer(environ, failure)
            start_response("400 Bad Request", headers)
            return [body]

    DomainDispatcherApplication.__call__ = call


# What AWS refuses and moto accepts. The first is innermost: it hides the postponed values from moto, not from the checks.
REFUSALS: dict[str, Callable[[], None]] = {
    "db-pending-changes": strict_rds.db_pending_changes,
    "db-engine-version": strict_rds.db_engine_version,
    "db-parameter-group-family": strict_rds.db_parameter_group_family,
    "db-storage": strict_rds.db_storage,
    "db-groups-in-use": strict_rds.db_groups_in_use,
    "db-subnet-group-change": strict_rds.db_subnet_group_change,
    "db-master-user-name": strict_rds.db_master_user_name,
    "subnet-in-use": strict_ec2.subnet_in_use,
    "security-group-in-use": strict_ec2.security_group_in_use,
    "vpc-in-use": strict_ec2.vpc_in_use,
    "bucket-name": strict_s3.bucket_name,
    "bucket-versioning": strict_s3.bucket_versioning,
    "object-key": strict_s3.object_key,
    "account-alias": strict_iam.account_alias,
    "iam-names": strict_iam.iam_names,
    "policy-size": strict_iam.policy_size,
    "policy-grammar": strict_policies.policy_grammar,
    "policy-principals": strict_policies.policy_principals,
    "resource-policy-size": strict_policies.resource_policy_size,
    "key-policy-lockout": strict_policies.key_policy_lockout,
    "service-control-policy": strict_organizations.service_control_policy,
    "policy-attachments": strict_organizations.policy_attachments,
    "budget-limits": strict_organizations.budget_limits,
    "account-closure": organization_features.account_closure,
    "delegation": delegated_administrators.delegation,
    "permission-sets": strict_identity_center.permission_sets,
    "account-assignments": strict_identity_center.account_assignments,
    "delegated-assignments": strict_identity_center.delegated_assignments,
    "opt-in-regions": account_regions.opt_in_regions,
}

PATCHES: dict[str, Callable[[], None]] = {
    "user-permissions-boundary": user_permissions_boundary,
    "renamed-user-tags": strict_iam.renamed_user_tags,
    "role-update": strict_iam.role_update,
    "access-analyzer": registered_by("access_analyzer"),
    "cloudtrail-by-arn": cloudtrail_by_arn,
    "shared-keys": strict_policies.shared_keys,
    "budgets": registered_by("budgets"),
    "account-switches": registered_by("account_switches"),
    "guard-duty": registered_by("guard_duty"),
    "security-hub": registered_by("security_hub"),
    "service-quotas": service_quotas,
    "security-group-rule-description": security_group_rule_description,
    "db-parameter-group": rds.db_parameter_group,
    "db-subnet-group-kept": rds.db_subnet_group_kept,
    "db-instance-monitoring": rds.db_instance_monitoring,
    "db-instance-certificate": rds.db_instance_certificate,
    "db-instance-resource-id": rds.db_instance_resource_id,
    "bucket-policy-conditions": buckets.bucket_policy_conditions,
    "expected-bucket-owner": buckets.expected_bucket_owner,
    "kept-old-versions": buckets.kept_old_versions,
    "access-log-policy": buckets.access_log_policy,
    "organizations-account-id": organization_accounts.organizations_account_id,
    "account-primary-email": organization_accounts.account_primary_email,
    "handshakes": registered_by("handshakes"),
    "account-name": organization_features.account_name,
    "pending-closure": organization_features.pending_closure,
    "root-access": organization_features.root_access,
    "integrated-services": delegated_administrators.integrated_services,
    "cloudtrail-delegation": delegated_administrators.cloudtrail_delegation,
    "identity-center": registered_by("identity_center"),
    "identity-store": registered_by("identity_store"),
    **REFUSALS,
    "one-request-at-a-time": one_request_at_a_time,
    "handler-exception": handler_exception,
}
