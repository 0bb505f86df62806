import { estateSha256 } from "../../tools/plans/manifest";
import { estateOf, estateWith, problemsWith, PROD } from "./estate-fixture";
import { AZURE_DEVOPS } from "../support/estates";

const USER =
  'the ARN of an IAM user, for example arn:aws:iam::111111111111:user/name, or "group:" with the display name of a group of IAM Identity Center';
const NO_SESSION =
  'the ARN of an IAM user or "group:<display name>", because the role requires MFA, which no session of a role or a federated user has';
const EXTERNAL_ID = "an ExternalId of 2 to 1224 letters, digits and characters of +=,.@:/-_";
const SESSION = "a whole number of seconds from 3600 to 43200";
const REGION = "the code of an AWS region, for example eu-west-1";
const CHARGE_CODE =
  "a charge code of 1 to 256 letters, digits and characters of _.:/=+-@ with spaces between them, not beginning with aws: or rds:";
const ROLE = "the name of an IAM role: 1 to 64 letters, digits and characters of +=,.@_-, after its path if it has one";
const IP_NETWORK = "an IPv4 or IPv6 network such as 198.51.100.0/24";
const BUDGET = "a number of US dollars a month from 0.01 to 1000000000000";
const TWICE = ["terraform-user", "terraform-user"];
const MASTER_USERNAME = "1 to 16 lower-case letters, digits and _, beginning with a letter, not with pg_ or rds_";
const DATABASE_NAME = "1 to 63 lower-case letters, digits and _, beginning with a letter";
const USER_IN_USE = "no key word that PostgreSQL reserves, and none of admin, none, public, rdsadmin";
const DATABASE_IN_USE = "no key word that PostgreSQL reserves, and none of rdsadmin, template0, template1";
const DATABASE = "environments.dev.database";
const SUBJECT_BY_ID = ["project_id", "ref_type", "ref", "ref_protected"];
const NAME = "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter";

const BUCKET = "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens";
const NAME_OF_INSTANCE = "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter";

/**
 * A value at a path, with what must be there: the problem must list the path, the expected and the given value.
 */
type Refused = readonly [what: string, path: string, value: unknown, expected: string];

describe("accounts", () => {
  test.each<Refused>([
    ["an account id of 11 digits", "accounts.dev.id", "22222222222", "12 digits in quotes"],
    ["an account id of 13 digits", "accounts.dev.id", "2222222222222", "12 digits in quotes"],
    ["an account id with hyphens", "accounts.dev.id", "2222-2222-2222", "12 digits in quotes"],
    ["an account id with a line break after it", "accounts.dev.id", "222222222222\n", "12 digits in quotes"],
    ["an account id without quotes", "accounts.dev.id", 222222222222, "12 digits in quotes"],
    ["an unknown kind of account", "accounts.dev.kind", "payer", "master, main, member or security"],
    ["an unknown membership", "accounts.lab.membership", "borrowed", "created (in the organization) or invited"],
    ["an invalid e-mail address", "accounts.dev.email", "dev at example.com", "an e-mail address"],
    [
      "an e-mail address at a host that DNS does not allow",
      "accounts.dev.email",
      "dev@my-.example.com",
      "an e-mail address without a hyphen before a dot in its host name",
    ],
    ["a budget of 0", "accounts.dev.monthlyBudgetUsd", 0, BUDGET],
    ["a budget as text", "accounts.dev.monthlyBudgetUsd", "50", BUDGET],
    ["a service user named twice", "accounts.dev.serviceUsers", TWICE, "a list without duplicates"],
    ["an access role by ARN", "accounts.dev.accessRole", "arn:aws:iam::222222222222:role/x", ROLE],
    ["a region for states that AWS does not have", "accounts.dev.region", "eu-west-9", REGION],
    ["a charge code with a semicolon", "chargeCode", "a;b", CHARGE_CODE],
    ["a repository by URL", "repository", "https://github.com/example-org/estate", "a GitHub repository, owner/name"],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [path]: value })).toContain(`${path} must be ${expected}, got ${JSON.stringify(value)}`);
  });

  test.each([1e21, 1e-7, 1e13, 0.001, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses a budget of %p, which AWS cannot read or nobody has",
    (budget) => {
      expect(problemsWith({ "accounts.dev.monthlyBudgetUsd": budget })).toEqual([
        `accounts.dev.monthlyBudgetUsd must be ${BUDGET}, got ${budget}`,
      ]);
    },
  );

  test.each([0.01, 33.33, 1000 / 3, 1e12])("accepts a budget of %p, whose text has no exponent", (budget) => {
    expect(problemsWith({ "accounts.dev.monthlyBudgetUsd": budget })).toEqual([]);
    expect(String(budget)).toMatch(/^\d+(\.\d+)?$/);
  });

  test("refuses an estate without an account", () => {
    const problem = "accounts must be an object with at least one account, got {}";
    expect(problemsWith({ accounts: {}, environments: {} })).toEqual([problem]);
  });
});

describe("the plan roles' additional reads", () => {
  const READ = "an IAM action that reads, such as glue:GetTable, without wildcards";
  const HARMLESS =
    "an action whose answer holds no secrets and no data (config/sensitive-reads.json lists those that do)";
  const repository = "example-org/estate";

  test.each([
    ["every action", "*", READ],
    ["every action of a service", "glue:*", READ],
    ["a pattern", "glue:Get*", READ],
    ["a write", "glue:DeleteTable", READ],
    ["an action without its service", "GetTable", READ],
    ["two actions in a text", "glue:GetTable glue:GetTables", READ],
    ["a text with a line break after it", "glue:GetTable\n", READ],
    ["environment variables", "lambda:GetFunction", HARMLESS],
    ["the same in another case", "lambda:GetFUNCTION", HARMLESS],
    ["a secret", "secretsmanager:GetSecretValue", HARMLESS],
    ["data", "dynamodb:GetItem", HARMLESS],
  ])("refuse %s", (_what, action, expected) => {
    expect(problemsWith({ repository, planRoleReads: [action] })).toEqual([
      `planRoleReads[0] must be ${expected}, got ${JSON.stringify(action)}`,
    ]);
  });

  test.each([
    "glue:GetTable",
    "elasticloadbalancing:DescribeLoadBalancers",
    "apigateway:GET",
    "route53:ListTagsForResource",
  ])("may be %s", (action) => {
    expect(problemsWith({ repository, planRoleReads: [action] })).toEqual([]);
  });

  test("are a list without duplicates", () => {
    const planRoleReads = ["glue:GetTable", "glue:GetTable"];
    expect(problemsWith({ repository, planRoleReads })).toEqual([
      'planRoleReads must be a list without duplicates, got ["glue:GetTable","glue:GetTable"]',
    ]);
  });

  test("need a repository, whose pipelines plan", () => {
    expect(problemsWith({ planRoleReads: ["glue:GetTable"] })).toEqual([
      'planRoleReads must be left out in an estate without a repository, got ["glue:GetTable"]. Add the repository whose pipelines plan.',
    ]);
    expect(problemsWith({ repository: "no", planRoleReads: ["glue:GetTable"] })).toEqual([
      'repository must be a GitHub repository, owner/name, got "no"',
    ]);
  });
});

