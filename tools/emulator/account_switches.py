"""EC2: what AWS keeps for each region of an account and moto lacks: public snapshots and images, defaults of the instance metadata service."""

STATES = {"snapshot": "State", "image": "ImageBlockPublicAccessState"}
DEFAULTS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")


def register() -> None:
    from moto.core.responses import ActionResult
    from moto.ec2.responses import EC2Response

    def switches(response: EC2Response) -> dict:
        return response.ec2_backend.__dict__.setdefault("account_switches", {})

    def add_block(kind: str, name: str) -> None:
        def enable(self):
            switches(self)[kind] = self._get_param(name)
            return ActionResult({name: switches(self)[kind]})

        def disable(self):
            switches(self).pop(kind, None)
            return ActionResult({name: "unblocked"})

        def get(self):
            return ActionResult({name: switches(self).get(kind, "unblocked"), "ManagedBy": "account"})

        setattr(EC2Response, f"enable_{kind}_block_public_access", enable)
        setattr(EC2Response, f"disable_{kind}_block_public_access", disable)
        setattr(EC2Response, f"get_{kind}_block_public_access_state", get)

    def modify_instance_metadata_defaults(self):
        # "no-preference", and a hop limit of -1, remove a default.
        asked_for = {name: self._get_param(name) for name in DEFAULTS}
        kept = switches(self).setdefault("metadata", {})
        kept.update({name: value for name, value in asked_for.items() if value is not None})
        for name in [name for name, value in kept.items() if value in ("no-preference", "-1", -1)]:
            del kept[name]
        return ActionResult({"Return": True})

    def get_instance_metadata_defaults(self):
        return ActionResult({"AccountLevel": {**switches(self).get("metadata", {}), "ManagedBy": "account"}})

    for kind, name in STATES.items():
        add_block(kind, name)
    EC2Response.modify_instance_metadata_defaults = modify_instance_metadata_defaults
    EC2Response.get_instance_metadata_defaults = get_instance_metadata_defaults
