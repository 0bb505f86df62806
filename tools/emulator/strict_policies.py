"""Policies of IAM, S3, KMS, SNS and ECR that AWS refuses: their grammar, missing principals, and keys that nobody could manage.

The provider takes a missing principal for one that is not known everywhere yet, and repeats the call for two minutes.
moto is imported inside the functions.
"""

import re

from refusals import IDENTITY, PRINCIPALS, RESOURCE, TRUST, Kind, aws_principals, check_before, listed, problem_of, refuse, statements_of

ENTITY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(user|role)/.+")
OTHER_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:iam::\d{12}:root|arn:aws[a-z-]*:sts::\d{12}:(assumed-role|federated-user)/.+")


def check_policies(check) -> None:
    """Registers a check of every policy. It gets the document, its kind, the backend, and a function that refuses in the words of the service."""
    from moto.ecr.models import ECRBackend
    from moto.iam.models import IAMBackend
    from moto.kms.models import KmsBackend
    from moto.s3.models import S3Backend
    from moto.sns.models import SNSBackend

    def register(backend: type, methods: str, parameter: str, kind: Kind, code: str, words: str = "{}") -> None:
        def checked(self, call) -> None:
            document = getattr(call, parameter, None)
            if parameter == "attributes":
                document = (document or {}).get("Policy")
            if getattr(call, "attribute_name", "policy") == "policy" and document:
                check(document, kind, self, lambda problem: refuse(code, words.format(problem)))

        check_before(backend, methods, checked)

    inline = "put_role_policy put_user_policy put_group_policy"
    register(IAMBackend, "create_policy create_policy_version", "policy_document", IDENTITY, "MalformedPolicyDocument")
    register(IAMBackend, inline, "policy_json", IDENTITY, "MalformedPolicyDocument")
    register(IAMBackend, "create_role", "assume_role_policy_document", TRUST, "MalformedPolicyDocument")
    register(IAMBackend, "update_assume_role_policy", "policy_document", TRUST, "MalformedPolicyDocument")
    register(S3Backend, "put_bucket_policy", "policy", RESOURCE, "MalformedPolicy")
    # KMS accepts statements without actions or resources: they have no effect.
    key = RESOURCE._replace(required=(PRINCIPALS,))
    register(KmsBackend, "create_key put_key_policy", "policy", key, "MalformedPolicyDocumentException")
    register(SNSBackend, "create_topic", "attributes", RESOURCE, "InvalidParameter", "Invalid parameter: Policy Error: {}")
    register(SNSBackend, "set_topic_attribute", "attribute_value", RESOURCE, "InvalidParameter", "Invalid parameter: Policy Error: {}")
    ecr = RESOURCE._replace(required=TRUST.required)
    invalid = "Invalid parameter at 'PolicyText' failed to satisfy constraint: '{}'"
    register(ECRBackend, "set_repository_policy", "policy_text", ecr, "InvalidParameterException", invalid)


def policy_grammar() -> None:
    """Identity, trust, bucket, key, topic and repository policies follow IAM's grammar.

    Source: IAM user guide, reference_policies_grammar

    moto checks identity policies only, and neither their principals, nor the case of Effect, nor the characters of Sid.
    """

    def check(document, kind: Kind, backend, refuse_for) -> None:
        problem = problem_of(document, kind)
        if problem:
            refuse_for(problem)
        actions = [action for each in statements_of(document) for action in listed(each.get("Action"))]
        if kind is TRUST and not all(str(action).lower().startswith("sts:") for action in actions):
            refuse_for("AssumeRole policy may only specify STS AssumeRole actions.")

    check_policies(check)


