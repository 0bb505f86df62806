import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { found, smallWith } from "./estates";

type KeptInEnvironment = NonNullable<EstateFile["environments"][string]["existing"]>;

/** Every key of `existing` in an environment. */
export const KEPT_IN_CI: KeptInEnvironment = {
  database: {
    identifier: "studies",
    databaseName: false,
    masterUsername: "Dagster",
    encrypted: false,
    storageType: "gp2",
    publiclyAccessible: true,
    publicSubnets: true,
    subnetGroup: "default-vpc-0a1b2c3d4e5f60718",
    parameterGroup: { name: "studies-17", description: "Studies ${x}" },
    ownSecurityGroup: { name: "Studies", description: "Created from the RDS console" },
  },
};

let kept: Estate | undefined;

/** A small estate in which every resource that has an `existing` key keeps what it is. */
export function keepingEverything(): Estate {
  return (kept ??= smallWith((file) => {
    found(file.environments, "ci").existing = KEPT_IN_CI;
  }));
}
