import { alarmRegions } from "../../../config/resolve/account";
import { estateOf, named, PROD, type Changes } from "../estate-fixture";

const account = (changes: Changes = {}, name = "dev") => named(estateOf(changes).accounts, name);

describe("accounts", () => {
  test("are reached through the organization's role if they were created, and through accessRole if the file names one", () => {
    expect(account().accessRoleArn).toBeUndefined();
    expect(account({}, "lab").accessRoleArn).toBe("arn:aws:iam::333333333333:role/OrganizationAccountAccessRole");
    expect(account({ "accounts.lab.membership": "invited" }, "lab").accessRoleArn).toBeUndefined();
    expect(account({ "accounts.dev.accessRole": "Deploy" }).accessRoleArn).toBe(
      "arn:aws:iam::222222222222:role/Deploy",
    );
  });

  test("have the profile documented only if all their environments have it", () => {
    const shared = { ...PROD, "environments.prod.account": "dev" };
    expect(account().profile).toBe("documented");
    expect(account(shared).profile).toBe("hardened");
    expect(account({}, "lab").profile).toBe("hardened");
  });

  test("list the environments that have a stack in them, as main, member or master account", () => {
    const changes = { ...PROD, "environments.dev.members.lab": { account: "lab" } };
    const deployments = Object.fromEntries(estateOf(changes).accounts.map((one) => [one.name, one.deployments]));
    expect(deployments).toEqual({ master: ["dev", "prod"], dev: ["dev"], lab: ["dev"], prod: ["prod"] });
  });

  test("list the namespaces and repositories of their environments", () => {
    expect(account({ "environments.dev.application.repositories": ["dagster"] }).hosts).toEqual([
      { namespace: "dev-irl-demo", region: "eu-west-1", repositories: ["dev-irl-demo/dagster"], production: false },
    ]);
    expect(account({}, "master").hosts).toEqual([]);
  });

  test("have an alias of the estate's name, one from the file, or none that the project sets", () => {
    expect(account().alias).toBe("demo-dev");
    expect(account({ "accounts.dev.alias": "sign-in-here" }).alias).toBe("sign-in-here");
    expect(account({ "accounts.dev.alias": false }).alias).toBeUndefined();
  });

  test("have GuardDuty and Security Hub only if the file asks for them, also in production", () => {
    expect(estateOf(PROD).accounts.filter(({ guardDuty, securityHub }) => guardDuty || securityHub)).toEqual([]);
    expect(account({ "accounts.dev.guardDuty": true })).toMatchObject({ guardDuty: true, securityHub: false });
    expect(account({ "accounts.dev.securityHub": true })).toMatchObject({ guardDuty: false, securityHub: true });
  });

  test("encrypt their states with a customer managed key only if the file asks for it", () => {
    expect(account().stateKeyAlias).toBeUndefined();
    expect(account({ "accounts.dev.stateKey": true }).stateKeyAlias).toBe("alias/demo-terraform-state");
  });
});

describe("trails", () => {
  const trails = (changes: Changes = {}) =>
    Object.fromEntries(estateOf(changes).accounts.map(({ name, trail }) => [name, trail]));
  const devTrail = {
    name: "demo-dev",
    bucket: "222222222222-demo-trail",
    accessLogBucket: "222222222222-demo-trail-access",
    lockDays: 365,
    oldVersionDays: 365,
  };

  test("belong to main accounts by default; the organization's or the owner's trail covers the others", () => {
    expect(trails()).toEqual({ master: undefined, dev: devTrail, lab: undefined });
    expect(trails({ "accounts.lab.membership": "invited" })["lab"]).toBeUndefined();
  });

  test("follow the file", () => {
    const changes = { "accounts.dev.trail": false, "accounts.lab.trail": true, "accounts.lab.trailLockDays": 90 };
    expect(trails(changes)).toEqual({
      master: undefined,
      dev: undefined,
      lab: {
        name: "demo-lab",
        bucket: "333333333333-demo-trail",
        accessLogBucket: "333333333333-demo-trail-access",
        lockDays: 90,
        oldVersionDays: 365,
      },
    });
  });

  test("have a key of their own, and record objects of the account's environments, only on request", () => {
    const changes = {
      "accounts.dev.trailKey": true,
      "accounts.dev.trailDataEvents": true,
      "environments.dev.application.buckets": ["results"],
    };
    expect(trails(changes)["dev"]).toEqual({
      ...devTrail,
      keyAlias: "alias/demo-trail",
      recordedBuckets: ["222222222222-dev-irl-demo-studydata", "222222222222-dev-irl-demo-results"],
    });
    expect(estateOf({ "accounts.master.trailKey": true }).organization?.trail?.keyAlias).toBe("alias/demo-trail");
  });

  test("belong to the master account if the organization has none and the file asks for one", () => {
    const changes = { "organization.trail": false, "accounts.master.trail": true };
    const { master } = trails(changes);
    expect(master).toEqual({
      name: "demo-master",
      bucket: "111111111111-demo-trail",
      accessLogBucket: "111111111111-demo-trail-access",
      lockDays: 365,
      oldVersionDays: 365,
    });
    expect(estateOf(changes).organization?.trail).toBeUndefined();
  });
});

