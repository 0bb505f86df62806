import fc from "fast-check";
import { overlaps } from "../../../config/cidr";
import { applicationRoleArns } from "../../../config/resolve/environment";
import {
  estateOf,
  named,
  NO_MASTER,
  PRIVATE_SUBNETS,
  problemsWith,
  PROD,
  PUBLIC_SUBNETS,
  type Changes,
} from "../estate-fixture";

const environment = (changes: Changes = {}, name = "dev") => named(estateOf(changes).environments, name);

describe("environments", () => {
  test("are in promotion order, by default the order of the file", () => {
    const names = (changes: Changes) => estateOf(changes).environments.map(({ name }) => name);
    expect(names(PROD)).toEqual(["dev", "prod"]);
    expect(names({ ...PROD, promotionOrder: ["prod", "dev"] })).toEqual(["prod", "dev"]);
  });

  test("may share an account, each with its own namespace", () => {
    const { environments } = estateOf({ ...PROD, "environments.prod.account": "dev" });
    expect(environments.map((one) => one.account.id)).toEqual(["222222222222", "222222222222"]);
    expect(environments.map((one) => one.namespace)).toEqual(["dev-irl-demo", "prod-irl-demo"]);
  });

  test("may run in the master account", () => {
    const dev = environment({ "environments.dev.account": "master" });
    expect(dev.account).toBe(dev.master);
  });

  test("have no master account in an estate without one", () => {
    expect(environment(NO_MASTER).master).toBeUndefined();
  });

  test("may have no database and no members", () => {
    expect(environment()).toMatchObject({ database: undefined, members: [] });
  });

  test("may each have their own region, with its zones", () => {
    const prod = environment({ ...PROD, "environments.prod.region": "us-west-2" }, "prod");
    expect(prod).toMatchObject({ region: "us-west-2", namespace: "prod-or-demo" });
    expect(prod.network.privateSubnets.map(({ zone }) => zone)).toEqual(["us-west-2a", "us-west-2b"]);
    expect(environment({ ...PROD, "environments.prod.region": "us-west-2" })).toMatchObject({
      region: "eu-west-1",
      namespace: "dev-irl-demo",
    });
  });

  test("take charge code and ExternalId from the file or the defaults", () => {
    expect(environment()).toMatchObject({ chargeCode: "demo-0001", externalId: "galileo", production: false });
    expect(environment({ "environments.dev.chargeCode": "demo-0002" }).chargeCode).toBe("demo-0002");
  });
});

describe("networks", () => {
  test("are laid out like the console's VPC wizard by default", () => {
    expect(environment().network).toEqual({
      cidrBlock: "10.0.0.0/20",
      mapPublicAddresses: false,
      endpoints: [],
      tiers: [],
      publicSubnets: PUBLIC_SUBNETS,
      privateSubnets: PRIVATE_SUBNETS,
      flowLogRetentionDays: undefined,
    });
  });

  test("keep every private address when the public tier is removed", () => {
    const { network } = environment({ "environments.dev.network.publicSubnets": false });
    expect(network.publicSubnets).toEqual([]);
    expect(network.privateSubnets).toEqual(environment().network.privateSubnets);
  });

  test.each([
    ["off outside production", {}, "dev", undefined],
    ["on in production", PROD, "prod", 30],
    [
      "on if the file turns them on",
      { "environments.dev.network.flowLogs": true, "environments.dev.network.flowLogRetentionDays": 90 },
      "dev",
      90,
    ],
    ["off if the file turns them off", { ...PROD, "environments.prod.network.flowLogs": false }, "prod", undefined],
  ])("have flow logs %s", (_what, changes, name, days) => {
    expect(environment(changes, name).network.flowLogRetentionDays).toBe(days);
  });
});

describe("applications", () => {
  test("keep old versions in their buckets unless the file sets when to delete them, or leaves the rules to others", () => {
    const lifecycle = (oldVersionDays?: unknown) =>
      environment({ "environments.dev.application.oldVersionDays": oldVersionDays }).application.buckets[0]?.lifecycle;
    expect(lifecycle()).toEqual({});
    expect(lifecycle(30)).toEqual({ oldVersionDays: 30 });
    expect(lifecycle(false)).toBeUndefined();
  });

  test("have the studydata bucket first, then the buckets of the file", () => {
    expect(environment({ "environments.dev.application.buckets": ["results"] }).application.buckets).toMatchObject([
      { name: "studydata", bucket: "222222222222-dev-irl-demo-studydata" },
      { name: "results", bucket: "222222222222-dev-irl-demo-results" },
    ]);
  });

  test("run as roles that the project creates", () => {
    const dev = environment();
    expect(dev.application.makesRoles).toBe(true);
    expect(applicationRoleArns(dev)).toEqual([
      "arn:aws:iam::222222222222:role/dev-irl-demo-ApiHandler",
      "arn:aws:iam::222222222222:role/dev-irl-demo-WorkflowLoopRunner",
    ]);
  });

  test("run as existing roles if the file names them", () => {
    const existingRoles = { apiHandler: "Api", workflowLoopRunner: "Loop" };
    const dev = environment({ "environments.dev.application.existingRoles": existingRoles });
    expect(dev.application.makesRoles).toBe(false);
    expect(applicationRoleArns(dev)).toEqual(["Api", "Loop"].map((name) => `arn:aws:iam::222222222222:role/${name}`));
  });
});

