"""RDS: what AWS refuses or postpones, and moto carries out at once.

API pages are those of https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/, numbers are issues of
hashicorp/terraform-provider-aws. moto is imported inside the functions: listing the patches does not need it.
"""

import re
from datetime import datetime, timedelta

from refusals import check_before, refuse

# What waits for the maintenance window, by the argument of ModifyDBInstance, and its name in PendingModifiedValues.
POSTPONED = {
    "db_instance_class": "DBInstanceClass",
    "allocated_storage": "AllocatedStorage",
    "engine_version": "EngineVersion",
    "multi_az": "MultiAZ",
    "storage_type": "StorageType",
    "iops": "Iops",
    "storage_throughput": "StorageThroughput",
    "backup_retention_period": "BackupRetentionPeriod",
}

# PostgreSQL's reserved words (its manual, SQL Key Words), and what RDS reserves (aws-cloudformation/cfn-lint#4425).
RESERVED_USERS = frozenset(
    (
        "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column "
        "concurrently constraint create cross current_catalog current_date current_role current_schema current_time "
        "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from "
        "full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime "
        "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right "
        "select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using "
        "variadic verbose when where window with admin none public rdsadmin rdsrepladmin"
    ).split()
)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def family_of(version: str) -> str:
    """The family of PostgreSQL's parameter groups: postgres17, and before version 10 postgres9.6."""
    major = numbers(version)
    return f"postgres{major[0]}" if major[0] >= 10 else f"postgres{major[0]}.{major[1] if len(major) > 1 else 0}"


def family_in(backend, group: str) -> str | None:
    if group.startswith("default."):
        return group.removeprefix("default.")
    known = backend.db_parameter_groups.get(group.lower())
    return known and known.family


def db_pending_changes() -> None:
    """Without ApplyImmediately, a change of class, storage, engine version or Multi-AZ is pending until a call with it.

    Source: RDS ModifyDBInstance, terraform-provider-aws#15571

    They are in PendingModifiedValues until a call with ApplyImmediately, which applies them too. A parameter group is
    associated at once, except one of the version that waits, which the present engine cannot use. The maintenance window
    never comes in the emulator.
    """
    from moto.rds.models import DBInstance, RDSBackend

    plain_modify = RDSBackend.modify_db_instance

    def modify_db_instance(self, db_instance_identifier, db_kwargs):
        database = self.describe_db_instances(db_instance_identifier)[0]
        pending, waiting = dict(database.pending_modified_values), dict(database.waiting)
        if db_kwargs.get("apply_immediately"):
            for name, value in waiting.items():
                db_kwargs.setdefault(name, value)
            pending, waiting = {}, {}
        else:
            for name in [each for each in POSTPONED if each in db_kwargs and waits(database, each, db_kwargs[each])]:
                waiting[name] = pending[POSTPONED[name]] = db_kwargs.pop(name)
            group = db_kwargs.get("db_parameter_group_name")
            if group and family_in(self, group) == family_of(waiting.get("engine_version", "0")):
                waiting["db_parameter_group_name"] = db_kwargs.pop("db_parameter_group_name")
        database.pending_modified_values, database.waiting = pending, waiting
        return plain_modify(self, db_instance_identifier, db_kwargs)

    def waits(database, name, value) -> bool:
        current = getattr(database, name, None)
        if name == "backup_retention_period":  # only turning backups on or off needs an outage
            return bool(current) != bool(value)
        return value is not None and str(current) != str(value)

    DBInstance.pending_modified_values, DBInstance.waiting = {}, {}
    RDSBackend.modify_db_instance = modify_db_instance


