"""AWS Organizations and Budgets: grammar and quotas of service control policies, and of a budget's notifications.

Pages are those of https://docs.aws.amazon.com/organizations/latest/ and
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/. moto itself refuses to delete a policy that is
attached and to close an account twice. moto is imported inside the functions.
"""

import json

from refusals import SERVICE_CONTROL, check_before, problem_of, refuse

# Doubled on 2026-05-15.
LONGEST_POLICY = 10240
MOST_POLICIES = 10

MOST_NOTIFICATIONS = 10
MOST_SUBSCRIBERS = {"EMAIL": 10, "SNS": 1}


def service_control_policy() -> None:
    """A service control policy follows IAM's grammar, names no principal, and has at most 10240 characters.

    Source: Organizations user guide, orgs_manage_policies_scps_syntax, orgs_reference_limits
    """
    from moto.organizations.models import OrganizationsBackend

    def check(backend, call) -> None:
        content, changed = call.kwargs.get("Content"), call.kwargs.get("PolicyId")
        kind = backend.get_policy_by_id(changed).type if changed else call.kwargs["Type"]
        if content is None or kind != "SERVICE_CONTROL_POLICY":
            return
        if problem_of(content, SERVICE_CONTROL) or json.loads(content).get("Version") != "2012-10-17":
            required = "The provided policy document does not meet the requirements of the specified policy type."
            refuse("MalformedPolicyDocumentException", required)
        if len(content) > LONGEST_POLICY:
            refuse("ConstraintViolationException", f"You have exceeded the maximum policy size: {LONGEST_POLICY}.")

    check_before(OrganizationsBackend, "create_policy update_policy", check)


def policy_attachments() -> None:
    """A root, unit or account has 1 to 10 different service control policies.

    Source: Organizations AttachPolicy, DetachPolicy, orgs_reference_limits
    """
    from moto.organizations.models import OrganizationsBackend

    def attached_to(backend, target: str) -> list:
        holder = next((each for each in [*backend.ou, *backend.accounts] if each.id == target), None)
        return [each for each in holder.attached_policies if each.type == "SERVICE_CONTROL_POLICY"] if holder else []

    def attach(backend, call) -> None:
        policy, attached = call.kwargs["PolicyId"], attached_to(backend, call.kwargs["TargetId"])
        if any(each.id == policy for each in attached):
            refuse("DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
        if len(attached) >= MOST_POLICIES and backend.get_policy_by_id(policy).type == "SERVICE_CONTROL_POLICY":
            refuse("ConstraintViolationException", "You have attached the maximum number of policies to the specified target.")

    def detach(backend, call) -> None:
        policy, attached = call.kwargs["PolicyId"], attached_to(backend, call.kwargs["TargetId"])
        if [each.id for each in attached] == [policy]:
            refuse("ConstraintViolationException", "You cannot remove the last policy attached to the specified target.")

    check_before(OrganizationsBackend, "attach_policy", attach)
    check_before(OrganizationsBackend, "detach_policy", detach)


def budget_limits() -> None:
    """A budget has at most 10 notifications, each with at least one subscriber, at most 10 e-mail addresses and one SNS topic.

    Source: Budgets Notification, CreateNotification
    """
    from budgets import PatchedBudgetsResponse
    from moto.budgets.models import Budget, BudgetsBackend

    def check(notifications: int, subscribers: list[dict]) -> None:
        if notifications > MOST_NOTIFICATIONS:
            refuse("CreationLimitExceededException", f"Unable to create notification - exceeded the limit of {MOST_NOTIFICATIONS} notifications.")
        if not subscribers:
            refuse("InvalidParameterException", "A notification must have at least one subscriber.")
        for kind, most in MOST_SUBSCRIBERS.items():
            if sum(each["SubscriptionType"] == kind for each in subscribers) > most:
                refuse("CreationLimitExceededException", f"Unable to create subscriber - exceeded the limit of {most} {kind} subscribers.")

    def create_budget(_backend, call) -> None:
        for each in call.notifications:
            check(len(call.notifications), each["Subscribers"])

    def create_subscriber(response, _call) -> None:
        check(1, [*response.named_notification().subscribers, response._get_param("Subscriber")])

    check_before(BudgetsBackend, "create_budget", create_budget)
    check_before(Budget, "add_notification", lambda budget, call: check(len(budget.notifications) + 1, call.subscribers))
    check_before(PatchedBudgetsResponse, "create_subscriber", create_subscriber)
