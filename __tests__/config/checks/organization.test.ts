import { createdMember, NO_MASTER, problemsWith, type Changes } from "../estate-fixture";

describe("the organization", () => {
  test("may be left out, empty or existing", () => {
    for (const organization of [undefined, {}, { existing: true, trail: false }])
      expect(problemsWith({ organization })).toEqual([]);
  });

  test("may have trusted services unless it exists already and is only read", () => {
    const trustedServices = ["sso.amazonaws.com"];
    expect(problemsWith({ organization: { trustedServices } })).toEqual([]);
    expect(problemsWith({ organization: { trustedServices, existing: true } })).toEqual([
      'organization.trustedServices must be left out while organization.existing is true, got ["sso.amazonaws.com"] (an existing organization is only read)',
    ]);
    expect(problemsWith({ organization: { trustedServices: ["sso"] } })).toEqual([
      'organization.trustedServices[0] must be a service principal such as lambda.amazonaws.com, got "sso"',
    ]);
  });

  test("requires a master account that hosts it", () => {
    expect(problemsWith({ ...NO_MASTER, organization: {} })).toEqual([
      "organization must be left out in an estate without a master account, got {}. Add the account of kind master that hosts it.",
    ]);
  });

  test("has a trail in the master account, which may not have its own", () => {
    const own = { "accounts.master.trail": true };
    const problem =
      "accounts.master.trail must be left out while organization.trail is true, got true (the organization's trail covers the account)";
    expect(problemsWith(own)).toEqual([problem]);
    expect(problemsWith({ ...own, organization: { trail: true } })).toEqual([problem]);
    expect(problemsWith({ ...own, organization: { trail: false } })).toEqual([]);
    expect(
      problemsWith({ "accounts.master.trail": false, "accounts.dev.trail": true, "accounts.lab.trail": true }),
    ).toEqual([]);
  });

  describe("stores its trail in a security account", () => {
    const watch = createdMember("watch@example.com", { id: "777777777777", kind: "security" });
    const stored = (changes: Changes = {}, organization: object = {}): Changes => ({
      organization: { trailAccount: "watch", ...organization },
      "accounts.watch": watch,
      ...changes,
    });

    test("also before AWS has created it", () => {
      expect(problemsWith(stored())).toEqual([]);
      expect(problemsWith(stored({ "accounts.watch.id": undefined }))).toEqual([]);
    });

    test("that exists, is of that kind, and is not retired", () => {
      const problem = (among: string, got: string) =>
        `organization.trailAccount must be the name of an account of kind security that is not retired (${among}), got "${got}"`;
      expect(problemsWith(stored({}, { trailAccount: "nobody" }))).toEqual([problem("watch", "nobody")]);
      expect(problemsWith(stored({}, { trailAccount: "lab" }))).toEqual([problem("watch", "lab")]);
      expect(problemsWith(stored({ "accounts.watch.retired": true }))).toEqual([problem("watch", "watch")]);
      expect(problemsWith({ organization: { trailAccount: "dev" } })).toEqual([problem("there are none", "dev")]);
    });

    test("without a trail of its own, which would have the same bucket", () => {
      expect(problemsWith(stored({ "accounts.watch.trail": true }))).toEqual([
        "accounts.watch.trail must be left out, because organization.trailAccount names the account, got true (the organization's trail covers the account)",
      ]);
    });

    test("only if it has a trail", () => {
      expect(problemsWith(stored({}, { trail: false }))).toEqual([
        'organization.trailAccount must be left out while organization.trail is false, got "watch"',
      ]);
    });
  });

  test("is not checked with its defaults if it was refused", () => {
    expect(problemsWith({ "accounts.master.trail": true, organization: null })).toEqual([
      "organization must be an organization, or {} for the defaults, got null",
    ]);
    expect(problemsWith({ "accounts.master.trail": true, organization: { trail: "no" } })).toEqual([
      'organization.trail must be true or false, got "no"',
    ]);
  });

  describe("allows the regions", () => {
    const allowed = (...allowedRegions: string[]): Changes => ({ "organization.allowedRegions": allowedRegions });

    test("in which its members have account-wide stacks", () => {
      expect(problemsWith({ ...allowed("us-east-1"), "accounts.lab.region": "us-east-1" })).toEqual([]);
      expect(problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "us-east-1" })).toEqual([
        'organization.allowedRegions must be a list with us-east-1, where accounts.lab has stacks, got ["eu-west-1"]',
      ]);
    });

    test("in which its members have settings", () => {
      const changes = { "accounts.lab.furtherRegions": ["eu-central-1"] };
      expect(problemsWith({ ...allowed("eu-west-1", "eu-central-1"), ...changes })).toEqual([]);
      expect(problemsWith({ ...allowed("eu-west-1"), ...changes })).toEqual([
        'organization.allowedRegions must be a list with eu-central-1, which accounts.lab.furtherRegions names, got ["eu-west-1"]',
      ]);
      expect(problemsWith({ "accounts.lab.furtherRegions": ["eu-west-9"] })).toEqual([
        expect.stringMatching(/^accounts\.lab\.furtherRegions\[0\] must be the code of an AWS region/),
      ]);
    });

    test("of IAM Identity Center if one of its members manages it", () => {
      const changes = { identityCenter: { account: "lab", region: "eu-central-1" } };
      expect(problemsWith({ ...allowed("eu-west-1", "eu-central-1"), ...changes })).toEqual([]);
      expect(problemsWith({ ...allowed("eu-west-1"), ...changes })).toEqual([
        'organization.allowedRegions must be a list with eu-central-1, which identityCenter.region names, got ["eu-west-1"]',
      ]);
      // Service control policies do not apply to the master account.
      expect(problemsWith({ ...allowed("eu-west-1"), identityCenter: { region: "eu-central-1" } })).toEqual([]);
    });

    test("of the environments in which they are members, each reported once", () => {
      const changes = {
        "accounts.new": createdMember("new@example.com"),
        "environments.dev.region": "eu-central-1",
        "environments.dev.members": { lab: { account: "lab" }, fresh: { account: "new" } },
      };
      expect(problemsWith({ ...changes, ...allowed("us-east-1") })).toEqual([
        'organization.allowedRegions must be a list with eu-west-1, where accounts.lab has stacks, got ["us-east-1"]',
        'organization.allowedRegions must be a list with eu-central-1, where environments.dev.members.lab has stacks, got ["us-east-1"]',
      ]);
      expect(problemsWith({ ...changes, ...allowed("eu-central-1", "eu-west-1") })).toEqual([]);
    });

    test("but not those of other accounts, since its policies apply to its members only", () => {
      const elsewhere = {
        "environments.dev.region": "us-east-1",
        "accounts.dev.region": "us-east-1",
        "accounts.master.region": "us-east-1",
      };
      expect(problemsWith({ ...allowed("eu-west-1"), ...elsewhere })).toEqual([]);
      const brought = { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" };
      const invited = {
        "accounts.lab.membership": "invited",
        "environments.dev.members.lab": { account: "lab", ...brought },
      };
      expect(problemsWith({ ...allowed("eu-west-1"), ...elsewhere, ...invited })).toEqual([]);
    });

    test("but not those of a retired member, which has no stacks", () => {
      expect(
        problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "us-east-1", "accounts.lab.retired": true }),
      ).toEqual([]);
    });

    test("and is not checked if a region was refused", () => {
      expect(problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "mars-1" })).toHaveLength(1);
      expect(problemsWith({ ...allowed("mars-1"), "accounts.lab.region": "us-east-1" })).toHaveLength(1);
      expect(problemsWith({ ...allowed("eu-west-1"), defaultRegion: "mars-1" })).toHaveLength(1);
    });
  });
});
