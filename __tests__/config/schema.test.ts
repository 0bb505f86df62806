import { estateWith, problemsWith, PROD } from "./estate-fixture";

const PRINCIPAL = "the ARN of an IAM user or role, for example arn:aws:iam::111111111111:user/name";
const EXTERNAL_ID = "an ExternalId: 2 to 1224 of letters, digits and +=,.@:/-_";
const SESSION = "a whole number of seconds from 3600 to 43200";
const REGION = "the code of an AWS region, for example eu-west-1";
const NAME = "lower-case letters, digits and single hyphens, beginning with a letter, 63 at most";

/**
 * A value at a path, with what is expected there: the problem must name the path, the value got and the value expected.
 */
type Refused = readonly [what: string, path: string, value: unknown, expected: string];

describe("accounts", () => {
  test.each<Refused>([
    ["an account id of 11 digits", "accounts.dev.id", "22222222222", "12 digits, in quotes"],
    ["an account id of 13 digits", "accounts.dev.id", "2222222222222", "12 digits, in quotes"],
    ["an account id with hyphens", "accounts.dev.id", "2222-2222-2222", "12 digits, in quotes"],
    ["an account id with a line break after it", "accounts.dev.id", "222222222222\n", "12 digits, in quotes"],
    ["an account id without quotes", "accounts.dev.id", 222222222222, "12 digits, in quotes"],
    ["a kind of account that there is not", "accounts.dev.kind", "payer", "master, main or member"],
    [
      "a membership that there is not",
      "accounts.lab.membership",
      "borrowed",
      "created (in the organization) or invited",
    ],
    ["an e-mail that is none", "accounts.dev.email", "dev at example.com", "an e-mail address"],
    ["a budget of nothing", "accounts.dev.monthlyBudgetUsd", 0, "US dollars a month, more than 0"],
    [
      "an access role by ARN",
      "accounts.dev.accessRole",
      "arn:aws:iam::222222222222:role/x",
      "the name of an IAM role: 1 to 64 of letters, digits and +=,.@_-",
    ],
    ["a region for states that AWS has not", "accounts.dev.region", "eu-west-9", REGION],
    [
      "a charge code with a semicolon",
      "chargeCode",
      "a;b",
      "a charge code: 1 to 256 of letters, digits, spaces and _.:/=+-@",
    ],
    [
      "a repository that is a URL",
      "repository",
      "https://github.com/example-org/estate",
      "a GitHub repository, owner/name",
    ],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [path]: value })).toContain(`${path}: got ${JSON.stringify(value)}, expected ${expected}`);
  });

  test("refuses an estate without an account", () => {
    expect(problemsWith({ accounts: {}, environments: {} })).toEqual([
      "accounts: got {}, expected at least one account",
    ]);
  });
});