describe("the users of Operator and Admin", () => {
  test.each([
    ["the account's root", "arn:aws:iam::222222222222:root"],
    ["a bare account id", "222222222222"],
    ["a group", "arn:aws:iam::222222222222:group/team"],
    ["everybody", "*"],
    ["every user of an account", "arn:aws:iam::222222222222:user/*"],
    ["users by the beginning of their name", "arn:aws:iam::222222222222:user/dev-*"],
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
        `accounts.dev.${list}[1] must be ${USER}, got ${shownArn}`,
      ]);
    }
  });

  test.each([
    ["a role", "arn:aws:iam::222222222222:role/team"],
    ["a role of IAM Identity Center", "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/Team_0123abcd"],
    ["a session of a role", "arn:aws:sts::222222222222:assumed-role/team/session"],
    ["a federated user", "arn:aws:sts::222222222222:federated-user/someone"],
  ])("refuses %s, which has no MFA", (_what, arn) => {
    expect(problemsWith({ "accounts.dev.operators": [arn], "accounts.dev.admins": [arn] })).toEqual(
      ["operators", "admins"].map((list) => `accounts.dev.${list}[0] must be ${NO_SESSION}, got "${arn}"`),
    );
  });

  test.each([
    ["a user", "arn:aws:iam::222222222222:user/someone@example.com"],
    ["a user with a path", "arn:aws:iam::222222222222:user/team/platform/someone"],
    ["a user name of 64 characters", `arn:aws:iam::222222222222:user/${"a".repeat(64)}`],
  ])("accepts %s", (_what, arn) => {
    expect(problemsWith({ "accounts.dev.operators": [arn], "accounts.dev.admins": [arn] })).toEqual([]);
  });

  test.each(["group:platform leads", "group:Équipe plate-forme (EU)/1", `group:${"a".repeat(128)}`])(
    "accepts %s",
    (group) => {
      const identityCenter = { identityCenter: {} };
      expect(
        problemsWith({ ...identityCenter, "accounts.dev.operators": [group], "accounts.dev.admins": [group] }),
      ).toEqual([]);
    },
  );

  test.each([
    ["group:"],
    ["group: leads"],
    ["group:leads "],
    ["group:one\ntwo"],
    [`group:${"a".repeat(129)}`],
    ["group:half of a pair \ud800"],
    ["group:turned \u202e around"],
    ["group:invisible\u200b"],
    ["group:\u009b31m"],
  ])("refuses %j", (group) => {
    const [problem = "", ...others] = problemsWith({ identityCenter: {}, "accounts.dev.operators": [group] });
    expect(problem).toMatch(
      /^accounts\.dev\.operators\[0\] must be "group:" with a display name of 1 to 128 visible characters and spaces in one line, without a space at an end, got "group:/,
    );
    expect(others).toEqual([]);
  });

  test("refuses an empty list and a duplicate user", () => {
    const arn = "arn:aws:iam::111111111111:user/operator";
    expect(problemsWith({ "accounts.dev.operators": [] })).toEqual([
      `accounts.dev.operators must be a list with at least one item: ${USER}, got []`,
    ]);
    expect(problemsWith({ "accounts.dev.admins": [arn, arn] })).toEqual([
      expect.stringMatching(/^accounts\.dev\.admins must be a list without duplicates, got \["arn:aws:iam::.*…$/),
    ]);
  });

  test.each([
    ["an address without a length", "198.51.100.7", IP_NETWORK],
    ["everywhere", "0.0.0.0/0", "a network with a prefix length from /8 to /32"],
    ["everywhere in IPv6", "::/0", IP_NETWORK],
    ["half of all in IPv6", "8000::/1", IP_NETWORK],
    ["an IPv6 network with host bits", "2001:db8::1/32", IP_NETWORK],
    ["an IPv6 network with a zone id that Terraform would read", "fe80::1%{ if true }/64", IP_NETWORK],
  ])("refuses %s as a source network", (_what, cidr, expected) => {
    expect(problemsWith({ "accounts.dev.sourceIps": [cidr] })).toEqual([
      `accounts.dev.sourceIps[0] must be ${expected}, got ${JSON.stringify(cidr)}`,
    ]);
  });

  test.each([
    "10.0.0.0/8",
    "172.16.0.0/12",
    "172.31.255.0/24",
    "192.168.1.7/32",
    "100.64.0.0/10",
    "127.0.0.1/32",
    "169.254.0.0/16",
    "0.0.0.0/8",
    "224.0.0.0/8",
    "240.0.0.0/8",
    "fd00::/16",
    "fe80::/64",
    "::1/128",
    "::ffff:a00:0/104",
  ])("refuses %s as a source network, from which no request reaches AWS", (cidr) => {
    expect(problemsWith({ "accounts.dev.sourceIps": ["198.51.100.0/24", cidr] })).toEqual([
      `accounts.dev.sourceIps[1] must be a public network, got "${cidr}" (AWS sees the public address of a request, so this one would allow nobody)`,
    ]);
  });

  test("accepts networks next to the private ones, and one that contains a private one", () => {
    const networks = ["11.0.0.0/8", "172.32.0.0/16", "100.0.0.0/8", "192.0.0.0/8", "2a00:1450::/32"];
    expect(problemsWith({ "accounts.dev.sourceIps": networks })).toEqual([]);
  });

  test("accepts IPv4 and IPv6 networks as source networks", () => {
    const networks = ["198.51.100.0/24", "203.0.113.7/32", "2001:db8::/32"];
    expect(problemsWith({ "accounts.dev.sourceIps": networks })).toEqual([]);
  });

  test.each([3599, 43201, 3600.5, 0, -3600, "28800"])("refuses an Operator session of %p seconds", (seconds) => {
    expect(problemsWith({ "accounts.dev.operatorSessionSeconds": seconds })).toEqual([
      `accounts.dev.operatorSessionSeconds must be ${SESSION}, got ${JSON.stringify(seconds)}`,
    ]);
  });

  test.each([3600, 43200])("accepts an Operator session of %p seconds", (seconds) => {
    expect(problemsWith({ "accounts.dev.operatorSessionSeconds": seconds })).toEqual([]);
  });
});