describe("members", () => {
  test("get a network with a subnet in the first zone if they were created", () => {
    const subnet = { zone: "eu-west-1a", cidrBlock: "10.0.0.0/20" };
    expect(environment({ "environments.dev.members.lab": { account: "lab" } }).members).toMatchObject([
      { name: "lab", network: { cidrBlock: "10.0.0.0/16", subnet, mapPublicAddresses: false } },
    ]);
  });

  test("keep their own network if they were invited", () => {
    const brought = { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" };
    const [member] = environment({
      "accounts.lab.membership": "invited",
      "environments.dev.members.lab": { account: "lab", ...brought },
    }).members;
    expect(member).toMatchObject({ brought });
    expect(member?.network).toBeUndefined();
  });
});

describe("security groups", () => {
  const groups = (changes: Changes = {}, name = "dev") => environment(changes, name).securityGroups;
  const web = (rest: object = {}) => ({ "environments.dev.securityGroups.web": { work: "application", ...rest } });
  const webOf = (rest: object = {}) => named(groups(web(rest)), "web");
  const rules = (...ingress: object[]) => webOf({ ingress }).ingress;

  test("consist of the default group without rules by default", () => {
    expect(groups()).toEqual([
      {
        name: "default",
        groupName: "dev-irl-demo-default",
        description: "Attached unless opted out of in dev-irl-demo",
        chargeCodes: ["demo-0001"],
        ingress: [],
        egress: [],
      },
    ]);
  });

  test("have the default group first, wherever it is in the file", () => {
    const support = { description: "Support", chargeCode: "support-0001" };
    const changes = { ...web(), "environments.dev.securityGroups.default": support };
    expect(groups(web()).map(({ name }) => name)).toEqual(["default", "web"]);
    expect(groups(changes).map(({ name }) => name)).toEqual(["default", "web"]);
    const groupName = "dev-irl-demo-default";
    expect(groups(changes)[0]).toMatchObject({ description: "Support", chargeCodes: ["support-0001"], groupName });
  });

  test("are described and named after the environment", () => {
    expect(webOf()).toMatchObject({ description: "web in dev-irl-demo", groupName: "dev-irl-demo-web" });
    expect(webOf({ description: "Web servers" }).description).toBe("Web servers");
  });

  test("have one charge code: the environment's or their own", () => {
    const codes = (changes: Changes) => groups(changes).map(({ chargeCodes }) => chargeCodes);
    expect(codes(web())).toEqual([["demo-0001"], ["demo-0001"]]);
    const ofDev = { "environments.dev.chargeCode": "dev-0002" };
    expect(codes({ ...web(), ...ofDev })).toEqual([["dev-0002"], ["dev-0002"]]);
    expect(codes({ ...web({ chargeCode: "web-0003" }), ...ofDev })).toEqual([["dev-0002"], ["web-0003"]]);
  });

  test("have several charge codes if the file lists several", () => {
    const chargeCodes = ["web-0004", "web-0003"];
    expect(webOf({ chargeCodes }).chargeCodes).toEqual(chargeCodes);
  });

  test("have rules with ports from first to last", () => {
    expect(
      rules(
        { port: 443, group: "web" },
        { protocol: "udp", port: 1, toPort: 2, group: "web" },
        { port: 0, toPort: 0, group: "web" },
      ),
    ).toEqual([
      { protocol: "tcp", ports: { from: 443, to: 443 }, group: "web", description: "TCP 443 from web" },
      { protocol: "udp", ports: { from: 1, to: 2 }, group: "web", description: "UDP 1 to 2 from web" },
      { protocol: "tcp", ports: { from: 0, to: 0 }, group: "web", description: "TCP 0 from web" },
    ]);
  });

  test("have rules without ports for protocols without ports", () => {
    const from = { cidrBlock: "10.0.0.0/20" };
    expect(rules({ ...from, protocol: "icmp" }, { ...from, protocol: "all" })).toEqual([
      { ...from, protocol: "icmp", description: "ICMP from 10.0.0.0/20" },
      { ...from, protocol: "all", description: "everything from 10.0.0.0/20" },
    ]);
  });

  test("have rules in both directions, each with its own description", () => {
    const egress = [{ port: 443, cidrBlock: "0.0.0.0/0" }];
    expect(webOf({ egress })).toMatchObject({ ingress: [], egress: [{ description: "TCP 443 to 0.0.0.0/0" }] });
  });

  test("use the approval of a rule as its description", () => {
    const approval = "approved as CHG-1042: public web site";
    expect(rules({ port: 443, cidrBlock: "0.0.0.0/0", approval })).toEqual([
      { protocol: "tcp", ports: { from: 443, to: 443 }, cidrBlock: "0.0.0.0/0", description: approval },
    ]);
  });
});

test("the database has the default security group unless the file turns it off", () => {
  const database = (settings: object) => environment({ "environments.dev.database": settings }).database;
  expect(database({})).toMatchObject({ defaultSecurityGroup: true, allowedSecurityGroups: [] });
  expect(database({ defaultSecurityGroup: false })?.defaultSecurityGroup).toBe(false);
});

test("the deployment machine of an environment runs as a role of its namespace", () => {
  expect(environment().deploymentRole).toBe("dev-irl-demo-deployment");
});

describe("a subnet that exists stays where it is", () => {
  interface Step {
    readonly tiers: readonly { readonly prefixLength: number }[];
    readonly zones: number;
    readonly publicSubnets: boolean;
  }
  type Blocks = Readonly<Record<string, string>>;
  const tooSmall = "must be a size of which three subnets have room";

  /** The network of each subnet by tier and zone; undefined if the estate is refused because a tier has no room. */
  const subnetsOf = (network: object, { tiers, zones, publicSubnets }: Step): Blocks | undefined => {
    const settings = {
      ...{ ...network, publicSubnets, zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"].slice(0, zones) },
      tiers: Object.fromEntries(tiers.map((tier, index) => [`t${index}`, tier])),
    };
    const problems = problemsWith({ "environments.dev.network": settings });
    if (problems.length > 0) {
      expect(problems.filter((problem) => !problem.includes(tooSmall))).toEqual([]);
      return undefined;
    }
    const resolved = named(estateOf({ "environments.dev.network": settings }).environments, "dev").network;
    const all = [{ name: "private", subnets: resolved.privateSubnets }, ...resolved.tiers];
    const blocks = all.flatMap(({ name, subnets }) =>
      subnets.map(({ zone, cidrBlock }) => [`${name} ${zone}`, cidrBlock] as const),
    );
    const every = [...blocks.map(([, block]) => block), ...resolved.publicSubnets.map(({ cidrBlock }) => cidrBlock)];
    for (const [index, block] of every.entries())
      expect(every.slice(0, index).filter((other) => overlaps(other, block))).toEqual([]);
    return Object.fromEntries(blocks);
  };

  const tier = fc.record({ prefixLength: fc.integer({ min: 20, max: 28 }) });
  const step: fc.Arbitrary<Step> = fc.record({
    tiers: fc.array(tier, { maxLength: 4 }),
    zones: fc.integer({ min: 1, max: 3 }),
    publicSubnets: fc.boolean(),
  });
  const network = fc.constantFrom("10.0.0.0/16", "10.0.0.0/20", "10.0.0.0/23", "10.0.0.0/24").map((cidrBlock) => ({ cidrBlock })); // prettier-ignore

  test("when tiers are added or removed at the end, zones at the end, or the public subnets", () => {
    fc.assert(
      fc.property(network, step, step, (given, before, { tiers: added, ...now }) => {
        const tiers = [...before.tiers, ...added];
        const [one, other] = [subnetsOf(given, before), subnetsOf(given, { ...now, tiers })];
        const both = Object.keys(one ?? {}).filter((key) => other?.[key] !== undefined);
        expect(both.map((key) => other?.[key])).toEqual(both.map((key) => one?.[key]));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  test("when public subnets with networks of their own are turned off", () => {
    const given = { cidrBlock: "10.0.0.0/20", publicSubnetCidrBlocks: ["10.0.4.0/24", "10.0.5.0/24"] };
    const step = { tiers: [{ prefixLength: 24 }], zones: 2 };
    const [on, off] = [true, false].map((publicSubnets) => subnetsOf(given, { ...step, publicSubnets }));
    expect(on).toHaveProperty(["t0 eu-west-1a"]);
    expect(off).toEqual(on);
  });
});
