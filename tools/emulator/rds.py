"""RDS: patches of parameter and subnet groups, monitoring, resource ids and certificate authorities.

moto is imported inside the functions: listing the patches does not need it.
"""


def db_parameter_group() -> None:
    """moto does not return which parameters a user set (`Source`), so Terraform sets them again; it cannot reset any."""
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
    """moto drops enhanced monitoring and Performance Insights of a new instance, and Performance Insights of every change."""
    from moto.rds.models import DBInstance

    plain_init, plain_update = DBInstance.__init__, DBInstance.update
    kept = ("monitoring_interval", "monitoring_role_arn", "performance_insights_kms_key_id", "performance_insights_retention_period")

    def keep(instance: DBInstance, asked_for: dict) -> None:
        for name in kept:
            if asked_for.get(name) is not None:
                setattr(instance, name, asked_for[name])
        # The request calls it EnableX, the answer XEnabled; a restore uses the answer's name.
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
    """
    moto gives every instance the same resource id, and a replica that of its source. The provider looks instances up by it,
    and confuses two instances.
    """
    from uuid import uuid4

    from moto.rds.models import DBInstance

    plain_init, plain_replica = DBInstance.__init__, DBInstance.set_as_replica

    def with_own_id(self):
        self.dbi_resource_id = f"db-{uuid4().hex[:26].upper()}"

    def init(self, *arguments, **asked_for):
        plain_init(self, *arguments, **asked_for)
        with_own_id(self)

    def set_as_replica(self):
        plain_replica(self)
        with_own_id(self)

    DBInstance.__init__, DBInstance.set_as_replica = init, set_as_replica


def db_instance_certificate() -> None:
    """moto's default authority is `rds-ca-default`, which AWS never had: the provider modifies the instance and waits 80 s more."""
    from moto.rds.models import DBInstance

    plain_init = DBInstance.__init__

    def init(self, *arguments, **asked_for):
        if not asked_for.get("ca_certificate_identifier"):
            asked_for["ca_certificate_identifier"] = "rds-ca-rsa2048-g1"
        plain_init(self, *arguments, **asked_for)

    DBInstance.__init__ = init


def db_subnet_group_kept() -> None:
    """moto deletes a subnet group that is modified."""
    from moto.rds.models import RDSBackend

    plain_modify = RDSBackend.modify_db_subnet_group

    def modify_db_subnet_group(self, subnet_name, description, subnets):
        self.subnet_groups[subnet_name] = plain_modify(self, subnet_name, description, subnets)
        return self.subnet_groups[subnet_name]

    RDSBackend.modify_db_subnet_group = modify_db_subnet_group