def db_engine_version() -> None:
    """A major version needs AllowMajorVersionUpgrade and, in place of a custom parameter group, one of the new family. No version goes back.

    Source: RDS ModifyDBInstance, terraform-provider-aws#13389
    """
    from moto.rds.models import RDSBackend

    def check(backend, call) -> None:
        asked_for = call.db_kwargs
        database = backend.describe_db_instances(call.db_instance_identifier)[0]
        if database.engine != "postgres" or not asked_for.get("engine_version"):
            return
        current, new = numbers(database.engine_version), numbers(asked_for["engine_version"])
        both = min(len(current), len(new))
        if new[:both] < current[:both]:
            refuse("InvalidParameterCombination", f"Cannot upgrade postgres from {database.engine_version} to {asked_for['engine_version']}")
        if new[0] == current[0]:
            return
        if not asked_for.get("allow_major_version_upgrade"):
            refuse("InvalidParameterCombination", "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
        group = database.db_parameter_group_name or "default."
        if not group.startswith("default.") and not asked_for.get("db_parameter_group_name"):
            explicitly = "You need to explicitly specify a new Parameter Group in this case (default or custom)"
            refuse("InvalidParameterCombination", f"Current Parameter Group ({group}) is non-default. {explicitly}")

    check_before(RDSBackend, "modify_db_instance", check)


def db_parameter_group_family() -> None:
    """A parameter group must be of the family of the instance's major version.

    Source: RDS user guide, USER_WorkingWithParamGroups
    """
    from moto.rds.models import RDSBackend

    def check(backend, call) -> None:
        asked_for, version = call.db_kwargs, call.db_kwargs.get("engine_version")
        if hasattr(call, "db_instance_identifier"):
            database = backend.describe_db_instances(call.db_instance_identifier)[0]
            engine, version = database.engine, version or database.engine_version
        else:
            engine = asked_for.get("engine")
        group = asked_for.get("db_parameter_group_name")
        family = group and family_in(backend, group)
        if engine == "postgres" and version and family and family != family_of(version):
            text = f"The Parameter Group {group} with DBParameterGroupFamily {family} cannot be used for this instance."
            refuse("InvalidParameterCombination", f"{text} Please use a Parameter Group with DBParameterGroupFamily {family_of(version)}")

    check_before(RDSBackend, "create_db_instance modify_db_instance", check)


def db_storage() -> None:
    """Storage cannot shrink, and cannot change again within six hours.

    Source: RDS user guide, USER_PIOPS.StorageTypes
    """
    from moto.rds.models import DBInstance, RDSBackend

    plain_update = DBInstance.update

    def check(backend, call) -> None:
        database = backend.describe_db_instances(call.db_instance_identifier)[0]
        size = call.db_kwargs.get("allocated_storage")
        if size is None or int(size) == int(database.allocated_storage):
            return
        if int(size) < int(database.allocated_storage):
            less = f"Requested storage size ({size}) cannot be less than the current storage size ({database.allocated_storage})."
            refuse("InvalidParameterCombination", less)
        if datetime.now() - getattr(database, "storage_changed_at", datetime.min) < timedelta(hours=6):
            optimized = "because the previous storage change is being optimized."
            refuse("InvalidParameterCombination", f"You can't currently modify the storage of this DB instance {optimized}")

    def update(self, *arguments, **asked_for):
        before = self.allocated_storage
        plain_update(self, *arguments, **asked_for)
        if self.allocated_storage != before:
            self.storage_changed_at = datetime.now()

    check_before(RDSBackend, "modify_db_instance", check)
    DBInstance.update = update


def db_groups_in_use() -> None:
    """A parameter group or subnet group that an instance uses is not deleted.

    Source: RDS DeleteDBParameterGroup, DeleteDBSubnetGroup, terraform-provider-aws#6448

    The provider repeats the deletion of a parameter group for three minutes.
    """
    from moto.rds.models import RDSBackend

    def parameter_group(backend, call) -> None:
        name = call.db_parameter_group_name
        if name.startswith("default."):
            refuse("InvalidDBParameterGroupState", f"Default DBParameterGroup cannot be deleted: {name}")
        if any(name in (each.db_parameter_group_name, getattr(each, "waiting", {}).get("db_parameter_group_name")) for each in backend.databases.values()):
            members = "One or more database instances are still members of this parameter group"
            refuse("InvalidDBParameterGroupState", f"{members} {name}, so the group cannot be deleted")

    def subnet_group(backend, call) -> None:
        for instance in backend.databases.values():
            if getattr(instance, "_db_subnet_group_name", None) == call.subnet_name:
                used = f"because at least one database instance: {instance.db_instance_identifier} is still using it."
                refuse("InvalidDBSubnetGroupStateFault", f"Cannot delete the subnet group '{call.subnet_name}' {used}")

    check_before(RDSBackend, "delete_db_parameter_group", parameter_group)
    check_before(RDSBackend, "delete_subnet_group", subnet_group)


def db_subnet_group_change() -> None:
    """An instance cannot move to another subnet group of its VPC.

    Source: RDS ModifyDBInstance
    """
    from moto.rds.models import RDSBackend

    def check(backend, call) -> None:
        database = backend.describe_db_instances(call.db_instance_identifier)[0]
        name, current = call.db_kwargs.get("db_subnet_group_name"), getattr(database, "db_subnet_group", None)
        if not name or current is None or name == current.name:
            return
        if backend.describe_db_subnet_groups(name)[0].vpc_id == current.vpc_id:
            same = "The specified DB subnet group and DB instance are in the same VPC. Choose a DB subnet group in different VPC"
            move = f"You cannot move DB instance {call.db_instance_identifier} to subnet group {name}."
            refuse("InvalidVPCNetworkStateFault", f"{move} {same} than the specified DB instance and try again.")

    check_before(RDSBackend, "modify_db_instance", check)


def db_master_user_name() -> None:
    """The master user of PostgreSQL must not be a reserved word.

    Source: RDS CreateDBInstance, cfn-lint#4425
    """
    from moto.rds.models import RDSBackend

    def check(_backend, call) -> None:
        name = call.db_kwargs.get("master_username")
        if call.db_kwargs.get("engine") != "postgres" or name is None:
            return
        if name.lower() in RESERVED_USERS or name.lower().startswith(("pg_", "rds_")):
            refuse("InvalidParameterValue", f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name):
            refuse("InvalidParameterValue", f"The parameter MasterUsername is not a valid identifier: {name}")

    check_before(RDSBackend, "create_db_instance", check)