test("old versions expire after a year, and never on request", () => {
  const days = (changes: Changes = {}) => named(estateOf(changes).accounts, "dev").oldVersionDays;
  expect(days()).toBe(365);
  expect(days({ "accounts.dev.oldVersionDays": 30 })).toBe(30);
  expect(days({ "accounts.dev.oldVersionDays": false })).toBeUndefined();
});

describe("alarms", () => {
  const emails = (changes: Changes = {}) =>
    Object.fromEntries(
      estateOf(changes).accounts.flatMap(({ name, alarm }) => (alarm.ofAdmin ? [[name, alarm.emails]] : [])),
    );

  test("report the use of Admin only in accounts that run a production environment, and root in every account", () => {
    expect(emails()).toEqual({});
    expect(emails(PROD)).toEqual({ prod: ["prod@example.com"] });
    expect(emails({ ...PROD, "environments.prod.members.lab": { account: "lab" } })).toEqual({
      prod: ["prod@example.com"],
    });
    const regions = (name: string) => alarmRegions(account(PROD, name));
    expect([regions("dev"), regions("lab"), regions("prod")]).toEqual([
      ["us-east-1"],
      ["us-east-1"],
      ["eu-west-1", "us-east-1"],
    ]);
  });

  test("report the use of Admin's permission set too, in the home region of IAM Identity Center", () => {
    const groups: Changes = {
      ...PROD,
      "identityCenter.region": "eu-central-1",
      "accounts.prod.admins": ["group:leads"],
      "accounts.prod.breakGlass": ["arn:aws:iam::111111111111:user/lead"],
    };
    const regionsOf = (changes: Changes, name = "prod") => alarmRegions(account(changes, name));
    expect(regionsOf(groups)).toEqual(["eu-west-1", "us-east-1", "eu-central-1"]);
    expect(account(groups, "prod").regions).toEqual(["eu-west-1", "us-east-1", "eu-central-1"]);
    // The default is the region of the account that manages it.
    expect(regionsOf({ ...groups, "identityCenter.region": undefined, identityCenter: {} })).toEqual(["eu-west-1", "us-east-1"]); // prettier-ignore
    expect(regionsOf({ ...groups, "accounts.prod.admins": ["arn:aws:iam::111111111111:user/lead"], "accounts.prod.breakGlass": undefined })).toEqual(["eu-west-1", "us-east-1"]); // prettier-ignore
    expect(regionsOf({ ...groups, "accounts.dev.admins": ["group:leads"] }, "dev")).toEqual(["us-east-1"]);
  });

  test("exist in an account that two environments share if one is production", () => {
    expect(emails({ ...PROD, "environments.prod.account": "dev" })).toEqual({ dev: ["dev@example.com"] });
    expect(emails({ ...PROD, "environments.prod.account": "master" })).toEqual({ master: ["master@example.com"] });
  });

  test("notify the addresses of the file instead of the account's address", () => {
    const addresses = ["one@example.com", "two@example.com"];
    expect(emails({ ...PROD, "accounts.prod.alarmEmails": addresses, "accounts.dev.alarmEmails": addresses })).toEqual({
      prod: addresses,
    });
  });

  test("are named after the solution", () => {
    expect(account(PROD, "prod").alarm.name).toBe("demo-admin-alarm");
  });
});
