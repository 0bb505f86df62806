"""AWS Budgets: the tags, updates, notifications and subscribers that moto lacks."""

import json
import re

from moto.budgets import urls
from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse


def same_notification(one: dict, other: dict) -> bool:
    """A notification has no id: AWS identifies it by these four values. 80 equals 80.0; the default type is a percentage."""

    def identity(details: dict) -> tuple:
        kind = details.get("ThresholdType", "PERCENTAGE")
        return details["NotificationType"], details["ComparisonOperator"], float(details["Threshold"]), kind

    return identity(one) == identity(other)


class PatchedBudgetsResponse(BudgetsResponse):
    def create_budget(self) -> str:
        super().create_budget()
        budget = self.named_budget(self._get_param("Budget")["BudgetName"])
        budget.tags = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
        return json.dumps({})

    def update_budget(self) -> str:
        new = self._get_param("NewBudget")
        # moto's constructor validates the budget and sets the defaults that AWS sets.
        self.named_budget(new["BudgetName"]).budget = Budget(new, []).budget
        return json.dumps({})

    def create_notification(self) -> str:
        budget, details = self.named_budget(), self._get_param("Notification")
        if any(same_notification(each.details, details) for each in budget.notifications):
            raise DuplicateRecordException(record_type="notification", record_name=str(details))
        budget.add_notification(details, self._get_param("Subscribers"))
        return json.dumps({})

    def describe_notifications_for_budget(self) -> str:
        return json.dumps({"Notifications": list(self.named_budget().get_notifications())})

    def update_notification(self) -> str:
        self.named_notification("OldNotification").details = self._get_param("NewNotification")
        return json.dumps({})

    def delete_notification(self) -> str:
        self.named_budget().notifications.remove(self.named_notification())
        return json.dumps({})

    def describe_subscribers_for_notification(self) -> str:
        return json.dumps({"Subscribers": self.named_notification().subscribers})

    def create_subscriber(self) -> str:
        notification, subscriber = self.named_notification(), self._get_param("Subscriber")
        if subscriber in notification.subscribers:
            raise DuplicateRecordException(record_type="subscriber", record_name=subscriber["Address"])
        notification.subscribers.append(subscriber)
        return json.dumps({})

    def update_subscriber(self) -> str:
        subscribers = self.named_notification().subscribers
        subscribers[self.position_of(subscribers, "OldSubscriber")] = self._get_param("NewSubscriber")
        return json.dumps({})

    def delete_subscriber(self) -> str:
        subscribers = self.named_notification().subscribers
        subscribers.pop(self.position_of(subscribers, "Subscriber"))
        return json.dumps({})

    def list_tags_for_resource(self) -> str:
        tags = self.budget_of_arn().tags
        return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})

    def tag_resource(self) -> str:
        self.budget_of_arn().tags.update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
        return json.dumps({})

    def untag_resource(self) -> str:
        tags = self.budget_of_arn().tags
        for key in self._get_param("ResourceTagKeys"):
            tags.pop(key, None)
        return json.dumps({})

    def named_budget(self, name: str | None = None) -> Budget:
        account_id, name = self._get_param("AccountId"), name or self._get_param("BudgetName")
        budget = self.backend.budgets[account_id].get(name)
        if budget is None:
            raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
        return budget

    def named_notification(self, parameter: str = "Notification") -> Notification:
        details = self._get_param(parameter)
        for notification in self.named_budget().notifications:
            if same_notification(notification.details, details):
                return notification
        raise NotFoundException(f"Unable to get notification: {details} - the notification doesn't exist.")

    def position_of(self, subscribers: list[dict], parameter: str) -> int:
        subscriber = self._get_param(parameter)
        if subscriber not in subscribers:
            raise NotFoundException(f"Unable to get subscriber: {subscriber} - the subscriber doesn't exist.")
        return subscribers.index(subscriber)

    def budget_of_arn(self) -> Budget:
        arn = self._get_param("ResourceARN")
        match = re.fullmatch(r"arn:[^:]+:budgets::([^:]+):budget/(.+)", arn)
        budget = self.backend.budgets[match[1]].get(match[2]) if match else None
        if budget is None:
            raise NotFoundException(f"Unable to get resource: {arn} - the budget doesn't exist.")
        return budget


def register() -> None:
    urls.url_paths["{0}/$"] = PatchedBudgetsResponse.dispatch
