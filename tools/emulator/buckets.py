"""S3: what moto gets wrong about policies, owners, access logs and lifecycle rules of buckets. moto is imported inside the functions."""


def bucket_policy_conditions() -> None:
    """moto ignores the condition of a bucket policy statement, and reads NotResource as a permission.

    A bucket that denies requests without TLS would then deny every request, also for the state of its own stack. The emulator does not
    evaluate conditions: it skips statements that have one."""
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
    """moto ignores the expected owner of a bucket. S3 refuses the request when another account owns the bucket."""
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


def kept_old_versions() -> None:
    """moto drops how many old versions a lifecycle rule keeps: Terraform waits three minutes for the rule, and fails."""
    from moto.s3.models import FakeBucket
    from moto.s3.responses import S3Response

    plain_set_lifecycle, plain_serialized = FakeBucket.set_lifecycle, S3Response.serialized

    def set_lifecycle(self, rules):
        plain_set_lifecycle(self, rules)
        for rule, asked_for in zip(self.rules, rules, strict=True):
            rule.kept_old_versions = (asked_for.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions")

    def serialized(self, action_result):
        answer = action_result.result
        # Without rules, and without the bucket, the answer is an error.
        is_answered = isinstance(answer, dict) and "Rules" in answer
        if self.data.get("Action") == "GetBucketLifecycleConfiguration" and is_answered:
            rules = self.backend.get_bucket_lifecycle(self.bucket_name)
            for rule, answered in zip(rules, answer["Rules"], strict=True):
                if rule.kept_old_versions is not None:
                    answered["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = rule.kept_old_versions
        return plain_serialized(self, action_result)

    FakeBucket.set_lifecycle = set_lifecycle
    S3Response.serialized = serialized


def access_log_policy() -> None:
    """moto reads a policy for access logs only if no statement is for everybody, and every element is a single text."""
    import json

    from moto.s3.models import FakeBucket

    def listed(value) -> list:
        return value if isinstance(value, list) else [value]

    def allows_logging(target_bucket, target_prefix) -> bool:
        arn = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}"
        resources = {f"{arn}/*", f"{arn}/{target_prefix or ''}*"}
        statements = json.loads(target_bucket.policy)["Statement"] if target_bucket.policy else []
        return any(
            each["Effect"] == "Allow"
            and isinstance(each["Principal"], dict)
            and "logging.s3.amazonaws.com" in listed(each["Principal"].get("Service"))
            and "s3:PutObject" in listed(each.get("Action"))
            and resources & set(listed(each.get("Resource")))
            for each in listed(statements)
        )

    FakeBucket._log_permissions_enabled_policy = staticmethod(allows_logging)
