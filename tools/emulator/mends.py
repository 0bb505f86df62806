"""What plain moto 5.2.1 gets wrong about the resources of this project, and how the launcher mends it.

Each mend stands alone, so that it can be dropped when moto has it: remove its line from MENDS, its function and its test.
moto is imported inside the functions: listing the names does not need it.
"""

from collections.abc import Callable


def user_permissions_boundary() -> None:
    """Plain moto drops the permissions boundary of a user: Terraform sees drift forever."""
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
    # AWS shows it in GetUser and in the account's authorization details, never in ListUsers.
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER["ListUsersResponse.Users.User.PermissionsBoundary"] = lambda _: None


def access_analyzer() -> None:
    """Plain moto has no Access Analyzer: it answers HTTP 500, which the provider retries for ten minutes."""
    from access_analyzer import register

    register()


def cloudtrail_by_arn() -> None:
    """Plain moto finds a trail to start or stop by its name alone (`KeyError`), and deletes nothing when given an ARN.

    Terraform always gives the ARN."""
    from moto.cloudtrail.models import CloudTrailBackend

    CloudTrailBackend.start_logging = lambda self, name: self.get_trail(name).start_logging()
    CloudTrailBackend.stop_logging = lambda self, name: self.get_trail(name).stop_logging()
    CloudTrailBackend.delete_trail = lambda self, name: self.trails.pop(self.get_trail(name).trail_name)


def budgets() -> None:
    """Plain moto cannot update a budget, knows neither its tags nor the subscribers of its notifications, and keeps two alike."""
    from budgets import register

    register()


def security_group_rule_description() -> None:
    """Plain moto shows no description of a rule that names a group, and takes two descriptions for two rules."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    plain_equals = SecurityGroupRule.__eq__

    def description(rule: SecurityGroupRule) -> str | None:
        # A later change of any rule is written into ip_range.
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


def db_parameter_group() -> None:
    """Plain moto does not say which parameters a user set (`Source`), so Terraform sets them again, and it cannot reset any."""
    from moto.core.responses import ActionResult
    from moto.rds.exceptions import DBParameterGroupNotFoundError
    from moto.rds.models import DBParameterGroup
    from moto.rds.responses import RDSResponse

    plain_update_parameters = DBParameterGroup.update_parameters

    def update_parameters(self, new_parameters):
        plain_update_parameters(self, [{**parameter, "Source": "user"} for parameter in new_parameters])

    def reset_db_parameter_group(self):
        name = self.params["DBParameterGroupName"]
        group = self.backend.db_parameter_groups.get(name)
        if group is None:
            raise DBParameterGroupNotFoundError(name)
        everything = self.params.get("ResetAllParameters") and list(group.parameters)
        for parameter in everything or [each["ParameterName"] for each in self.params.get("Parameters") or []]:
            group.parameters.pop(parameter, None)
        return ActionResult({"DBParameterGroupName": name})

    DBParameterGroup.update_parameters = update_parameters
    RDSResponse.reset_db_parameter_group = reset_db_parameter_group


def db_instance_monitoring() -> None:
    """Plain moto drops enhanced monitoring and Performance Insights of a new instance, and the latter from every change."""
    from moto.rds.models import DBInstance

    plain_init, plain_update = DBInstance.__init__, DBInstance.update
    kept = ("monitoring_interval", "monitoring_role_arn", "performance_insights_kms_key_id", "performance_insights_retention_period")

    def keep(instance: DBInstance, asked_for: dict) -> None:
        for name in kept:
            if asked_for.get(name) is not None:
                setattr(instance, name, asked_for[name])
        # The request calls it EnableX, the answer XEnabled; a restore passes the answer's name.
        enabled = asked_for.get("enable_performance_insights", asked_for.get("performance_insights_enabled"))
        if enabled is not None:
            instance.performance_insights_enabled = enabled
            retention = getattr(instance, "performance_insights_retention_period", None) or 7
            instance.performance_insights_retention_period = retention if enabled else None
        if asked_for.get("monitoring_interval") == 0:
            instance.monitoring_role_arn = None

    def init(self, *arguments, **asked_for):
        plain_init(self, *arguments, **asked_for)
        keep(self, asked_for)

    def update(self, *arguments, **asked_for):
        plain_update(self, *arguments, **asked_for)
        keep(self, asked_for)

    DBInstance.__init__, DBInstance.update = init, update


def db_instance_resource_id() -> None:
    """Plain moto gives every instance the same resource id, by which the provider looks instances up: with two it takes one for the other."""
    from uuid import uuid4

    from moto.rds.models import DBInstance

    plain_init = DBInstance.__init__

    def init(self, *arguments, **asked_for):
        plain_init(self, *arguments, **asked_for)
        self.dbi_resource_id = f"db-{uuid4().hex[:26].upper()}"

    DBInstance.__init__ = init


def db_instance_certificate() -> None:
    """Plain moto's default authority is `rds-ca-default`, which AWS never had: the provider modifies the instance and waits 80 s more."""
    from moto.rds.models import DBInstance

    plain_init = DBInstance.__init__

    def init(self, *arguments, **asked_for):
        if not asked_for.get("ca_certificate_identifier"):
            asked_for["ca_certificate_identifier"] = "rds-ca-rsa2048-g1"
        plain_init(self, *arguments, **asked_for)

    DBInstance.__init__ = init


