import { parseEstate } from "../../config/load";
import { applicationRoleArns, type Estate } from "../../config/model";
import { estateWith, PROD, type Changes } from "./estate-fixture";

const estateOf = (changes: Changes = {}): Estate => parseEstate(estateWith(changes), "test");

function found<T extends { name: string }>(items: readonly T[], name: string): T {
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw new Error(`there is no ${name}`);
  return item;
}

const environment = (changes: Changes = {}, name = "dev") => found(estateOf(changes).environments, name);
const account = (changes: Changes = {}, name = "dev") => found(estateOf(changes).accounts, name);

describe("a valid estate", () => {
  test("is frozen, down to the last list", () => {
    const changes = {
      ...PROD,
      "environments.dev.members.lab": { account: "lab" },
      "environments.dev.database": { allowedCidrBlocks: ["10.0.8.0/24"] },
    };
    const pending: unknown[] = [estateOf(changes)];
    let objects = 0;
    for (const value of pending) {
      if (typeof value !== "object" || value === null) continue;
      expect(Object.isFrozen(value)).toBe(true);
      objects++;
      if (objects < 1000) pending.push(...(Object.values(value) as unknown[]));
    }
    expect(objects).toBeGreaterThan(80);
  });

  test("leaves the file's own value as it was, and not frozen", () => {
    const file = estateWith();
    parseEstate(file, "test");
    expect(file).toEqual(estateWith());
    expect(Object.isFrozen(file.accounts)).toBe(false);
  });

  test("is the same every time", () => {
    expect(estateOf(PROD)).toEqual(estateOf(PROD));
  });
});

describe("environments", () => {
  test("stand in the promotion order, which is that of the file by default", () => {
    const names = (changes: Changes) => estateOf(changes).environments.map(({ name }) => name);
    expect(names(PROD)).toEqual(["dev", "prod"]);
    expect(names({ ...PROD, promotionOrder: ["prod", "dev"] })).toEqual(["prod", "dev"]);
  });

  test("may share an account, each with names of its own", () => {
    const { environments } = estateOf({ ...PROD, "environments.prod.account": "dev" });
    expect(environments.map((one) => one.account.id)).toEqual(["222222222222", "222222222222"]);
    expect(environments.map((one) => one.namespace)).toEqual(["dev-irl-demo", "prod-irl-demo"]);
  });

  test("may run in the master account", () => {
    const dev = environment({ "environments.dev.account": "master" });
    expect(dev.account).toBe(dev.master);
  });

  test("have no master where the estate has none", () => {
    expect(environment({ "accounts.master": undefined }).master).toBeUndefined();
  });

  test("may have neither database nor members", () => {
    expect(environment()).toMatchObject({ database: undefined, members: [] });
  });

  test("may each have a region of their own, and the zones of it", () => {
    const prod = environment({ ...PROD, "environments.prod.region": "us-west-2" }, "prod");
    expect(prod).toMatchObject({ region: "us-west-2", namespace: "prod-or-demo" });
    expect(prod.network.privateSubnets.map(({ zone }) => zone)).toEqual(["us-west-2a", "us-west-2b"]);
    expect(environment({ ...PROD, "environments.prod.region": "us-west-2" })).toMatchObject({
      region: "eu-west-1",
      namespace: "dev-irl-demo",
    });
  });

  test("take charge code and ExternalId from the file, or the defaults", () => {
    expect(environment()).toMatchObject({ chargeCode: "demo-0001", externalId: "galileo", production: false });
    expect(environment({ "environments.dev.chargeCode": "demo-0002" }).chargeCode).toBe("demo-0002");
  });
});

describe("networks", () => {
  test("are laid out as the console's wizard does where the file says nothing", () => {
    expect(environment().network).toEqual({
      cidrBlock: "10.0.0.0/20",
      mapPublicAddresses: false,
      publicSubnets: [
        { zone: "eu-west-1a", cidrBlock: "10.0.0.0/24" },
        { zone: "eu-west-1b", cidrBlock: "10.0.1.0/24" },
      ],
      privateSubnets: [
        { zone: "eu-west-1a", cidrBlock: "10.0.8.0/24" },
        { zone: "eu-west-1b", cidrBlock: "10.0.9.0/24" },
      ],
      flowLogRetentionDays: undefined,
    });
  });

  test("keep every private address when the public tier goes", () => {
    const { network } = environment({ "environments.dev.network.publicSubnets": false });
    expect(network.publicSubnets).toEqual([]);
    expect(network.privateSubnets).toEqual(environment().network.privateSubnets);
  });

  test.each([
    ["off outside production", {}, "dev", undefined],
    ["on in production", PROD, "prod", 30],
    [
      "on where the file says so",
      { "environments.dev.network.flowLogs": true, "environments.dev.network.flowLogRetentionDays": 90 },
      "dev",
      90,
    ],
    ["off where the file says so", { ...PROD, "environments.prod.network.flowLogs": false }, "prod", undefined],
  ])("have flow logs %s", (_what, changes, name, days) => {
    expect(environment(changes, name).network.flowLogRetentionDays).toBe(days);
  });
});

