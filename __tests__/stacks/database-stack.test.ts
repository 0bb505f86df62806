import type { Estate } from "../../config/model";
import { awkward, example, found, smallWith } from "../support/estates";
import { keepingEverything } from "../support/kept-estate";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const uncommon = synthesize(awkward());

test("the database is in its network's private subnets, read from the network's state", () => {
  const database = shipped.stack("dev-database");
  const network = shipped.stack("dev-network");
  const outputs = network.json.output ?? {};
  const subnetIds = database.at("database/subnets")["subnet_ids"] as string[];
  const read = subnetIds.map((reference) => {
    const [, output = ""] = /\.outputs\.([^}]+)\}$/.exec(reference) ?? [];
    return outputs[output]?.value;
  });
  expect(read).toEqual(["a", "b"].map((zone) => network.reference(`network/private/eu-west-1${zone}/subnet`)));
});

test("reads only the network's state, from the network's backend", () => {
  for (const stack of [...shipped.stacks, ...uncommon.stacks].filter(({ id }) => id.endsWith("-database"))) {
    const from = shipped.stacks.includes(stack) ? shipped : uncommon;
    const network = from.stack(stack.id.replace(/database$/, "network"));
    const location = { ...network.backend };
    // An override, which cdktf does not copy: readers need no lock.
    delete location["use_lockfile"];
    expect(stack.remoteStates).toMatchObject([{ backend: "s3", config: location }]);
  }
});

test("reads it as the account's access role, if there is one", () => {
  expect(uncommon.stack("beta-database").remoteStates).toMatchObject([
    {
      config: {
        assume_role: { role_arn: "arn:aws:iam::200000000002:role/deploy" },
        allowed_account_ids: ["200000000002"],
      },
    },
  ]);
  expect(shipped.stack("dev-database").remoteStates[0]?.["config"]).not.toHaveProperty("assume_role");
});

test("belongs to the default group of its environment, unless it opts out", () => {
  const groupsOf = (from: typeof shipped, environment: string) => {
    const ids = from.stack(`${environment}-database`).one("aws_db_instance")["vpc_security_group_ids"] as unknown[];
    return ids.map((id) => behind(id, from, `${environment}-network`));
  };
  const { address } = shipped.stack("dev-network").resourceAt("security-group/default/group");
  const own = shipped.stack("dev-database").resourceAt("database/security-group").address;
  expect(groupsOf(shipped, "dev")).toEqual([`\${${own}.id}`, `\${${address}.id}`]);
  const out = smallWith((file) => (found(file.environments, "ci").database = { defaultSecurityGroup: false }));
  expect(groupsOf(synthesize(out), "ci")).toEqual([`\${${own}.id}`]);
});

test("outputs its endpoint, its password's secret and its security group", () => {
  const stack = shipped.stack("dev-database");
  const { address } = stack.resourceAt("database/instance");
  expect(stack.outputs).toEqual({
    endpoint: { value: `\${${address}.endpoint}`, description: "Where the database listens, host:port" },
    "secret-arn": {
      value: `\${one(${address}.master_user_secret[*].secret_arn)}`,
      description: "The secret in which RDS keeps the master password",
    },
    "security-group-id": {
      value: stack.reference("database/security-group"),
      description: "The security group that decides who may connect",
    },
  });
});

test("has the environment's name and settings", () => {
  expect(shipped.stack("dev-database").one("aws_db_instance")).toMatchObject({
    identifier: "dev-irl-galileo-database",
    instance_class: "db.t4g.micro",
    deletion_protection: false,
  });
  expect(shipped.stack("prod-database").one("aws_db_instance")).toMatchObject({
    identifier: "prod-irl-galileo-database",
    deletion_protection: true,
    backup_retention_period: 14,
    kms_key_id: expect.stringContaining("aws_kms_key.") as string,
    lifecycle: { prevent_destroy: true },
  });
  expect(uncommon.stack("alpha-database").one("aws_db_instance")).toMatchObject({
    engine_version: "16",
    instance_class: "db.r6g.large",
    allocated_storage: 400,
  });
});

/** The other stack's value that an output reference resolves to. Returns other values unchanged. */
function behind(reference: unknown, from: typeof shipped, network: string): unknown {
  const [, output] = /\.outputs\.([^}]+)\}$/.exec(String(reference)) ?? [];
  return output ? from.stack(network).json.output?.[output]?.value : reference;
}

test("the database allows the environment's sources: networks, groups by id, and groups by name", () => {
  const rules = (stack: string) =>
    uncommon.stack(stack).at("database/security-group")["ingress"] as {
      cidr_blocks: string[];
      security_groups: string[];
    }[];
  const named =
    found(Object.fromEntries(awkward().environments.map((each) => [each.name, each])), "alpha").database
      ?.allowedSecurityGroups ?? [];
  const group = (name: string) =>
    `\${${uncommon.stack("alpha-network").resourceAt(`security-group/${name}/group`).address}.id}`;
  expect(named).not.toHaveLength(0);
  const admitted = rules("alpha-database").flatMap(({ cidr_blocks: networks, security_groups: groups }) => [
    ...networks,
    ...groups.map((each) => behind(each, uncommon, "alpha-network")),
  ]);
  expect(admitted.sort()).toEqual(
    ["172.16.128.0/18", "192.0.2.4/32", "sg-0a1b2c3d4e5f60718", ...named.map(group)].sort(),
  );
  expect(rules("beta-database")).toEqual([]);
});

test("a security group that the network does not have is an error, not an empty id", () => {
  const withGroups = (groups: readonly string[]): Estate => {
    const estate = smallWith(() => undefined);
    return {
      ...estate,
      environments: estate.environments.map((environment) => ({
        ...environment,
        databases: environment.databases.map((database) => ({ ...database, allowedSecurityGroups: [...groups] })),
      })),
    };
  };
  expect(() => synthesize(withGroups(["default"]))).not.toThrow();
  expect(() => synthesize(withGroups(["missing"]))).toThrow(
    /^ci-network: security group must be one of .*default.*, got "missing"$/,
  );
});

describe("a further database", () => {
  const stack = uncommon.stack("alpha-database-reports");

  test("has a state, names and settings of its own", () => {
    expect(stack.backend["key"]).toBe("alpha/database-reports.tfstate");
    const { identifier, engine_version: version } = stack.one("aws_db_instance");
    expect([identifier, version]).toEqual(["alpha-akl-raas-2-database-reports", "18"]);
    expect(stack.one("aws_security_group")["name"]).toBe(identifier);
  });

  test("is in the subnets of its tier", () => {
    const [id] = stack.one("aws_db_subnet_group")["subnet_ids"] as unknown[];
    const subnet = uncommon.stack("alpha-network").resourceAt("network/tier/data/ap-southeast-6a/subnet").address;
    expect(behind(id, uncommon, "alpha-network")).toBe(`\${${subnet}.id}`);
  });
});

test("outputs where its replica listens", () => {
  const kept = synthesize(keepingEverything()).stack("ci-database");
  const { address } = kept.resourceAt("database/replica/instance");
  expect(kept.outputs["replica-endpoint"]).toMatchObject({ value: `\${${address}.endpoint}` });
});
