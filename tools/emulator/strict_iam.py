"""IAM: aliases, names, paths and sizes that AWS refuses.

API pages are those of https://docs.aws.amazon.com/IAM/latest/APIReference/, quotas of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. moto is imported inside the functions.
"""

import json
import re

from refusals import check_before, refuse

ALIAS = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
PATH = re.compile(r"/|/[\x21-\x7e]+/")

# The longest name of each kind, and where the backend keeps those of its kind.
KINDS = {
    "role": (64, "roles"),
    "user": (64, "users"),
    "group": (128, "groups"),
    "policy": (128, "managed_policies"),
    "instance profile": (128, "instance_profiles"),
}
INLINE = {"role": 10240, "user": 2048, "group": 5120}


def account_alias() -> None:
    """An alias has 3 to 63 lower-case letters, digits and single hyphens, and belongs to one account of all AWS.

    Source: IAM CreateAccountAlias, terraform-provider-aws#41117
    """
    from moto.iam.models import IAMBackend, iam_backends

    def check(backend, call) -> None:
        if not ALIAS.fullmatch(call.alias):
            refuse("ValidationError", f"Value '{call.alias}' at 'accountAlias' failed to satisfy constraint: {ALIAS.pattern}")
        others = [each for account, partitions in list(iam_backends.items()) if account != backend.account_id for each in list(partitions.values())]
        if any(call.alias in other.account_aliases for other in others):
            refuse("EntityAlreadyExists", f"The account alias {call.alias} already exists.")

    check_before(IAMBackend, "create_account_alias", check)


def iam_names() -> None:
    """Names have at most 64 or 128 alphanumeric characters and +=,.@_-, and differ by more than case. Paths begin and end with /.

    Source: IAM CreateRole, CreateUser, CreateGroup, CreatePolicy, CreateInstanceProfile
    """
    from moto.iam.models import IAMBackend

    def check_name(backend, kind: str, name: str, path: str) -> None:
        longest, register = KINDS[kind]
        if not NAME.fullmatch(name) or len(name) > longest:
            refuse("ValidationError", f"The name of the {kind} must have 1 to {longest} alphanumeric characters and/or +=,.@_-, got {name}")
        if path and (not PATH.fullmatch(path) or len(path) > 512):
            refuse("ValidationError", f"The path of the {kind} must begin and end with / and have at most 512 characters, got {path}")
        for other in getattr(backend, register).values():
            # AWS's own policies are in the register, too.
            if other.name != name and other.name.lower() == name.lower() and ":aws:policy/" not in other.arn:
                refuse("EntityAlreadyExists", f"{kind.capitalize()} with name {name} already exists.")

    def checked(kind: str, name: str):
        return lambda backend, call: check_name(backend, kind, getattr(call, name), call.path)

    check_before(IAMBackend, "create_role", checked("role", "role_name"))
    check_before(IAMBackend, "create_user", checked("user", "user_name"))
    check_before(IAMBackend, "create_group", checked("group", "group_name"))
    check_before(IAMBackend, "create_policy", checked("policy", "policy_name"))
    check_before(IAMBackend, "create_instance_profile", checked("instance profile", "name"))


def policy_size() -> None:
    """A managed policy has at most 6144 characters, a trust policy 2048, all inline policies of a role 10240, of a user 2048, of a group 5120.

    Source: IAM user guide, reference_iam-quotas
    """
    from moto.iam.models import IAMBackend

    def size(document: str) -> int:
        """Without white space, which IAM does not count."""
        try:
            return len(json.dumps(json.loads(document), separators=(",", ":"), ensure_ascii=False))
        except ValueError:
            return 0

    def managed(_backend, call) -> None:
        if size(call.policy_document) > 6144:
            refuse("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")

    def trust(_backend, call) -> None:
        document = getattr(call, "policy_document", None) or getattr(call, "assume_role_policy_document", "")
        if size(document) > 2048:
            refuse("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")

    def inline(kind: str):
        def check(backend, call) -> None:
            name = getattr(call, f"{kind}_name")
            holder = getattr(backend, f"get_{kind}")(name)
            others = sum(size(document) for policy, document in holder.policies.items() if policy != call.policy_name)
            if others + size(call.policy_json) > INLINE[kind]:
                refuse("LimitExceeded", f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind} {name}")

        return check

    check_before(IAMBackend, "create_policy create_policy_version", managed)
    check_before(IAMBackend, "create_role update_assume_role_policy", trust)
    for kind in INLINE:
        check_before(IAMBackend, f"put_{kind}_policy", inline(kind))


def renamed_user_tags() -> None:
    """moto keeps tags by ARN: a user with another path or name loses them, and the next plan adds them again."""
    from moto.iam.models import IAMBackend

    plain_update = IAMBackend.update_user

    def update_user(self, user_name: str, new_path: str | None = None, new_user_name: str | None = None) -> None:
        user = self.get_user(user_name)
        before = user.arn
        plain_update(self, user_name, new_path, new_user_name)
        if user.arn != before:
            self.tagger.copy_tags(before, user.arn)
            self.tagger.delete_all_tags_for_resource(before)

    IAMBackend.update_user = update_user


def role_update() -> None:
    """moto forgets what UpdateRole does not name: with another session length, a role loses its description."""
    from moto.core.responses import EmptyResult
    from moto.iam.responses import IamResponse

    def update_role(self):
        role = self.backend.get_role(self._get_param("RoleName"))
        seconds = self._get_param("MaxSessionDuration", role.max_session_duration)
        self.backend.update_role(role.name, self._get_param("Description", role.description), seconds)
        return EmptyResult()

    IamResponse.update_role = update_role