describe("regions", () => {
  test.each(["eu-west-9", "Ireland", "us-gov-west-1", "cn-north-1", "toString", "constructor", ""])(
    "refuses %p, which is no region code of this partition",
    (region) => {
      const problem = `must be ${REGION}, got ${JSON.stringify(region)}`;
      for (const path of ["defaultRegion", "environments.dev.region"])
        expect(problemsWith({ [path]: region })).toEqual([`${path} ${problem}`]);
    },
  );

  test.each([
    ["us-east1", "us-east-1"],
    ["eu-west-1a", "eu-west-1"],
    ["EU-WEST-1", "eu-west-1"],
    ["eu west 1", "eu-west-1"],
  ])("suggests what is written otherwise only: %s, %s", (region, meant) => {
    expect(problemsWith({ defaultRegion: region })).toEqual([
      `defaultRegion must be ${REGION}, got "${region}" (did you mean ${meant}?)`,
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
    ["a word", "ten", "an IPv4 network such as 10.0.0.0/20"],
    ["a number", 10, "an IPv4 network such as 10.0.0.0/20"],
    ["a /15, larger than a VPC", "10.0.0.0/15", "a network with a prefix length from /16 to /24"],
    ["a /25, too small for the subnets", "10.0.0.0/25", "a network with a prefix length from /16 to /24"],
  ])("refuses a network with %s", (_what, cidr, expected) => {
    expect(problemsWith({ "environments.dev.network.cidrBlock": cidr })).toEqual([
      `environments.dev.network.cidrBlock must be ${expected}, got ${JSON.stringify(cidr)}`,
    ]);
  });

  test.each([
    ["127.0.0.0/16", "127.0.0.0/8"],
    ["169.254.0.0/20", "169.254.0.0/16"],
    ["224.0.0.0/20", "224.0.0.0/4"],
    ["239.255.240.0/20", "224.0.0.0/4"],
    ["0.1.0.0/16", "0.0.0.0/8"],
  ])("refuses %s as a VPC's network, since AWS refuses %s", (cidr, range) => {
    const paths = ["environments.dev.network.cidrBlock", "environments.dev.members.lab.cidrBlock"];
    for (const path of paths) {
      const lab = { "environments.dev.members.lab": { account: "lab" } };
      expect(problemsWith({ ...lab, [path]: cidr })).toEqual([
        `${path} must be a network that AWS allows for a VPC, got "${cidr}" (it refuses ${range})`,
      ]);
    }
  });

  test.each(["100.64.0.0/16", "198.19.0.0/16", "126.255.0.0/16", "169.253.0.0/16", "240.0.0.0/16"])(
    "accepts %s as a VPC's network, as AWS does",
    (cidr) => {
      expect(problemsWith({ "environments.dev.network.cidrBlock": cidr })).toEqual([]);
    },
  );

  test("refuses a rule and a database source without any address, such as 0.0.0.0/8 in place of 0.0.0.0/0", () => {
    const must = 'must be a network that packets come from or go to, got "';
    const all = "everywhere is 0.0.0.0/0)";
    expect(
      problemsWith({
        "environments.dev.securityGroups.web": {
          work: "application",
          ingress: [{ port: 443, cidrBlock: "0.0.0.0/8", approval: "CHG-1042" }],
          egress: [{ port: 443, cidrBlock: "127.0.0.1/32" }],
        },
        "environments.dev.database": { allowedCidrBlocks: ["127.0.0.0/8"] },
      }),
    ).toEqual([
      `environments.dev.securityGroups.web.ingress[0].cidrBlock ${must}0.0.0.0/8" (no packet has an address in 0.0.0.0/8; ${all}`,
      `environments.dev.securityGroups.web.egress[0].cidrBlock ${must}127.0.0.1/32" (no packet has an address in 127.0.0.0/8; ${all}`,
      `environments.dev.database.allowedCidrBlocks[0] ${must}127.0.0.0/8" (no packet has an address in 127.0.0.0/8; ${all}`,
    ]);
  });

  test("refuses more than three subnets of a tier, whatever else is wrong with them", () => {
    const many = Array.from({ length: 100_000 }, () => "10.0.0.0/28");
    expect(problemsWith({ "environments.dev.network.publicSubnetCidrBlocks": many })).toEqual([
      expect.stringContaining("must be a list of at most three networks, one for each zone, got ["),
    ]);
  });

  test.each(["10.0.0.0/16", "10.0.0.0/24"])("accepts %s, at the limit", (cidr) => {
    expect(problemsWith({ "environments.dev.network.cidrBlock": cidr })).toEqual([]);
  });

  test("refuses no zone, four zones, and a retention that CloudWatch does not offer", () => {
    for (const zones of [[], ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"]]) {
      expect(problemsWith({ "environments.dev.network.zones": zones })).toEqual([
        `environments.dev.network.zones must be a list of one to three availability zones, got ${JSON.stringify(zones)}`,
      ]);
    }
    expect(problemsWith({ "environments.dev.network.flowLogRetentionDays": 31 })).toEqual([
      expect.stringMatching(
        /^environments\.dev\.network\.flowLogRetentionDays must be .* CloudWatch Logs offers: 1, 3, 5.*, got 31$/,
      ),
    ]);
  });
});

test.each([
  { path: "accounts.dev.sourceIps", value: "198.51.100.7/24", network: "198.51.100.0/24" },
  { path: "environments.dev.network.cidrBlock", value: "10.0.0.5/20", network: "10.0.0.0/20" },
  { path: "environments.dev.database.allowedCidrBlocks", value: "10.0.8.1/23", network: "10.0.8.0/23" },
  { path: "environments.dev.members.lab.subnetCidrBlock", value: "10.0.0.1/20", network: "10.0.0.0/20" },
])("refuses a network with host bits as $path, and prints the one without", ({ path, value, network }) => {
  const lab = { "environments.dev.members.lab": { account: "lab" } };
  const problems = problemsWith({ ...lab, [path]: path.endsWith("Block") ? value : [value] });
  expect(problems).toEqual([
    expect.stringContaining(`, got "${value}" (host bits are set: the network is ${network})`),
  ]);
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
    expect(problem).toContain(`environments.dev.externalId must be ${EXTERNAL_ID}, got "`);
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
        `environments.${name} must be ${NAME}, got ${JSON.stringify(name)}`,
      ]);
    },
  );

  test("refuses a solution that is invalid in a bucket's name", () => {
    expect(problemsWith({ solution: "Demo_1" })).toEqual([`solution must be ${NAME}, got "Demo_1"`]);
  });
});

