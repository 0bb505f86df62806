import { parseEstate } from "../../../config/load";
import { waitingStacks } from "../../../config/waiting";
import { createdMember, estateOf, estateWith, NO_MASTER, PROD, type Changes } from "../estate-fixture";

describe("the organization", () => {
  const organization = (changes: Changes = {}) => estateOf(changes).organization;

  test("is created in the master account, with a trail, by default", () => {
    expect(organization()).toEqual({
      existing: false,
      centralRootAccess: true,
      identityCenter: false,
      delegations: [],
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
      trail: {
        name: "demo-organization",
        bucket: "111111111111-demo-trail",
        accessLogBucket: "111111111111-demo-trail-access",
        lockDays: 365,
        oldVersionDays: 365,
      },
    });
    expect(organization({ organization: {} })).toEqual(organization());
  });

  describe("with its trail in a security account", () => {
    const stored = (changes: Changes = {}) =>
      estateOf({
        "organization.trailAccount": "lab",
        ...{ "accounts.lab.kind": "security", "accounts.lab.region": "eu-central-1", "environments.dev.members": {} },
        ...{ "accounts.master.trailLockDays": 30, "accounts.lab.trailLockDays": 7 },
        ...changes,
      });

    test("names the bucket there, and takes its settings from that account", () => {
      const trail = {
        ...{ name: "demo-organization", lockDays: 7, oldVersionDays: 365 },
        ...{ bucket: "333333333333-demo-trail", accessLogBucket: "333333333333-demo-trail-access" },
      };
      const { accounts, organization: resolved } = stored();
      const bucketIn = { accountId: "333333333333", region: "eu-central-1" };
      expect(resolved?.trail).toEqual({ ...trail, bucketIn });
      const trailArn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/demo-organization";
      const found = accounts.flatMap(({ name, trailBucket }) => (trailBucket ? [{ name, trailBucket }] : []));
      expect(found).toEqual([{ name: "lab", trailBucket: { ...trail, trailArn } }]);
    });

    test("has none until AWS has created the account, whose stack waits", () => {
      const { organization: resolved, waiting } = stored({ "accounts.lab.id": undefined });
      expect(resolved?.trail).toBeUndefined();
      expect(waiting).toEqual([{ account: "lab", members: [], trailBucket: true }]);
      expect(waitingStacks(stored({ "accounts.lab.id": undefined }))).toEqual([
        { account: "lab", stackIds: ["lab-bootstrap", "lab-trail-bucket", "lab-iam"] },
      ]);
    });
  });

  test("knows the home region of IAM Identity Center only if a member manages it: no policy limits the master account", () => {
    const identityCenter = { region: "eu-central-1" };
    expect(organization({ identityCenter })?.identityRegion).toBeUndefined();
    expect(organization({ identityCenter: { ...identityCenter, account: "lab" } })?.identityRegion).toBe(
      "eu-central-1",
    );
    expect(organization({ identityCenter: { account: "lab" } })?.identityRegion).toBe("eu-west-1");
  });

  test("does not exist without a master account", () => {
    expect(organization(NO_MASTER)).toBeUndefined();
  });

  describe("has an invited member that joins", () => {
    const JOINING: Changes = {
      "accounts.lab.membership": "invited",
      "accounts.lab.joins": true,
      "environments.dev.members.lab": { account: "lab", vpcId: "vpc-0a1b2c3d4e5f60718", subnetId: "subnet-0a1b2c3d" },
    };
    const recorded = (changes: Changes, ...members: string[]) =>
      parseEstate(estateWith({ ...JOINING, ...changes }), "test", { file: "record", members }).organization;

    test("once its membership is recorded, in the unit of its environment and without a role that AWS created", () => {
      expect(recorded({}, "lab")?.members).toEqual([
        { name: "lab", email: "lab@example.com", id: "333333333333", roleName: undefined, unit: "dev" },
      ]);
    });

    test("never before: no plan could create an account for it", () => {
      expect(recorded({})?.members).toEqual([]);
      expect(organization(JOINING)?.members).toEqual([]);
    });

    test("only if it joins: another invited member stays outside, even one that the record lists", () => {
      expect(organization({ ...JOINING, "accounts.lab.joins": false })?.members).toEqual([]);
      expect(() => recorded({ "accounts.lab.joins": false }, "lab")).toThrow("an account that joins");
    });

    test("also a main account, in the unit of the last environment that it runs", () => {
      const main = { ...PROD, "accounts.dev.joins": true, "environments.prod.account": "dev" };
      const members = (...names: string[]) => recorded({ ...main, "accounts.lab.joins": false }, ...names)?.members;
      expect(members("dev")).toEqual([
        { name: "dev", email: "dev@example.com", id: "222222222222", roleName: undefined, unit: "prod" },
      ]);
      expect(members()).toEqual([]);
    });

    test("until it is retired: then Terraform forgets it, if it ever joined", () => {
      const retired = { "accounts.lab.retired": true, "environments.dev.members.lab": undefined };
      expect(recorded(retired, "lab")).toMatchObject({ members: [], retired: ["lab"] });
      expect(recorded(retired)).toMatchObject({ members: [], retired: [] });
    });

    test("without an access role in it, unless the estate names one", () => {
      const roles = (changes: Changes) => estateOf({ ...JOINING, ...changes }).accounts.at(-1)?.accessRoleArn;
      expect(roles({})).toBeUndefined();
      expect(roles({ "accounts.lab.accessRole": "entry" })).toBe("arn:aws:iam::333333333333:role/entry");
    });
  });

  test("follows the file", () => {
    const changes = { organization: { existing: true, trail: false, allowedRegions: ["us-east-1", "eu-west-1"] } };
    const allowedRegions = ["us-east-1", "eu-west-1"];
    expect(organization(changes)).toMatchObject({ existing: true, trail: undefined, allowedRegions });
    expect(
      organization({ "accounts.master.trailLockDays": 30, "accounts.dev.trailLockDays": 7 })?.trail?.lockDays,
    ).toBe(30);
  });

  test("allows the regions of all accounts and environments by default, distinct and sorted", () => {
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

  test("has the created members but not the invited ones", () => {
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

    test("of the environment that uses it", () => {
      expect(unit({ ...both, "environments.prod.members": undefined })).toBe("dev");
      expect(unit({ ...both, "environments.dev.members": undefined })).toBe("prod");
    });

    test("of the last of several environments, by promotion order and not by the file's order", () => {
      expect(unit(both)).toBe("prod");
      expect(unit({ ...both, promotionOrder: ["prod", "dev"] })).toBe("dev");
    });

    test("of no environment if none uses it", () => {
      expect(unit({})).toBeUndefined();
    });
  });
});