describe("who may be Operator and Admin", () => {
  test.each([
    ["the account's root", "arn:aws:iam::222222222222:root"],
    ["a bare account id", "222222222222"],
    ["a group", "arn:aws:iam::222222222222:group/team"],
    ["everybody", "*"],
    ["every user of an account", "arn:aws:iam::222222222222:user/*"],
    ["users by the beginning of their name", "arn:aws:iam::222222222222:user/dev-*"],
    ["a session of a role", "arn:aws:sts::222222222222:assumed-role/team/session"],
    ["a user of another partition", "arn:aws-cn:iam::222222222222:user/someone"],
    ["a user of an account of 11 digits", "arn:aws:iam::22222222222:user/someone"],
    ["a user without a name", "arn:aws:iam::222222222222:user/"],
    ["a user name of 65 characters", `arn:aws:iam::222222222222:user/${"a".repeat(65)}`],
    ["a text with a line break after it", "arn:aws:iam::222222222222:user/someone\n"],
  ])("refuses %s", (_what, arn) => {
    const got = JSON.stringify(arn);
    const shownArn = got.length > 80 ? `${got.slice(0, 77)}…` : got;
    for (const list of ["operators", "admins"]) {
      expect(problemsWith({ [`accounts.dev.${list}`]: ["arn:aws:iam::111111111111:user/operator", arn] })).toEqual([
        `accounts.dev.${list}[1]: got ${shownArn}, expected ${PRINCIPAL}`,
      ]);
    }
  });

  test.each([
    ["a user", "arn:aws:iam::222222222222:user/someone@example.com"],
    ["a user with a path", "arn:aws:iam::222222222222:user/team/platform/someone"],
    [
      "a role of IAM Identity Center",
      "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Team_0123abcd",
    ],
    ["a user name of 64 characters", `arn:aws:iam::222222222222:user/${"a".repeat(64)}`],
  ])("accepts %s", (_what, arn) => {
    expect(problemsWith({ "accounts.dev.operators": [arn], "accounts.dev.admins": [arn] })).toEqual([]);
  });

  test("refuses an empty list, and a principal named twice", () => {
    const arn = "arn:aws:iam::111111111111:user/operator";
    expect(problemsWith({ "accounts.dev.operators": [] })).toEqual([
      `accounts.dev.operators: got [], expected at least one: ${PRINCIPAL}`,
    ]);
    expect(problemsWith({ "accounts.dev.admins": [arn, arn] })).toEqual([
      expect.stringMatching(/^accounts\.dev\.admins: got \["arn:aws:iam::.*, expected each principal once$/),
    ]);
  });

  test.each([
    ["an address without a length", "198.51.100.7", "an IPv4 or IPv6 network such as 10.0.0.0/20"],
    ["a network with host bits", "198.51.100.7/24", "198.51.100.0/24 (it has host bits set)"],
    ["everywhere", "0.0.0.0/0", "a prefix length from /8 to /32"],
    ["everywhere in IPv6", "::/0", "an IPv4 or IPv6 network such as 10.0.0.0/20"],
    ["half of all in IPv6", "8000::/1", "an IPv4 or IPv6 network such as 10.0.0.0/20"],
    ["an IPv6 network with host bits", "2001:db8::1/32", "an IPv4 or IPv6 network such as 10.0.0.0/20"],
    [
      "an IPv6 network with a zone id that Terraform would read",
      "fe80::1%{ if true }/64",
      "an IPv4 or IPv6 network such as 10.0.0.0/20",
    ],
  ])("refuses %s as the place they come from", (_what, cidr, expected) => {
    expect(problemsWith({ "accounts.dev.sourceIps": [cidr] })).toEqual([
      `accounts.dev.sourceIps[0]: got ${JSON.stringify(cidr)}, expected ${expected}`,
    ]);
  });

  test("accepts networks of IPv4 and IPv6 as the place they come from", () => {
    expect(problemsWith({ "accounts.dev.sourceIps": ["198.51.100.0/24", "203.0.113.7/32", "2001:db8::/32"] })).toEqual(
      [],
    );
  });

  test.each([3599, 43201, 3600.5, 0, -3600, "28800"])("refuses an Operator session of %p seconds", (seconds) => {
    expect(problemsWith({ "accounts.dev.operatorSessionSeconds": seconds })).toEqual([
      `accounts.dev.operatorSessionSeconds: got ${JSON.stringify(seconds)}, expected ${SESSION}`,
    ]);
  });

  test.each([3600, 43200])("accepts an Operator session of %p seconds", (seconds) => {
    expect(problemsWith({ "accounts.dev.operatorSessionSeconds": seconds })).toEqual([]);
  });
});

describe("regions", () => {
  test.each([
    "eu-west-9",
    "Ireland",
    "eu-west-1a",
    "EU-WEST-1",
    "us-gov-west-1",
    "cn-north-1",
    "toString",
    "constructor",
    "",
  ])("refuses %p, which is not an AWS region code of this partition", (region) => {
    expect(problemsWith({ defaultRegion: region })).toEqual([
      `defaultRegion: got ${JSON.stringify(region)}, expected ${REGION}`,
    ]);
    expect(problemsWith({ "environments.dev.region": region })).toEqual([
      `environments.dev.region: got ${JSON.stringify(region)}, expected ${REGION}`,
    ]);
  });
});

describe("networks", () => {
  test.each([
    ["an address without a length", "10.0.0.0", "an IPv4 network such as 10.0.0.0/20"],
    ["an octet above 255", "10.0.256.0/20", "an IPv4 network such as 10.0.0.0/20"],
    ["three octets", "10.0.0/20", "an IPv4 network such as 10.0.0.0/20"],
    ["a length above 32", "10.0.0.0/33", "an IPv4 network such as 10.0.0.0/20"],
    ["IPv6", "2001:db8::/32", "an IPv4 network such as 10.0.0.0/20"],
    ["words", "ten", "an IPv4 network such as 10.0.0.0/20"],
    ["a number", 10, "an IPv4 network such as 10.0.0.0/20"],
    ["host bits", "10.0.0.5/20", "10.0.0.0/20 (it has host bits set)"],
    ["a /15, larger than a VPC", "10.0.0.0/15", "a prefix length from /16 to /24"],
    ["a /25, too small for the subnets", "10.0.0.0/25", "a prefix length from /16 to /24"],
  ])("refuses a network with %s", (_what, cidr, expected) => {
    expect(problemsWith({ "environments.dev.network.cidrBlock": cidr })).toEqual([
      `environments.dev.network.cidrBlock: got ${JSON.stringify(cidr)}, expected ${expected}`,
    ]);
  });

  test.each(["10.0.0.0/16", "10.0.0.0/24"])("accepts %s, at the end of what is allowed", (cidr) => {
    expect(problemsWith({ "environments.dev.network.cidrBlock": cidr })).toEqual([]);
  });

  test("refuses one zone, four zones, and a retention that CloudWatch does not offer", () => {
    for (const zones of [["eu-west-1a"], ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"]]) {
      expect(problemsWith({ "environments.dev.network.zones": zones })).toEqual([
        `environments.dev.network.zones: got ${JSON.stringify(zones)}, expected two or three availability zones`,
      ]);
    }
    expect(problemsWith({ "environments.dev.network.flowLogRetentionDays": 31 })).toEqual([
      expect.stringMatching(
        /^environments\.dev\.network\.flowLogRetentionDays: got 31, expected .* CloudWatch Logs offers: 1, 3, 5/,
      ),
    ]);
  });
});

describe("ExternalIds", () => {
  test.each([
    ["one character", "x"],
    ["1,225 characters", "x".repeat(1225)],
    ["nothing", ""],
    ["a space", "demo id"],
    ["a star", "demo*"],
    ["a letter outside ASCII", "démo"],
    ["a line break", "demo\n"],
  ])("refuses one of %s", (_what, externalId) => {
    const [problem, ...others] = problemsWith({ "environments.dev.externalId": externalId });
    expect(problem).toMatch(/^environments\.dev\.externalId: got "/);
    expect(problem).toContain(`expected ${EXTERNAL_ID}`);
    expect(others).toEqual([]);
  });

  test.each(["xx", "x".repeat(1224), "Demo_1+=,.@:/-"])("accepts %p", (externalId) => {
    expect(problemsWith({ "environments.dev.externalId": externalId })).toEqual([]);
  });
});

describe("names", () => {
  test.each(["Dev", "1dev", "dev_1", "dev--1", "dev-", "-dev", "dev 1", ""])(
    "refuses %p as the name of an environment",
    (name) => {
      const estate = estateWith();
      expect(problemsWith({ environments: { [name]: estate.environments["dev"] } })).toEqual([
        `environments.${name}: is no name, expected ${NAME}`,
      ]);
    },
  );

  test("refuses a solution that AWS would not take in a bucket's name", () => {
    expect(problemsWith({ solution: "Demo_1" })).toEqual([`solution: got "Demo_1", expected ${NAME}`]);
  });
});

describe("databases, applications and members", () => {
  test.each<Refused>([
    [
      "an instance class without db.",
      "environments.dev.database.instanceClass",
      "t4g.micro",
      "an RDS instance class, for example db.t4g.micro",
    ],
    ["19 GB", "environments.dev.database.allocatedStorageGb", 19, "a whole number of GB from 20 to 65536"],
    [
      "a minor version",
      "environments.dev.database.engineVersion",
      "17.4",
      'a major version of PostgreSQL, "13" to "18"',
    ],
    [
      "a version without quotes",
      "environments.dev.database.engineVersion",
      17,
      'a major version of PostgreSQL, "13" to "18"',
    ],
    ["36 days of backups", "environments.dev.database.backupRetentionDays", 36, "a whole number of days from 0 to 35"],
    ["protection in words", "environments.dev.database.deletionProtection", "yes", "true or false"],
    [
      "a service that is not AWS's",
      "environments.dev.application.serviceTrust.0",
      "example.com",
      "a service principal such as lambda.amazonaws.com",
    ],
  ])("refuses %s", (_what, path, value, expected) => {
    const changes = path.endsWith(".0") ? { [path.slice(0, -2)]: [value] } : { [path]: value };
    expect(problemsWith(changes)).toEqual([
      `${path.replace(/\.0$/, "[0]")}: got ${JSON.stringify(value)}, expected ${expected}`,
    ]);
  });

  test("refuses a database that the whole internet may reach", () => {
    expect(problemsWith({ "environments.dev.database.allowedCidrBlocks": ["0.0.0.0/0"] })).toEqual([
      'environments.dev.database.allowedCidrBlocks[0]: got "0.0.0.0/0", expected a prefix length from /8 to /32',
    ]);
  });

  test("refuses a bucket and a repository named twice", () => {
    const twice = ["data", "data"];
    expect(
      problemsWith({
        "environments.dev.application.buckets": twice,
        "environments.dev.application.repositories": twice,
      }),
    ).toEqual([
      'environments.dev.application.buckets: got ["data","data"], expected each bucket once',
      'environments.dev.application.repositories: got ["data","data"], expected each repository once',
    ]);
  });

  test("refuses whoever may connect, a service and a role named twice", () => {
    expect(
      problemsWith({
        "environments.dev.database": {
          allowedCidrBlocks: ["10.0.8.0/24", "10.0.8.0/24"],
          allowedSecurityGroupIds: ["sg-0a1b2c3d", "sg-0a1b2c3d"],
        },
        "environments.dev.application": {
          serviceTrust: ["lambda.amazonaws.com", "lambda.amazonaws.com"],
          existingRoles: { apiHandler: "one", workflowLoopRunner: "one" },
        },
      }),
    ).toEqual([
      'environments.dev.database.allowedCidrBlocks: got ["10.0.8.0/24","10.0.8.0/24"], expected each network once',
      'environments.dev.database.allowedSecurityGroupIds: got ["sg-0a1b2c3d","sg-0a1b2c3d"], expected each security group once',
      'environments.dev.application.serviceTrust: got ["lambda.amazonaws.com","lambda.amazonaws.com"], expected each service once',
      'environments.dev.application.existingRoles: got {"apiHandler":"one","workflowLoopRunner":"one"}, expected two different roles',
    ]);
  });

  test("refuses ids of a VPC and a subnet that are none", () => {
    expect(
      problemsWith({
        "accounts.lab.membership": "invited",
        "environments.dev.members.lab": { account: "lab", vpcId: "subnet-0123456789abcdef0", subnetId: "10.0.0.0/24" },
      }),
    ).toEqual([
      'environments.dev.members.lab.vpcId: got "subnet-0123456789abcdef0", expected the id of a VPC, vpc-…',
      'environments.dev.members.lab.subnetId: got "10.0.0.0/24", expected the id of a subnet, subnet-…',
    ]);
  });
});

describe("the organization, trails and alarms", () => {
  test.each<Refused>([
    ["an organization in words", "organization", "ours", "an organization, or {} for the defaults"],
    ["an organization that exists in words", "organization.existing", "yes", "true or false"],
    ["a trail in words", "organization.trail", "no", "true or false"],
    ["no region at all", "organization.allowedRegions", [], "at least one region"],
    ["a region twice", "organization.allowedRegions", ["eu-west-1", "eu-west-1"], "each region once"],
    ["one region without a list", "organization.allowedRegions", "eu-west-1", "a list of regions"],
    ["an account's trail in words", "accounts.dev.trail", "no", "true or false"],
    ["a member that is retired in words", "accounts.lab.retired", "yes", "true or false"],
    ["a lock of no days", "accounts.dev.trailLockDays", 0, "a whole number of days from 1 to 36500"],
    ["a lock of more than 100 years", "accounts.dev.trailLockDays", 36501, "a whole number of days from 1 to 36500"],
    ["nobody to alarm", "accounts.dev.alarmEmails", [], "at least one e-mail address"],
    ["one to alarm without a list", "accounts.dev.alarmEmails", "a@example.com", "a list of e-mail addresses"],
    ["one to alarm twice", "accounts.dev.alarmEmails", ["a@example.com", "a@example.com"], "each address once"],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [path]: value })).toEqual([`${path}: got ${JSON.stringify(value)}, expected ${expected}`]);
  });

  test("refuses a region, and an address, that is none", () => {
    expect(
      problemsWith({ "organization.allowedRegions": ["eu-west-1", "mars-1"], "accounts.dev.alarmEmails": ["dev"] }),
    ).toEqual([
      `organization.allowedRegions[1]: got "mars-1", expected ${REGION}`,
      'accounts.dev.alarmEmails[0]: got "dev", expected an e-mail address',
    ]);
  });

  test("accepts ten addresses to alarm, and no eleventh", () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, index) => `${index}@example.com`);
    expect(problemsWith({ "accounts.dev.alarmEmails": addresses(10) })).toEqual([]);
    expect(problemsWith({ "accounts.dev.alarmEmails": addresses(11) })).toEqual([
      expect.stringMatching(/^accounts\.dev\.alarmEmails: got .*, expected at most 10 e-mail addresses$/),
    ]);
  });

  test.each([1, 36500])("accepts a lock of %p days", (days) => {
    expect(problemsWith({ "accounts.dev.trailLockDays": days })).toEqual([]);
  });
});