describe("databases, applications and members", () => {
  const SERVICE = "environments.dev.application.serviceTrust.0";

  test.each<Refused>([
    [
      "a class without db",
      `${DATABASE}.instanceClass`,
      "t4g.micro",
      "an instance class of RDS for PostgreSQL, for example db.t4g.micro",
    ],
    ["19 GB", "environments.dev.database.allocatedStorageGb", 19, "a whole number of GB from 20 to 65536"],
    ["a minor version", `${DATABASE}.engineVersion`, "17.4", 'a major version of PostgreSQL, "13" to "18"'],
    ["a version without quotes", `${DATABASE}.engineVersion`, 17, 'a major version of PostgreSQL, "13" to "18"'],
    ["36 days of backups", "environments.dev.database.backupRetentionDays", 36, "a whole number of days from 0 to 35"],
    ...["rdsadmin", "admin", "public", "none", "user", "order", "authorization"].map((name): Refused => [
      `the master user ${name}`,
      `${DATABASE}.masterUsername`,
      name,
      USER_IN_USE,
    ]),
    ...["pg_owner", "rds_superuser", "_owner", "1st", "Owner", "x".repeat(17), ""].map((name): Refused => [
      `the master user "${name}"`,
      `${DATABASE}.masterUsername`,
      name,
      MASTER_USERNAME,
    ]),
    ...["rdsadmin", "template1", "table", "all"].map((name): Refused => [
      `the database ${name}`,
      `${DATABASE}.databaseName`,
      name,
      DATABASE_IN_USE,
    ]),
    ...["_studies", "1st", "my-data", "x".repeat(64)].map((name): Refused => [
      `the database "${name}"`,
      `${DATABASE}.databaseName`,
      name,
      DATABASE_NAME,
    ]),
    ["protection as text", "environments.dev.database.deletionProtection", "yes", "true or false"],
    ["a service outside AWS", SERVICE, "example.com", "a service principal such as lambda.amazonaws.com"],
  ])("refuses %s", (_what, path, value, expected) => {
    const changes = path.endsWith(".0") ? { [path.slice(0, -2)]: [value] } : { [path]: value };
    expect(problemsWith(changes)).toEqual([
      `${path.replace(/\.0$/, "[0]")} must be ${expected}, got ${JSON.stringify(value)}`,
    ]);
  });

  test("accepts names of databases and master users at the limits, and words that PostgreSQL does not reserve", () => {
    for (const masterUsername of ["x".repeat(16), "postgres", "name", "users", "pgadmin"])
      expect(problemsWith({ [DATABASE]: { masterUsername } })).toEqual([]);
    for (const databaseName of ["x".repeat(63), "postgres", "pg_data", "tables", "a1_"])
      expect(problemsWith({ [DATABASE]: { databaseName } })).toEqual([]);
  });

  test.each(["sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718"])("accepts the security group id %s", (id) => {
    expect(problemsWith({ [DATABASE]: { allowedSecurityGroupIds: [id] } })).toEqual([]);
  });

  test.each(["sg-0a1b2c3", "sg-0a1b2c3d4", "sg-0a1b2c3d4e5f6071", "sg-0A1B2C3D", "vpc-0a1b2c3d"])(
    "refuses the security group id %s: an id has 8 or 17 digits",
    (id) => {
      expect(problemsWith({ [DATABASE]: { allowedSecurityGroupIds: [id] } })).toEqual([
        `${DATABASE}.allowedSecurityGroupIds[0] must be the id of a security group, sg-…, got "${id}"`,
      ]);
    },
  );

  test("refuses a database that is open to the internet", () => {
    expect(problemsWith({ "environments.dev.database.allowedCidrBlocks": ["0.0.0.0/0"] })).toEqual([
      'environments.dev.database.allowedCidrBlocks[0] must be a network with a prefix length from /8 to /32, got "0.0.0.0/0"',
    ]);
  });

  test("refuses a bucket and a repository named twice", () => {
    const twice = ["data", "data"];
    const application = { buckets: twice, repositories: twice };
    expect(problemsWith({ "environments.dev.application": application })).toEqual([
      'environments.dev.application.buckets must be a list without duplicates, got ["data","data"]',
      'environments.dev.application.repositories must be a list without duplicates, got ["data","data"]',
    ]);
  });

  test("refuses duplicate sources, services and roles", () => {
    expect(
      problemsWith({
        "environments.dev.database": {
          allowedCidrBlocks: ["10.0.8.0/24", "10.0.8.0/24"],
          allowedSecurityGroupIds: ["sg-0a1b2c3d", "sg-0a1b2c3d"],
        },
        "environments.dev.application": {
          serviceTrust: ["lambda.amazonaws.com", "lambda.amazonaws.com"],
          existingRoles: { apiHandler: "one", workflowLoopRunner: "One" },
        },
      }),
    ).toEqual([
      'environments.dev.database.allowedCidrBlocks must be a list without duplicates, got ["10.0.8.0/24","10.0.8.0/24"]',
      'environments.dev.database.allowedSecurityGroupIds must be a list without duplicates, got ["sg-0a1b2c3d","sg-0a1b2c3d"]',
      'environments.dev.application.serviceTrust must be a list without duplicates, got ["lambda.amazonaws.com","lambda.amazonaws.com"]',
      'environments.dev.application.existingRoles must be two different roles, got {"apiHandler":"one","workflowLoopRunner":"One"}',
    ]);
  });

  test("refuses an invalid id of a VPC or a subnet", () => {
    expect(
      problemsWith({
        "accounts.lab.membership": "invited",
        "environments.dev.members.lab": { account: "lab", vpcId: "subnet-0123456789abcdef0", subnetId: "10.0.0.0/24" },
      }),
    ).toEqual([
      'environments.dev.members.lab.vpcId must be the id of a VPC, vpc-…, got "subnet-0123456789abcdef0"',
      'environments.dev.members.lab.subnetId must be the id of a subnet, subnet-…, got "10.0.0.0/24"',
    ]);
  });
});