def one_request_at_a_time() -> None:
    """Plain moto's models are not made for threads: a request that adds a role while another looks through them all fails, with "dictionary
    changed size during iteration". Python computes one at a time anyway, so waiting for one's turn costs nothing."""
    import threading
    from io import BytesIO

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    turn = threading.Lock()
    plain_call = DomainDispatcherApplication.__call__

    def call(self, environ, start_response):
        length = environ.get("CONTENT_LENGTH")
        if length:  # read before, so that nobody waits for a slow client
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
        with turn:
            return plain_call(self, environ, start_response)

    DomainDispatcherApplication.__call__ = call


def handler_exception() -> None:
    """Plain moto answers HTTP 500 when it fails or lacks an action: the provider retries for ten minutes, and no setting limits it."""
    from failure import failure_answer
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


def bucket_policy_conditions() -> None:
    """Plain moto applies a statement of a bucket policy whether its condition holds or not, and takes NotResource for permission.

    So a bucket that refuses what comes without TLS would refuse everything, the state of its own stack too. Conditions are not this
    emulator's to decide: such statements do not count here."""
    import json

    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def get_permission(self, action, resource):
        if self.policy is None:
            return PermissionResult.NEUTRAL
        document = json.loads(self.policy)
        statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        decidable = [each for each in statements if "Resource" in each and "Condition" not in each]
        return IAMPolicy(json.dumps({**document, "Statement": decidable})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def expected_bucket_owner() -> None:
    """Plain moto takes no notice of the owner that a request expects of a bucket, where S3 refuses a bucket that is another account's."""
    from moto.s3.exceptions import S3AccessDeniedError
    from moto.s3.models import s3_backends
    from moto.s3.responses import S3Response

    plain_bucket_response, plain_key_response = S3Response._bucket_response, S3Response._key_response

    def belongs_to_another(response: S3Response, request, full_url: str) -> bool:
        expected = request.headers.get("x-amz-expected-bucket-owner")
        owner = s3_backends.bucket_accounts.get(response.parse_bucket_name_from_url(request, full_url))
        return expected is not None and owner is not None and owner[1] != expected

    def checked(plain):
        def respond(self, request, full_url: str):
            if not belongs_to_another(self, request, full_url):
                return plain(self, request, full_url)
            if request.method == "HEAD":
                return 403, {}, ""
            raise S3AccessDeniedError()

        return respond

    S3Response._bucket_response = checked(plain_bucket_response)
    S3Response._key_response = checked(plain_key_response)


def organizations_account_id() -> None:
    """Plain moto gives every account a random id, where an estate knows its own, and creates two with one address, which AWS refuses."""
    from organization_accounts import register

    register()


MENDS: dict[str, Callable[[], None]] = {
    "user-permissions-boundary": user_permissions_boundary,
    "access-analyzer": access_analyzer,
    "cloudtrail-by-arn": cloudtrail_by_arn,
    "budgets": budgets,
    "security-group-rule-description": security_group_rule_description,
    "db-parameter-group": db_parameter_group,
    "db-instance-monitoring": db_instance_monitoring,
    "db-instance-certificate": db_instance_certificate,
    "db-instance-resource-id": db_instance_resource_id,
    "bucket-policy-conditions": bucket_policy_conditions,
    "expected-bucket-owner": expected_bucket_owner,
    "organizations-account-id": organizations_account_id,
    "one-request-at-a-time": one_request_at_a_time,
    "handler-exception": handler_exception,
}