describe("security groups", () => {
  const WEB = "environments.dev.securityGroups.web";
  const RULE = `${WEB}.ingress.0`;
  const DESCRIPTION =
    "1 to 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, with a letter or digit among them";
  const CHARGE_CODE = "a charge code: 1 to 256 of letters, digits, spaces and _.:/=+-@";
  const group = () => ({ work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] });

  test.each<Refused>([
    ["a group that is none", WEB, "open", "a security group: { work, ingress, … }"],
    ["work that there is not", `${WEB}.work`, "play", "application or computation"],
    [
      "one charge code in a list of several",
      `${WEB}.chargeCodes`,
      ["a"],
      "two charge codes at least; one is a chargeCode",
    ],
    ["no charge code in a list of several", `${WEB}.chargeCodes`, [], "two charge codes at least; one is a chargeCode"],
    ["a charge code twice", `${WEB}.chargeCodes`, ["a", "a"], "each charge code once"],
    ["several charge codes without a list", `${WEB}.chargeCodes`, "a, b", "a list of charge codes"],
    ["several charge codes as one", `${WEB}.chargeCode`, "a, b", CHARGE_CODE],
    ["an empty description", `${WEB}.description`, "", DESCRIPTION],
    ["a description of a space", `${WEB}.description`, " ", DESCRIPTION],
    ["a description with a letter that EC2 refuses", `${WEB}.description`, "Büro", DESCRIPTION],
    ["a description with an apostrophe", `${WEB}.description`, "team's", DESCRIPTION],
    ["a description of two lines", `${WEB}.description`, "one\ntwo", DESCRIPTION],
    ["rules without a list", `${WEB}.ingress`, {}, "a list of rules"],
    ["a rule that is none", RULE, "443", "a rule: { port, cidrBlock or group, … }"],
    ["a protocol that there is not", `${RULE}.protocol`, "TCP", "tcp, udp, icmp or all"],
    ["a protocol by number", `${RULE}.protocol`, -1, "tcp, udp, icmp or all"],
    ["a port below the first", `${RULE}.port`, -1, "a whole number from 0 to 65535"],
    ["a port beyond the last", `${RULE}.port`, 65536, "a whole number from 0 to 65535"],
    ["half a port", `${RULE}.port`, 443.5, "a whole number from 0 to 65535"],
    ["a port in words", `${RULE}.port`, "443", "a whole number from 0 to 65535"],
    ["a last port beyond the last", `${RULE}.toPort`, 65536, "a whole number from 0 to 65535"],
    ["an address without a length", `${RULE}.cidrBlock`, "10.0.0.0", "an IPv4 network such as 10.0.0.0/20"],
    ["everybody in IPv6", `${RULE}.cidrBlock`, "::/0", "an IPv4 network such as 10.0.0.0/20"],
    ["everybody with host bits", `${RULE}.cidrBlock`, "1.2.3.4/0", "0.0.0.0/0 (it has host bits set)"],
    ["an empty approval", `${RULE}.approval`, "", DESCRIPTION],
    ["an approval that is a flag", `${RULE}.approval`, true, DESCRIPTION],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [WEB]: group(), [path]: value })).toEqual([
      `${path.replace(".0", "[0]")}: got ${JSON.stringify(value)}, expected ${expected}`,
    ]);
  });

  test("accepts descriptions and approvals of 255 characters, and none of 256", () => {
    for (const path of [`${WEB}.description`, `${RULE}.approval`]) {
      expect(problemsWith({ [WEB]: group(), [path]: "x".repeat(255) })).toEqual([]);
      expect(problemsWith({ [WEB]: group(), [path]: "x".repeat(256) })).toHaveLength(1);
    }
    expect(problemsWith({ [WEB]: group(), [`${WEB}.description`]: "aZ09 ._-:/()#,@[]+=&;{}!$*" })).toEqual([]);
  });

  test("accepts two to ten charge codes, and no eleventh", () => {
    const codes = (count: number) => ({
      [WEB]: { ...group(), chargeCodes: Array.from({ length: count }, (_, index) => `code-${index}`) },
    });
    expect(problemsWith(codes(2))).toEqual([]);
    expect(problemsWith(codes(10))).toEqual([]);
    expect(problemsWith(codes(11))).toEqual([
      expect.stringMatching(/^[^:]*\.chargeCodes: got .*, expected ten charge codes at most$/),
    ]);
  });

  test.each(["0.0.0.0/1", "10.0.0.1/32"])("accepts a network of any size, such as %s", (cidrBlock) => {
    expect(problemsWith({ [WEB]: group(), [`${RULE}.cidrBlock`]: cidrBlock, [`${RULE}.approval`]: "CHG-1" })).toEqual(
      [],
    );
  });

  test.each(["Web", "web_1", "1web", ""])("refuses %p as the name of a group", (name) => {
    expect(problemsWith({ "environments.dev.securityGroups": { [name]: group() } })).toEqual([
      `environments.dev.securityGroups.${name}: is no name, expected ${NAME}`,
    ]);
  });

  test.each<Refused>([
    ["groups without a list", "allowedSecurityGroups", "web", "a list of names"],
    ["a group twice", "allowedSecurityGroups", ["default", "default"], "each security group once"],
    ["the default group in words", "defaultSecurityGroup", "no", "true or false"],
  ])("refuses for the database %s", (_what, key, value, expected) => {
    const path = `environments.dev.database.${key}`;
    expect(problemsWith({ [path]: value })).toEqual([`${path}: got ${JSON.stringify(value)}, expected ${expected}`]);
  });
});