describe("applications", () => {
  test("have a bucket for study data first, then the file's own", () => {
    expect(environment({ "environments.dev.application.buckets": ["results"] }).application.buckets).toEqual([
      { name: "studydata", bucket: "222222222222-dev-irl-demo-studydata" },
      { name: "results", bucket: "222222222222-dev-irl-demo-results" },
    ]);
  });

  test("run as roles that the project makes", () => {
    const dev = environment();
    expect(dev.application.makesRoles).toBe(true);
    expect(applicationRoleArns(dev)).toEqual([
      "arn:aws:iam::222222222222:role/dev-irl-demo-ApiHandler",
      "arn:aws:iam::222222222222:role/dev-irl-demo-WorkflowLoopRunner",
    ]);
  });

  test("run as roles that exist already where the file names them", () => {
    const dev = environment({ "environments.dev.application.existingRoles": { apiHandler: "Api", workflowLoopRunner: "Loop" } });
    expect(dev.application.makesRoles).toBe(false);
    expect(applicationRoleArns(dev)).toEqual(["arn:aws:iam::222222222222:role/Api", "arn:aws:iam::222222222222:role/Loop"]);
  });
});

describe("members", () => {
  test("that were created get a network, with a subnet in the first zone", () => {
    expect(environment({ "environments.dev.members.lab": { account: "lab" } }).members).toMatchObject([
      {
        name: "lab",
        network: { cidrBlock: "10.0.0.0/16", subnet: { zone: "eu-west-1a", cidrBlock: "10.0.0.0/20" }, mapPublicAddresses: false },
      },
    ]);
  });

  test("that were invited keep theirs", () => {
    const brought = { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" };
    const [member] = environment({
      "accounts.lab.membership": "invited",
      "environments.dev.members.lab": { account: "lab", ...brought },
    }).members;
    expect(member).toMatchObject({ brought });
    expect(member?.network).toBeUndefined();
  });
});

describe("accounts", () => {
  test("are reached through the organization's role where they were created, and through the file's where it names one", () => {
    expect(account().accessRoleArn).toBeUndefined();
    expect(account({}, "lab").accessRoleArn).toBe("arn:aws:iam::333333333333:role/OrganizationAccountAccessRole");
    expect(account({ "accounts.lab.membership": "invited" }, "lab").accessRoleArn).toBeUndefined();
    expect(account({ "accounts.dev.accessRole": "Deploy" }).accessRoleArn).toBe("arn:aws:iam::222222222222:role/Deploy");
  });

  test("are documented only where all environments in them are", () => {
    const shared = { ...PROD, "environments.prod.account": "dev" };
    expect(account().profile).toBe("documented");
    expect(account(shared).profile).toBe("hardened");
    expect(account({}, "lab").profile).toBe("hardened");
  });

  test("know the environments that have a stack in them: as main, member or master account", () => {
    const changes = { ...PROD, "environments.dev.members.lab": { account: "lab" } };
    const deployments = Object.fromEntries(estateOf(changes).accounts.map((one) => [one.name, one.deployments]));
    expect(deployments).toEqual({ master: ["dev", "prod"], dev: ["dev"], lab: ["dev"], prod: ["prod"] });
  });

  test("know the repositories and namespaces of the environments in them", () => {
    expect(account({ "environments.dev.application.repositories": ["dagster"] }).hosts).toEqual([
      { namespace: "dev-irl-demo", region: "eu-west-1", repositories: ["dev-irl-demo/dagster"], production: false },
    ]);
    expect(account({}, "master").hosts).toEqual([]);
  });

  test("encrypt their states with a key of their own only where the file asks for it", () => {
    expect(account().stateKeyAlias).toBeUndefined();
    expect(account({ "accounts.dev.stateKey": true }).stateKeyAlias).toBe("alias/demo-terraform-state");
  });
});