def policy_principals() -> None:
    """A policy must not name a user or role that does not exist.

    Source: IAM user guide, reference_policies_elements_principal, terraform-provider-aws#26041

    Only accounts that have been called with IAM are known to the emulator: principals of others count as existing.
    """
    from moto.iam.models import iam_backends

    words = {
        "KmsBackend": "Policy contains a statement with one or more invalid principals.",
        "SNSBackend": "PrincipalNotFound",
        "ECRBackend": "Principal not found",
    }

    def exists(principal: str) -> bool:
        match = ENTITY.fullmatch(principal)
        if match is None:
            return OTHER_PRINCIPAL.fullmatch(principal) is not None
        partitions = list(dict(iam_backends.items()).get(match[1], {}).values())
        entities = [entity for each in partitions for entity in [*each.users.values(), *each.roles.values()]]
        return not partitions or any(entity.arn == principal for entity in entities)

    def check(document, _kind: Kind, backend, refuse_for) -> None:
        for statement in statements_of(document):
            missing = [each for each in aws_principals(statement) if not exists(each)]
            if missing:
                quoted = f'Invalid principal in policy: "AWS":"{missing[0]}"'
                s3 = "Invalid principal in policy"
                name = type(backend).__name__
                refuse_for(s3 if name == "S3Backend" else words.get(name, quoted))

    check_policies(check)


def resource_policy_size() -> None:
    """A bucket policy has at most 20480 bytes, and a key policy 32768.

    Source: S3 user guide, example-bucket-policies, KMS developer guide, resource-limits
    """
    from moto.kms.models import KmsBackend
    from moto.s3.models import S3Backend

    def bucket(_backend, call) -> None:
        if len(call.policy) > 20480:
            refuse("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")

    def key(_backend, call) -> None:
        if len(call.policy or "") > 32768:
            refuse("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes.")

    check_before(S3Backend, "put_bucket_policy", bucket)
    check_before(KmsBackend, "create_key put_key_policy", key)


def key_policy_lockout() -> None:
    """A key policy must let the caller's account change it again, unless the call bypasses this check.

    Source: KMS PutKeyPolicy

    AWS asks this of the caller, the emulator of any principal of the account.
    """
    from moto.kms.responses import KmsResponse

    def allows(statement: dict, account: str) -> bool:
        patterns = [re.escape(str(action)).replace(r"\*", ".*").replace(r"\?", ".") for action in listed(statement.get("Action"))]
        may_put = any(re.fullmatch(pattern, "kms:PutKeyPolicy", re.IGNORECASE) for pattern in patterns)
        own = re.compile(rf"\*|{account}|arn:[a-z-]+:(iam|sts)::{account}:.+")
        return statement.get("Effect") == "Allow" and may_put and any(own.fullmatch(each) for each in aws_principals(statement))

    def check(response, _call) -> None:
        policy = response._get_param("Policy")
        if not policy or response._get_param("BypassPolicyLockoutSafetyCheck"):
            return
        if not any(allows(statement, response.current_account) for statement in statements_of(policy)):
            future = "The new key policy will not allow you to update the key policy in the future."
            refuse("MalformedPolicyDocumentException", future)

    check_before(KmsResponse, "create_key put_key_policy", check)


def shared_keys() -> None:
    """moto describes keys of the caller's account and region only. KMS describes any key by its ARN, or by the ARN of an
    alias, if its policy names the caller's account.

    Source: "Allowing users in other accounts to use a KMS key", KMS Developer Guide
    """
    from moto.kms.exceptions import AccessDeniedException
    from moto.kms.responses import KmsResponse

    plain_describe_key = KmsResponse.describe_key

    def describe_key(self):
        parts = self._get_param("KeyId").split(":")
        caller = (self.current_account, self.region)
        if parts[0] != "arn" or (parts[4], parts[3]) == caller:
            return plain_describe_key(self)
        self.current_account, self.region = parts[4], parts[3]
        try:
            answer = plain_describe_key(self)
            key = self.kms_backend.describe_key(self._get_param("KeyId"))
        finally:
            self.current_account, self.region = caller
        if parts[4] != caller[0] and f"arn:aws:iam::{caller[0]}:" not in key.policy:
            raise AccessDeniedException("The key policy does not allow kms:DescribeKey.")
        return answer

    KmsResponse.describe_key = describe_key