describe("unknown keys", () => {
  test.each([
    ["solutoin", "solution"],
    ["region", "defaultRegion"],
    ["accounts.dev.emial", "email"],
    ["accounts.dev.monthlyBudget", "monthlyBudgetUsd"],
    ["environments.dev.externalID", "externalId"],
    ["environments.dev.network.cidrblock", "cidrBlock"],
    ["environments.dev.database.backupRetention", "backupRetentionDays"],
    ["environments.dev.members.lab.acount", "account"],
    ["organisation", "organization"],
    ["organization.regions", "allowedRegions"],
    ["accounts.dev.alarmEmail", "alarmEmails"],
    ["environments.dev.securityGroup", "securityGroups"],
    ["environments.dev.securityGroups.web.chargecodes", "chargeCodes"],
  ])("refuses %s, and names the nearest known key: %s", (path, nearest) => {
    const parts = {
      "environments.dev.members.lab": { account: "lab" },
      "environments.dev.securityGroups.web": { work: "application" },
    };
    expect(problemsWith({ ...parts, [path]: 1 })).toEqual([`${path}: unknown key, did you mean ${nearest}?`]);
  });
});

test("says of a value that is missing that it is missing, and what is expected", () => {
  expect(problemsWith({ "accounts.dev.id": undefined, "environments.dev.profile": undefined })).toEqual([
    "environments.dev.profile: is missing, expected documented or hardened",
    "accounts.dev.id: is missing, expected 12 digits, in quotes",
  ]);
});

test("accepts the minimal estate, and one with an environment in production", () => {
  expect(problemsWith({})).toEqual([]);
  expect(problemsWith(PROD)).toEqual([]);
});

test.each(["arn:aws:iam::*:role/x", "arn:aws:iam::222222222222:root", "*", "arn:aws:iam::222222222222:role/"])(
  "a maintainer is a principal of one account, or a pattern of several there, not %s",
  (arn) => {
    expect(problemsWith({ "accounts.dev.maintainers": [arn] })).toHaveLength(1);
    expect(
      problemsWith({ "accounts.dev.maintainers": ["arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/*"] }),
    ).toEqual([]);
  },
);

test("a charge code holds a letter or a digit", () => {
  expect(problemsWith({ chargeCode: "   " })).toHaveLength(1);
  expect(problemsWith({ chargeCode: "-1-" })).toEqual([]);
});
