"""Identity store: the store of the visible instance, and what moto lacks of groups and their members."""

import json

from identity_center import owner_of
from moto.identitystore.exceptions import ConflictException, ResourceNotFoundException
from moto.identitystore.models import IdentityStoreBackend, IdentityStoreData, identitystore_backends
from moto.identitystore.responses import IdentityStoreResponse
from moto.ssoadmin.models import ssoadmin_backends

ATTRIBUTES = {"displayname": "DisplayName", "description": "Description"}


def missing(kind: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(message=f"{kind} not found.", resource_type=kind)


def store_of(response: IdentityStoreResponse) -> IdentityStoreData:
    return response.identitystore_backend.identity_stores.setdefault(response._get_param("IdentityStoreId"), IdentityStoreData())


def membership_of(response: IdentityStoreResponse, is_one) -> dict:
    found = next((each for each in store_of(response).group_memberships.values() if is_one(each)), None)
    if found is None:
        raise missing("GROUP_MEMBERSHIP")
    return found


def describe_group_membership(self):
    asked_for = self._get_param("MembershipId")
    return json.dumps(membership_of(self, lambda each: each["MembershipId"] == asked_for))


def get_group_membership_id(self):
    group, member = self._get_param("GroupId"), self._get_param("MemberId")
    found = membership_of(self, lambda each: each["GroupId"] == group and each["MemberId"] == member)
    return json.dumps({name: found[name] for name in ("MembershipId", "IdentityStoreId")})


def update_group(self):
    groups, group = store_of(self).groups, self._get_param("GroupId")
    if group not in groups:
        raise missing("GROUP")
    changes = {ATTRIBUTES[each["AttributePath"].lower()]: each.get("AttributeValue") for each in self._get_param("Operations")}
    if any(other.DisplayName == changes.get("DisplayName") for name, other in groups.items() if name != group):
        raise ConflictException(message="Duplicate GroupDisplayName", reason="UNIQUENESS_CONSTRAINT_VIOLATION")
    groups[group] = groups[group]._replace(**changes)
    return "{}"


def register() -> None:
    plain_create = IdentityStoreBackend.create_group_membership
    plain_delete_group, plain_delete_user = IdentityStoreBackend.delete_group, IdentityStoreBackend.delete_user

    def backend(self) -> IdentityStoreBackend:
        owner, store = owner_of(self.current_account), self._get_param("IdentityStoreId")
        if all(each.identity_store_id != store for each in ssoadmin_backends[owner][self.region].instances):
            raise missing("IDENTITY_STORE")
        return identitystore_backends[owner][self.region]

    def memberships(self, store: str) -> dict:
        return self.identity_stores[store].group_memberships if store in self.identity_stores else {}

    def create_group_membership(self, identity_store_id, group_id, member_id):
        for each in memberships(self, identity_store_id).values():
            if each["GroupId"] == group_id and each["MemberId"] == member_id:
                raise ConflictException(message="Duplicate membership", reason="UNIQUENESS_CONSTRAINT_VIOLATION")
        return plain_create(self, identity_store_id, group_id, member_id)

    def forget(self, store: str, is_gone) -> None:
        found = memberships(self, store)
        for name in [name for name, each in found.items() if is_gone(each)]:
            del found[name]

    def delete_group(self, identity_store_id, group_id):
        plain_delete_group(self, identity_store_id, group_id)
        forget(self, identity_store_id, lambda each: each["GroupId"] == group_id)

    def delete_user(self, identity_store_id, user_id):
        plain_delete_user(self, identity_store_id, user_id)
        forget(self, identity_store_id, lambda each: each["MemberId"] == {"UserId": user_id})

    IdentityStoreResponse.identitystore_backend = property(backend)
    IdentityStoreBackend.create_group_membership = create_group_membership
    IdentityStoreBackend.delete_group, IdentityStoreBackend.delete_user = delete_group, delete_user
    for operation in (describe_group_membership, get_group_membership_id, update_group):
        setattr(IdentityStoreResponse, operation.__name__, operation)