describe("the organization, trails and alarms", () => {
  test.each<Refused>([
    ["an organization as text", "organization", "ours", "an organization, or {} for the defaults"],
    ["existing as text", "organization.existing", "yes", "true or false"],
    ["a trail as text", "organization.trail", "no", "true or false"],
    ["an empty list of regions", "organization.allowedRegions", [], "a list of at least one region"],
    ["a duplicate region", "organization.allowedRegions", ["eu-west-1", "eu-west-1"], "a list without duplicates"],
    ["one region without a list", "organization.allowedRegions", "eu-west-1", "a list of regions"],
    ["an account's trail as text", "accounts.dev.trail", "no", "true or false"],
    ["retired as text", "accounts.lab.retired", "yes", "true or false"],
    ["a lock of no days", "accounts.dev.trailLockDays", 0, "a whole number of days from 1 to 36500"],
    ["a lock of more than 100 years", "accounts.dev.trailLockDays", 36501, "a whole number of days from 1 to 36500"],
    ["no alarm addresses", "accounts.dev.alarmEmails", [], "a list of at least one e-mail address"],
    ["one to alarm without a list", "accounts.dev.alarmEmails", "a@example.com", "a list of e-mail addresses"],
    ["one to alarm twice", "accounts.dev.alarmEmails", ["a@example.com", "a@example.com"], "a list without duplicates"],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [path]: value })).toEqual([`${path} must be ${expected}, got ${JSON.stringify(value)}`]);
  });

  test("refuses an invalid region and an invalid address", () => {
    expect(
      problemsWith({
        "organization.allowedRegions": ["eu-west-1", "mars-1"],
        "accounts.dev.alarmEmails": ["dev", "d@a-.b.com"],
      }),
    ).toEqual([
      `organization.allowedRegions[1] must be ${REGION}, got "mars-1"`,
      'accounts.dev.alarmEmails[0] must be an e-mail address, got "dev"',
      'accounts.dev.alarmEmails[1] must be an e-mail address without a hyphen before a dot in its host name, got "d@a-.b.com"',
    ]);
  });

  test("accepts at most ten alarm addresses", () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, index) => `${index}@example.com`);
    expect(problemsWith({ "accounts.dev.alarmEmails": addresses(10) })).toEqual([]);
    expect(problemsWith({ "accounts.dev.alarmEmails": addresses(11) })).toEqual([
      expect.stringMatching(/^accounts\.dev\.alarmEmails must be a list of at most 10 e-mail addresses, got \[/),
    ]);
  });

  test.each([1, 36500])("accepts a lock of %p days", (days) => {
    expect(problemsWith({ "accounts.dev.trailLockDays": days })).toEqual([]);
  });
});

