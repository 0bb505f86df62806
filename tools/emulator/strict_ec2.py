"""EC2: networks in use, which AWS does not delete.

API pages are those of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/. The provider repeats these deletions
for as long as its time limit allows (20 minutes for a subnet, 15 for a security group). moto makes no network
interfaces for a database, so its subnets and groups are read from RDS. moto is imported inside the functions.
"""

from refusals import check_before, refuse


def databases_of(backend) -> list:
    """The database instances of the account and region of an EC2 backend."""
    from moto.rds.models import rds_backends

    return list(rds_backends[backend.account_id][backend.region_name].databases.values())


def refuse_dependency(what: str) -> None:
    refuse("DependencyViolation", f"{what} has dependencies and cannot be deleted.")


def subnet_in_use() -> None:
    """A subnet with network interfaces of instances, gateways, endpoints or databases is not deleted.

    Source: EC2 DeleteSubnet

    RDS places an instance in any subnet of its group: all of them count.
    """
    from moto.ec2.models import EC2Backend

    def check(backend, call) -> None:
        used = any(each.subnet.id == call.subnet_id for each in backend.enis.values())
        groups = [getattr(each, "db_subnet_group", None) for each in databases_of(backend)]
        if used or any(subnet["SubnetIdentifier"] == call.subnet_id for group in groups if group for subnet in group.subnets):
            refuse_dependency(f"The subnet '{call.subnet_id}'")

    check_before(EC2Backend, "delete_subnet", check)


def security_group_in_use() -> None:
    """A security group of an interface or a database, or one that a rule of another group names, is not deleted.

    Source: EC2 DeleteSecurityGroup
    """
    from moto.ec2.models import EC2Backend

    def names(group, group_id: str) -> bool:
        rules = [*group.ingress_rules, *group.egress_rules]
        return group.id != group_id and any((rule.source_group or {}).get("GroupId") == group_id for rule in rules)

    def check(backend, call) -> None:
        group = backend.get_security_group_by_name_or_id(call.group_id or call.name)
        if group is None:
            return
        used = any(group.id in [each.id for each in interface.group_set] for interface in backend.enis.values())
        used = used or any(group.id in each.vpc_security_group_ids for each in databases_of(backend))
        if used or any(names(each, group.id) for groups in backend.groups.values() for each in groups.values()):
            refuse("DependencyViolation", f"resource {group.id} has a dependent object")

    check_before(EC2Backend, "delete_security_group", check)


def vpc_in_use() -> None:
    """A VPC with an internet gateway, security group, network ACL or interface of its own is not deleted.

    Source: EC2 DeleteVpc
    """
    from moto.ec2.models import EC2Backend

    def check(backend, call) -> None:
        gateways = any(each.vpc and each.vpc.id == call.vpc_id for each in backend.internet_gateways.values())
        groups = any(each.name != "default" for each in backend.groups.get(call.vpc_id, {}).values())
        lists = any(each.vpc_id == call.vpc_id and not each.default for each in backend.network_acls.values())
        interfaces = any(each.subnet.vpc_id == call.vpc_id for each in backend.enis.values())
        if gateways or groups or lists or interfaces:
            refuse_dependency(f"The vpc '{call.vpc_id}'")

    check_before(EC2Backend, "delete_vpc", check)
