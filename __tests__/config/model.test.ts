import { parseEstate } from "../../config/load";
import { applicationRoleArns, type Estate } from "../../config/model";
import { createdMember, estateWith, NO_MASTER, PROD, type Changes } from "./estate-fixture";

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
    expect(environment(NO_MASTER).master).toBeUndefined();
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
    const dev = environment({
      "environments.dev.application.existingRoles": { apiHandler: "Api", workflowLoopRunner: "Loop" },
    });
    expect(dev.application.makesRoles).toBe(false);
    expect(applicationRoleArns(dev)).toEqual([
      "arn:aws:iam::222222222222:role/Api",
      "arn:aws:iam::222222222222:role/Loop",
    ]);
  });
});

describe("members", () => {
  test("that were created get a network, with a subnet in the first zone", () => {
    expect(environment({ "environments.dev.members.lab": { account: "lab" } }).members).toMatchObject([
      {
        name: "lab",
        network: {
          cidrBlock: "10.0.0.0/16",
          subnet: { zone: "eu-west-1a", cidrBlock: "10.0.0.0/20" },
          mapPublicAddresses: false,
        },
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
    expect(account({ "accounts.dev.accessRole": "Deploy" }).accessRoleArn).toBe(
      "arn:aws:iam::222222222222:role/Deploy",
    );
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

describe("trails", () => {
  const trails = (changes: Changes = {}) =>
    Object.fromEntries(estateOf(changes).accounts.map(({ name, trail }) => [name, trail]));
  const devTrail = { name: "demo-dev", bucket: "222222222222-demo-trail", lockDays: 365 };

  test("are those of main accounts; others have the organization's, or their owner's", () => {
    expect(trails()).toEqual({ master: undefined, dev: devTrail, lab: undefined });
    expect(trails({ "accounts.lab.membership": "invited" })["lab"]).toBeUndefined();
  });

  test("are whose the file says", () => {
    const changes = { "accounts.dev.trail": false, "accounts.lab.trail": true, "accounts.lab.trailLockDays": 90 };
    expect(trails(changes)).toEqual({
      master: undefined,
      dev: undefined,
      lab: { name: "demo-lab", bucket: "333333333333-demo-trail", lockDays: 90 },
    });
  });

  test("are the master account's own where the organization has none", () => {
    const changes = { "organization.trail": false, "accounts.master.trail": true };
    expect(trails(changes)["master"]).toEqual({
      name: "demo-master",
      bucket: "111111111111-demo-trail",
      lockDays: 365,
    });
    expect(estateOf(changes).organization?.trail).toBeUndefined();
  });
});

describe("alarms", () => {
  const emails = (changes: Changes = {}) =>
    Object.fromEntries(estateOf(changes).accounts.flatMap(({ name, alarm }) => (alarm ? [[name, alarm.emails]] : [])));

  test("are in accounts that run a production environment, and in no others", () => {
    expect(emails()).toEqual({});
    expect(emails(PROD)).toEqual({ prod: ["prod@example.com"] });
    expect(emails({ ...PROD, "environments.prod.members.lab": { account: "lab" } })).toEqual({
      prod: ["prod@example.com"],
    });
  });

  test("are in an account that two environments share, if one is production", () => {
    expect(emails({ ...PROD, "environments.prod.account": "dev" })).toEqual({ dev: ["dev@example.com"] });
    expect(emails({ ...PROD, "environments.prod.account": "master" })).toEqual({ master: ["master@example.com"] });
  });

  test("tell whom the file names, and not the account's address then", () => {
    const told = ["one@example.com", "two@example.com"];
    expect(emails({ ...PROD, "accounts.prod.alarmEmails": told, "accounts.dev.alarmEmails": told })).toEqual({
      prod: told,
    });
  });

  test("are named after the solution", () => {
    expect(account(PROD, "prod").alarm?.name).toBe("demo-admin-alarm");
  });
});

describe("the organization", () => {
  const organization = (changes: Changes = {}) => estateOf(changes).organization;

  test("is made in the master account, with a trail, where the file says nothing", () => {
    expect(organization()).toEqual({
      existing: false,
      trustedServices: [],
      units: ["dev"],
      allowedRegions: ["eu-west-1"],
      members: [
        {
          name: "lab",
          email: "lab@example.com",
          id: "333333333333",
          roleName: "OrganizationAccountAccessRole",
          unit: undefined,
        },
      ],
      retired: [],
      trail: { name: "demo-organization", bucket: "111111111111-demo-trail", lockDays: 365 },
    });
    expect(organization({ organization: {} })).toEqual(organization());
  });

  test("is none where no master account hosts it", () => {
    expect(organization(NO_MASTER)).toBeUndefined();
  });

  test("is what the file says", () => {
    const changes = {
      organization: { existing: true, trail: false, allowedRegions: ["us-east-1", "eu-west-1"] },
    };
    expect(organization(changes)).toMatchObject({
      existing: true,
      trail: undefined,
      allowedRegions: ["us-east-1", "eu-west-1"],
    });
    expect(
      organization({ "accounts.master.trailLockDays": 30, "accounts.dev.trailLockDays": 7 })?.trail?.lockDays,
    ).toBe(30);
  });

  test("allows the regions of all accounts and environments, each once and sorted, where the file names none", () => {
    const changes = {
      ...PROD,
      "environments.prod.region": "us-west-2",
      "accounts.lab.region": "ap-south-1",
      "accounts.dev.region": "us-west-2",
    };
    expect(organization(changes)?.allowedRegions).toEqual(["ap-south-1", "eu-west-1", "us-west-2"]);
  });

  test("has a unit for each environment, in promotion order", () => {
    expect(organization(PROD)?.units).toEqual(["dev", "prod"]);
    expect(organization({ ...PROD, promotionOrder: ["prod", "dev"] })?.units).toEqual(["prod", "dev"]);
  });

  test("has the created members, not the invited ones", () => {
    const changes = {
      "accounts.lab.membership": "invited",
      "accounts.new": createdMember("new@example.com", { accessRole: "Made" }),
    };
    expect(organization(changes)?.members).toEqual([
      { name: "new", email: "new@example.com", id: undefined, roleName: "Made", unit: undefined },
    ]);
  });

  describe("has a member in the unit", () => {
    const both = {
      ...PROD,
      "environments.dev.profile": "hardened",
      "environments.dev.members.lab": { account: "lab" },
      "environments.prod.members.analytics": { account: "lab" },
    };
    const unit = (changes: Changes) => organization(changes)?.members[0]?.unit;

    test("of the environment that works in it", () => {
      expect(unit({ ...both, "environments.prod.members": undefined })).toBe("dev");
      expect(unit({ ...both, "environments.dev.members": undefined })).toBe("prod");
    });

    test("of the last of them, in promotion order and not the file's", () => {
      expect(unit(both)).toBe("prod");
      expect(unit({ ...both, promotionOrder: ["prod", "dev"] })).toBe("dev");
    });

    test("of none, where none works in it", () => {
      expect(unit({})).toBeUndefined();
    });
  });
});

describe("a created member without an id", () => {
  const changes: Changes = {
    ...PROD,
    "accounts.new": createdMember("new@example.com"),
    "environments.dev.members": { lab: { account: "lab" }, fresh: { account: "new" } },
    "environments.prod.members.analytics": { account: "new" },
    "environments.dev.profile": "hardened",
  };

  test("waits: it is neither an account of the estate nor a member of an environment", () => {
    const estate = estateOf(changes);
    expect(estate.accounts.map(({ name }) => name)).toEqual(["master", "dev", "lab", "prod"]);
    expect(estate.environments.map(({ members }) => members.map(({ name }) => name))).toEqual([["lab"], []]);
    expect(estate.waiting).toEqual([
      {
        account: "new",
        members: [
          { environment: "dev", member: "fresh" },
          { environment: "prod", member: "analytics" },
        ],
      },
    ]);
  });

  test("is told in promotion order where it waits", () => {
    const [waiting] = estateOf({ ...changes, promotionOrder: ["prod", "dev"] }).waiting;
    expect(waiting?.members.map((one) => one.environment)).toEqual(["prod", "dev"]);
  });

  test("is one that the organization creates, in its unit", () => {
    expect(estateOf(changes).organization?.members).toContainEqual(
      expect.objectContaining({ name: "new", id: undefined, unit: "prod" }),
    );
  });

  test("waits no longer once it has one", () => {
    const estate = estateOf({ ...changes, "accounts.new.id": "777777777777" });
    expect(estate.waiting).toEqual([]);
    expect(estate.accounts.map(({ name }) => name)).toContain("new");
    expect(estate.environments.map(({ members }) => members.length)).toEqual([2, 1]);
  });

  test("waits also where no environment works in it", () => {
    expect(estateOf({ "accounts.new": createdMember("new@example.com") }).waiting).toEqual([
      { account: "new", members: [] },
    ]);
  });
});

describe("a retired member", () => {
  test.each([{ id: "777777777777" }, {}])("is only a name that the organization forgets: %p", (id) => {
    const estate = estateOf({ "accounts.old": createdMember("old@example.com", { ...id, retired: true }) });
    expect(estate.organization?.retired).toEqual(["old"]);
    expect(estate.organization?.members.map(({ name }) => name)).toEqual(["lab"]);
    expect(estate.accounts.map(({ name }) => name)).toEqual(["master", "dev", "lab"]);
    expect(estate.waiting).toEqual([]);
  });
});

describe("security groups", () => {
  const groups = (changes: Changes = {}, name = "dev") => environment(changes, name).securityGroups;
  const web = (rest: object = {}): Changes => ({
    "environments.dev.securityGroups.web": { work: "application", ...rest },
  });
  const rules = (...ingress: object[]) => found(groups(web({ ingress })), "web").ingress;

  test("are one where the file names none: the default, which lets nothing through", () => {
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

  test("have the default first, wherever it stands in the file", () => {
    const changes = {
      ...web(),
      "environments.dev.securityGroups.default": { description: "Support", chargeCode: "support-0001" },
    };
    expect(groups(web()).map(({ name }) => name)).toEqual(["default", "web"]);
    expect(groups(changes).map(({ name }) => name)).toEqual(["default", "web"]);
    expect(groups(changes)[0]).toMatchObject({
      description: "Support",
      chargeCodes: ["support-0001"],
      groupName: "dev-irl-demo-default",
    });
  });

  test("are described and named after the environment", () => {
    expect(found(groups(web()), "web")).toMatchObject({
      description: "web in dev-irl-demo",
      groupName: "dev-irl-demo-web",
    });
    expect(found(groups(web({ description: "Web servers" })), "web").description).toBe("Web servers");
  });

  test("bear one charge code: the environment's, or their own", () => {
    const codes = (changes: Changes) => groups(changes).map(({ chargeCodes }) => chargeCodes);
    expect(codes(web())).toEqual([["demo-0001"], ["demo-0001"]]);
    expect(codes({ ...web(), "environments.dev.chargeCode": "dev-0002" })).toEqual([["dev-0002"], ["dev-0002"]]);
    expect(codes({ ...web({ chargeCode: "web-0003" }), "environments.dev.chargeCode": "dev-0002" })).toEqual([
      ["dev-0002"],
      ["web-0003"],
    ]);
  });

  test("bear several charge codes where the file says so", () => {
    expect(found(groups(web({ chargeCodes: ["web-0004", "web-0003"] })), "web").chargeCodes).toEqual([
      "web-0004",
      "web-0003",
    ]);
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

  test("have rules without ports where the protocol has none", () => {
    const from = { cidrBlock: "10.0.0.0/20" };
    expect(rules({ ...from, protocol: "icmp" }, { ...from, protocol: "all" })).toEqual([
      { ...from, protocol: "icmp", description: "ICMP from 10.0.0.0/20" },
      { ...from, protocol: "all", description: "everything from 10.0.0.0/20" },
    ]);
  });

  test("have rules in both directions, each with its own words", () => {
    const egress = [{ port: 443, cidrBlock: "0.0.0.0/0" }];
    expect(found(groups(web({ egress })), "web")).toMatchObject({
      ingress: [],
      egress: [{ description: "TCP 443 to 0.0.0.0/0" }],
    });
  });

  test("have the approval of a rule as its description", () => {
    const approval = "approved as CHG-1042: public web site";
    expect(rules({ port: 443, cidrBlock: "0.0.0.0/0", approval })).toEqual([
      { protocol: "tcp", ports: { from: 443, to: 443 }, cidrBlock: "0.0.0.0/0", description: approval },
    ]);
  });
});

test("the database has the default security group unless the file says no", () => {
  expect(environment({ "environments.dev.database": {} }).database).toMatchObject({
    defaultSecurityGroup: true,
    allowedSecurityGroups: [],
  });
  expect(environment({ "environments.dev.database.defaultSecurityGroup": false }).database?.defaultSecurityGroup).toBe(
    false,
  );
});

test("a machine that deploys an environment runs as a role of its namespace", () => {
  expect(environment().deploymentRole).toBe("dev-irl-demo-deployment");
});