describe("security groups", () => {
  const WEB = "environments.dev.securityGroups.web";
  const RULE = `${WEB}.ingress.0`;
  test("refuses more rules in one direction than EC2 allows", () => {
    const ingress = Array.from({ length: 1001 }, (_, port) => ({ port, cidrBlock: "10.0.0.0/20" }));
    const problem = expect.stringContaining(`${WEB}.ingress must be a list of at most 1000 rules, got [`) as string;
    expect(problemsWith({ [WEB]: { work: "application", ingress } })).toEqual([problem]);
    expect(problemsWith({ [WEB]: { work: "application", ingress: ingress.slice(1) } })).toEqual([]);
  });

  const SEVERAL = "a list of at least two charge codes (chargeCode holds one)";
  const DESCRIPTION =
    "1 to 255 letters, digits, spaces and characters of ._-:/()#,@[]+=&;{}!$*, at least one of them a letter or digit";

  const group = () => ({ work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] });

  test.each<Refused>([
    ["a group that is none", WEB, "open", "a security group: { work, ingress, … }"],
    ["work that there is not", `${WEB}.work`, "play", "application or computation"],
    ["one charge code in a list of several", `${WEB}.chargeCodes`, ["a"], SEVERAL],
    ["no charge code in a list of several", `${WEB}.chargeCodes`, [], SEVERAL],
    ["a charge code twice", `${WEB}.chargeCodes`, ["a", "a"], "a list without duplicates"],
    ["several charge codes without a list", `${WEB}.chargeCodes`, "a, b", "a list of charge codes"],
    ["several charge codes as one", `${WEB}.chargeCode`, "a, b", CHARGE_CODE],
    ["an empty description", `${WEB}.description`, "", DESCRIPTION],
    ["a description of a space", `${WEB}.description`, " ", DESCRIPTION],
    ["a description with a letter that EC2 refuses", `${WEB}.description`, "Büro", DESCRIPTION],
    ["a description with an apostrophe", `${WEB}.description`, "team's", DESCRIPTION],
    ["a description of two lines", `${WEB}.description`, "one\ntwo", DESCRIPTION],
    ["rules without a list", `${WEB}.ingress`, {}, "a list of rules"],
    ["a rule that is none", RULE, "443", "a rule: { port, cidrBlock or group, … }"],
    ["an unknown protocol", `${RULE}.protocol`, "sctp", "tcp, udp, icmp or all"],
    ["a protocol by number", `${RULE}.protocol`, -1, "tcp, udp, icmp or all"],
    ["a port below the first", `${RULE}.port`, -1, "a whole number from 0 to 65535"],
    ["a port beyond the last", `${RULE}.port`, 65536, "a whole number from 0 to 65535"],
    ["half a port", `${RULE}.port`, 443.5, "a whole number from 0 to 65535"],
    ["a port as text", `${RULE}.port`, "443", "a whole number from 0 to 65535"],
    ["a last port beyond the last", `${RULE}.toPort`, 65536, "a whole number from 0 to 65535"],
    ["an address without a length", `${RULE}.cidrBlock`, "10.0.0.0", "an IPv4 network such as 10.0.0.0/20"],
    ["everybody in IPv6", `${RULE}.cidrBlock`, "::/0", "an IPv4 network such as 10.0.0.0/20"],
    ["an empty approval", `${RULE}.approval`, "", DESCRIPTION],
    ["an approval that is a flag", `${RULE}.approval`, true, DESCRIPTION],
  ])("refuses %s", (_what, path, value, expected) => {
    expect(problemsWith({ [WEB]: group(), [path]: value })).toEqual([
      `${path.replace(".0", "[0]")} must be ${expected}, got ${JSON.stringify(value)}`,
    ]);
  });

  test("accepts descriptions and approvals of at most 255 characters", () => {
    for (const path of [`${WEB}.description`, `${RULE}.approval`]) {
      expect(problemsWith({ [WEB]: group(), [path]: "x".repeat(255) })).toEqual([]);
      expect(problemsWith({ [WEB]: group(), [path]: "x".repeat(256) })).toHaveLength(1);
    }
    expect(problemsWith({ [WEB]: group(), [`${WEB}.description`]: "aZ09 ._-:/()#,@[]+=&;{}!$*" })).toEqual([]);
  });

  test("accepts two to ten charge codes", () => {
    const codes = (count: number) => ({
      [WEB]: { ...group(), chargeCodes: Array.from({ length: count }, (_, index) => `code-${index}`) },
    });
    expect(problemsWith(codes(2))).toEqual([]);
    expect(problemsWith(codes(10))).toEqual([]);
    expect(problemsWith(codes(11))).toEqual([
      expect.stringMatching(/\.chargeCodes must be a list of at most ten charge codes, got \[/),
    ]);
  });

  test.each(["0.0.0.0/1", "10.0.0.1/32"])("accepts a network of any size, such as %s", (cidrBlock) => {
    expect(problemsWith({ [WEB]: group(), [`${RULE}.cidrBlock`]: cidrBlock, [`${RULE}.approval`]: "CHG-1" })).toEqual(
      [],
    );
  });

  test.each(["Web", "web_1", "1web", ""])("refuses %p as the name of a group", (name) => {
    expect(problemsWith({ "environments.dev.securityGroups": { [name]: group() } })).toEqual([
      `environments.dev.securityGroups.${name} must be ${NAME}, got ${JSON.stringify(name)}`,
    ]);
  });

  test.each<Refused>([
    ["groups without a list", "allowedSecurityGroups", "web", "a list of names"],
    ["a group twice", "allowedSecurityGroups", ["default", "default"], "a list without duplicates"],
    ["the default group flag as text", "defaultSecurityGroup", "no", "true or false"],
  ])("refuses for the database %s", (_what, key, value, expected) => {
    const path = `environments.dev.database.${key}`;
    expect(problemsWith({ [path]: value })).toEqual([`${path} must be ${expected}, got ${JSON.stringify(value)}`]);
  });
});

describe("unknown keys", () => {
  test.each([
    ["solutoin", "solution"],
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
    expect(problemsWith({ ...parts, [path]: 1 })).toEqual([
      `${path} must be a known key, got ${JSON.stringify(path.split(".").at(-1))} (did you mean ${nearest}?)`,
    ]);
  });
});

test("a key that was renamed is refused with what is written in its place", () => {
  expect(problemsWith({ "accounts.dev.securityContact": {} })).toEqual([
    'accounts.dev.securityContact must be a known key, got "securityContact" (renamed: write contacts: { security: … }, or run npm run init -- --migrate)',
  ]);
});

test("contacts are of the kinds that AWS has", () => {
  expect(problemsWith({ "accounts.dev.contacts.securty": {} })).toEqual([
    'accounts.dev.contacts.securty must be a known key, got "securty" (did you mean security?)',
  ]);
});

describe("a key in the wrong place", () => {
  test.each([
    ["members", "identityCenter.groups.<name> or environments.<name>"],
    ["instanceClass", "environments.<name>.database or environments.<name>.databases.<name>"],
    ["environments.dev.multiAz", "environments.<name>.database or environments.<name>.databases.<name>"],
    ["environments.dev.operatorSessionSeconds", "accounts.<name>"],
    ["accounts.dev.approval", "environments.<name>.securityGroups.<name>.ingress[] or environments.<name>.securityGroups.<name>.egress[]"], // prettier-ignore
  ])("%s belongs under %s", (path, place) => {
    const key = path.split(".").at(-1) ?? "";
    expect(problemsWith({ [path]: 1 })).toEqual([
      `${path} must be a known key, got "${key}" (${key} belongs under ${place})`,
    ]);
  });

  test("and a key like it are both named", () => {
    expect(problemsWith({ region: "eu-west-1" })).toEqual([
      'region must be a known key, got "region" (did you mean defaultRegion? region belongs under identityCenter or accounts.<name> or environments.<name>)',
    ]);
    expect(problemsWith({ "accounts.dev.members": {} })).toEqual([
      'accounts.dev.members must be a known key, got "members" (did you mean membership? members belongs under identityCenter.groups.<name> or environments.<name>)',
    ]);
  });

  test("is not guessed at if nothing is like it", () => {
    expect(problemsWith({ "accounts.dev.flavour": 1 })).toEqual([
      'accounts.dev.flavour must be a known key, got "flavour"',
    ]);
  });
});

describe("names of IAM", () => {
  const operators = "accounts.dev.operators";
  const arn = (name: string) => `arn:aws:iam::111111111111:user/${name}`;

  test.each(["Deploy", "team/Deploy", "a/b/c/Deploy", "x!#%&'()~/Deploy"])(
    "accepts the role %s with its path",
    (role) => {
      expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual([]);
    },
  );

  test.each(["/Deploy", "team/", "te*m/Deploy", "te$m/Deploy", 'te"m/Deploy', "a b/Deploy", "x".repeat(65)])(
    "refuses the role %p",
    (role) => {
      expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual([
        `accounts.dev.accessRole must be ${ROLE}, got ${JSON.stringify(role)}`,
      ]);
    },
  );

  test("accepts what IAM allows in the path of a user, but for patterns", () => {
    expect(problemsWith({ [operators]: [arn("people:eu/engineer")] })).toEqual([]);
    for (const name of ["people?/engineer", "*/engineer", "/engineer"])
      expect(problemsWith({ [operators]: [arn(name)] })).toEqual([
        `${operators}[0] must be ${USER}, got "${arn(name)}"`,
      ]);
  });
});

describe("charge codes", () => {
  test.each([" platform", "platform ", "aws:platform", "AWS:x", "rds:x"])(
    "refuses %p, which a service refuses",
    (code) => {
      expect(problemsWith({ chargeCode: code })).toEqual([`chargeCode must be ${CHARGE_CODE}, got "${code}"`]);
    },
  );

  test.each(["plat form", "aws", "x aws:y"])("accepts %p", (code) => {
    expect(problemsWith({ chargeCode: code })).toEqual([]);
  });
});

describe("the repository", () => {
  const GITHUB = "a GitHub repository, owner/name";
  test.each([
    "owner/..",
    "owner/.",
    `${"x".repeat(40)}/name`,
    `owner/${"x".repeat(101)}`,
    "-owner/name",
    "owner/na me",
  ])("refuses %s", (repository) => {
    expect(problemsWith({ repository })).toEqual([expect.stringContaining(`repository must be ${GITHUB}, got "`)]);
  });

  test.each(["owner_company/name", `${"x".repeat(39)}/${"x".repeat(100)}`, "o/.github"])("accepts %s", (repository) => {
    expect(problemsWith({ repository })).toEqual([]);
  });

  test("is what its ids and its main branch need", () => {
    const ids = { owner: 1, repository: 2 };
    expect(problemsWith({ repositoryIds: ids, mainBranch: "trunk" })).toEqual([
      'repositoryIds must be left out in an estate without a repository, got {"owner":1,"repository":2}. Add the repository whose pipelines plan.',
      'mainBranch must be left out in an estate without a repository, got "trunk". Add the repository whose pipelines plan.',
    ]);
    expect(problemsWith({ repository: "o/r", repositoryIds: { owner: 0, repository: 1.5 } })).toEqual([
      `repositoryIds.owner must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}, got 0`,
      `repositoryIds.repository must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}, got 1.5`,
    ]);
  });

  test.each(["", "a b", "a..b", "a//b", "a.lock", "refs/x.lock/y", "a/", "a*", "-x", "x\n"])(
    "has no main branch %p",
    (mainBranch) => {
      expect(problemsWith({ repository: "o/r", mainBranch })).toEqual([
        `mainBranch must be the name of a branch: letters, digits and ._/-, got ${JSON.stringify(mainBranch)}`,
      ]);
    },
  );
});

describe("the file of allowed signers", () => {
  test.each([
    "/etc/passwd",
    "../allowed_signers",
    "config/../../signers",
    "./signers",
    "config//signers",
    "config/",
    ".git/x",
    "",
    "a b",
    "a\n",
    "a\\b",
    "C:/signers",
    null,
    ["a"],
  ])("is a path inside the project, not %j", (path) => {
    expect(problemsWith({ allowedSigners: path })).toEqual([
      `allowedSigners must be the path of a file in the project, without . or .., got ${JSON.stringify(path)}`,
    ]);
  });

  test("is part of an estate's hash, and an estate without it hashes as before the key existed", () => {
    expect(estateSha256(estateOf({ allowedSigners: "config/allowed_signers" }))).not.toBe(estateSha256(estateOf()));
    expect(JSON.stringify(estateOf())).not.toContain("allowedSigners");
  });
});

test("reports a missing value with what is expected", () => {
  expect(problemsWith({ "accounts.dev.id": undefined, "environments.dev.profile": undefined })).toEqual([
    "environments.dev.profile must be documented or hardened, got nothing",
    "accounts.dev.id must be 12 digits in quotes, got nothing",
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

test("a maintainer is a permission set without the suffix of its role, which a new assignment changes", () => {
  const maintainers = (arn: string) => problemsWith({ "accounts.dev.maintainers": [arn] });
  const role = "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Deploy";
  expect(maintainers(`${role}_0123456789abcdef`)).toEqual([
    expect.stringContaining(
      "maintainers[0] must be an ARN with * for the suffix of a permission set's role, which a new assignment changes, for example …/AWSReservedSSO_Deploy_*, got",
    ),
  ]);
  expect(maintainers(`${role}_*`)).toEqual([]);
  expect(maintainers("arn:aws:iam::222222222222:role/deploy_0123456789abcdef")).toEqual([]);
});

test("a charge code holds a letter or a digit", () => {
  expect(problemsWith({ chargeCode: "   " })).toHaveLength(1);
  expect(problemsWith({ chargeCode: "-1-" })).toEqual([]);
});

describe("the GitLab project", () => {
  const project = "example-group/aws-estate";
  const path = "the path of a GitLab project, group/project";
  const host = "the host name of a GitLab in lower case, without https://";
  const subject =
    "project_path or project_id, then ref_type and ref, then ref_protected and environment_protected if you want them";

  test.each<Refused>([
    ["a project without a group", "repository.gitlab.project", "aws-estate", path],
    ["a project by URL", "repository.gitlab.project", "https://gitlab.com/a/b", path],
    ["a project with a wildcard", "repository.gitlab.project", "a/*", path],
    ["a project that ends in .git", "repository.gitlab.project", "a/b.git", path],
    ["a group that ends in a dot", "repository.gitlab.project", "a./b", path],
    ["a project that begins with a hyphen", "repository.gitlab.project", "a/-b", path],
    ["a host by URL", "repository.gitlab.host", "https://gitlab.example.com", host],
    ["a host with a port", "repository.gitlab.host", "repository.gitlab.example.com:8443", host],
    ["a host with a path", "repository.gitlab.host", "example.com/gitlab", host],
    ["a host with capitals", "repository.gitlab.host", "GitLab.example.com", host],
    ["a host without a domain", "repository.gitlab.host", "gitlab", host],
    ["a subject without the branch", "repository.gitlab.subject", ["project_path", "ref_type"], subject],
    ["a subject in another order", "repository.gitlab.subject", ["project_path", "ref", "ref_type"], subject],
    ["a subject without the project", "repository.gitlab.subject", ["ref_type", "ref"], subject],
    ["an id as text", "repository.gitlab.projectId", "7", `a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`],
  ])("refuses %s", (_what, key, value, expected) => {
    const [, , name = ""] = key.split(".");
    expect(
      problemsWith({ repository: { gitlab: { project, subject: SUBJECT_BY_ID, projectId: 1, [name]: value } } }),
    ).toContain(`${key} must be ${expected}, got ${JSON.stringify(value)}`);
  });

  test("refuses a claim that GitLab never puts into a subject", () => {
    expect(
      problemsWith({
        repository: { gitlab: { project, subject: ["project_path", "ref_type", "ref", "environment"] } },
      }),
    ).toEqual([
      'repository.gitlab.subject[3] must be one of project_path, project_id, ref_type, ref, ref_protected, environment_protected, got "environment" (did you mean environment_protected?)',
    ]);
  });

  test.each([
    { project: "Group_1/sub.group/Project-2.x" },
    { project, host: "git.example.co.uk" },
    { project, subject: ["project_path", "ref_type", "ref", "environment_protected"] },
    { project, subject: SUBJECT_BY_ID, projectId: 1, alsoByPath: true },
  ])("accepts %j", (gitlab) => {
    expect(problemsWith({ repository: { gitlab } })).toEqual([]);
  });
});

describe("the Azure DevOps project", () => {
  const azureDevOps = AZURE_DEVOPS;
  const organization = "the name of an Azure DevOps organization: 1 to 50 letters, digits and hyphens";
  const organizationId = "the id of an Azure DevOps organization: a GUID in lower case";
  const name = "the name of an Azure DevOps project without spaces: 1 to 64 letters, digits and characters of ._-";

  test.each<Refused>([
    ["an organization by URL", "organization", "https://dev.azure.com/example-org", organization],
    ["an organization with a wildcard", "organization", "example-*", organization],
    ["an organization that ends in a hyphen", "organization", "example-", organization],
    ["the name of the organization as its id", "organizationId", "example-org", organizationId],
    ["an id in capitals", "organizationId", "AAAAAAAA-2222-3333-4444-555555555555", organizationId],
    ["an id with a wildcard", "organizationId", "11111111-2222-3333-4444-*", organizationId],
    ["a project with a space", "project", "aws estate", name],
    ["a project with a slash", "project", "other/aws-estate", name],
    ["a project with a wildcard", "project", "aws-*", name],
    ["a project that ends in a dot", "project", "aws.", name],
  ])("refuses %s", (_what, key, value, expected) => {
    expect(problemsWith({ repository: { azureDevOps: { ...azureDevOps, [key]: value } } })).toEqual([
      `repository.azureDevOps.${key} must be ${expected}, got ${JSON.stringify(value)}`,
    ]);
  });

  test("needs all its keys, and knows no others", () => {
    expect(problemsWith({ repository: { azureDevOps: {} } })).toHaveLength(3);
    expect(problemsWith({ repository: { azureDevOps: { ...azureDevOps, projct: "x" } } })).toEqual([
      'repository.azureDevOps.projct must be a known key, got "projct" (did you mean project?)',
    ]);
  });

  test("is one of several services", () => {
    expect(problemsWith({ repository: { azureDevOps } })).toEqual([]);
    expect(problemsWith({ repository: { github: "o/r", azureDevOps } })).toEqual([]);
    expect(problemsWith({ repository: { azureDevops: azureDevOps } })).toEqual([
      expect.stringContaining(
        'repository.azureDevops must be a known key, got "azureDevops" (did you mean azureDevOps?',
      ),
    ]);
    expect(problemsWith({ repository: 7 })).toEqual([
      "repository must be a GitHub repository, owner/name, or { github, gitlab, azureDevOps }, got 7",
    ]);
    expect(problemsWith({ repository: {} })).toEqual([
      "repository must be an object with at least one of github, gitlab and azureDevOps, got {}",
    ]);
  });
});

describe("what exists and stays", () => {
  const KEPT = "environments.dev.existing";
  test.each<Refused>([
    ["a bucket name in upper case", "buckets.studydata", "Studies", BUCKET],
    ["a bucket name like an address", "buckets.studydata", "10.0.0.1", BUCKET],
    [
      "a repository name with a space",
      "repositories.jobs",
      "my jobs",
      "the name of an ECR repository: 2 to 256 lower-case letters, digits, and ._/- between them",
    ],
    ["a role by ARN", "roles.apiHandler", "arn:aws:iam::222222222222:role/Api", ROLE],
    [
      "an instance profile with its path",
      "profiles.deployment",
      "a/b",
      "the name of an instance profile: 1 to 128 letters, digits and characters of +=,.@_-",
    ],
    ["an identifier in upper case", "database.identifier", "Studies", NAME_OF_INSTANCE],
    ["an identifier with two hyphens in a row", "database.identifier", "a--b", NAME_OF_INSTANCE],
    [
      "a database that begins with a digit",
      "database.databaseName",
      "1a",
      "1 to 63 letters, digits and _, beginning with a letter, or false if RDS created no database",
    ],
    ["encryption, which is the default", "database.encrypted", true, "false or left out"],
    ["no public address, which is the default", "database.publiclyAccessible", false, "true or left out"],
    ["private subnets only, which is the default", "database.publicSubnets", false, "true or left out"],
    ["gp3, which is the default", "database.storageType", "gp3", "gp2, io1, io2 or standard"],
    [
      "the subnet group of the default VPC",
      "database.subnetGroup",
      "default",
      "the name of a DB subnet group other than default: lower-case letters, digits, spaces and characters of ._-",
    ],
    [
      "a parameter group of RDS",
      "database.parameterGroup.name",
      "default.postgres17",
      "the name of a DB parameter group of your own: lower-case letters, digits and single hyphens, beginning with a letter",
    ],
    [
      "a security group by id",
      "database.ownSecurityGroup.name",
      "sg-0a1b2c3d4e5f60718",
      "the name of a security group, not beginning with sg-",
    ],
  ])("refuses %s", (_what, path, value, expected) => {
    const changes = { "environments.dev.database": {}, [`${KEPT}.${path}`]: value };
    expect(problemsWith(changes)).toContain(`${KEPT}.${path} must be ${expected}, got ${JSON.stringify(value)}`);
  });
});
