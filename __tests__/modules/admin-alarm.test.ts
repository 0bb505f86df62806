import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import { AdminAlarm, type AdminAlarmProps } from "../../modules/admin-alarm";
import { matches, type Json } from "../support/event-pattern";
import { problemsOf, synthModule } from "../support/module";
import { normalized, statement } from "../support/policy";

const account = "111111111111";
const build =
  (changes: Partial<AdminAlarmProps> = {}) =>
  (scope: Construct) => {
    new AdminAlarm(scope, "alarm", {
      name: "galileo-admin",
      accountId: account,
      region: "eu-west-1",
      adminRoleArn: `arn:aws:iam::${account}:role/Admin`,
      emails: ["ops@example.com"],
      ...changes,
    });
  };
const stack = synthModule(build());
const topicArn = `arn:aws:sns:eu-west-1:${account}:galileo-admin`;
const ruleArn = (rule: string) => `arn:aws:events:eu-west-1:${account}:rule/galileo-admin-${rule}`;

/** The rules that match an event. */
const heardBy = (event: Json, changes?: Partial<AdminAlarmProps>) =>
  synthModule(build(changes))
    .all("aws_cloudwatch_event_rule")
    .filter(({ values }) => matches(JSON.parse(String(values["event_pattern"])) as Json, event))
    .map(({ values }) => values["name"]);

const API_CALL = { "detail-type": "AWS API Call via CloudTrail" };
const johnDoe = { type: "IAMUser", arn: `arn:aws:iam::${account}:user/JohnDoe`, accountId: account };

/** Events as the user guides of IAM and CloudTrail show them, shortened. */
const assumeRole = (detail: Readonly<Record<string, Json>>) => ({
  source: "aws.sts",
  ...API_CALL,
  account,
  region: "eu-west-1",
  detail: {
    userIdentity: { ...johnDoe, userName: "JohnDoe" },
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    readOnly: true,
    eventType: "AwsApiCall",
    requestParameters: { roleSessionName: "JohnDoe", roleArn: `arn:aws:iam::${account}:role/Admin` },
    ...detail,
  },
});
const signIn = (eventName: string, userIdentity: Json) => ({
  source: "aws.signin",
  "detail-type": "AWS Console Sign In via CloudTrail",
  account,
  region: "us-east-1",
  detail: {
    userIdentity,
    eventSource: "signin.amazonaws.com",
    eventName,
    eventType: "AwsConsoleSignIn",
    requestParameters: null,
  },
});
const assumeOther = (role: string, accountId = account) =>
  assumeRole({ requestParameters: { roleArn: `arn:aws:iam::${accountId}:role/${role}` } });
const session = (role: string, accountId = account): Json => ({
  type: "AssumedRole",
  principalId: "AROAIDPPEZS35WEXAMPLE:JohnDoe",
  arn: `arn:aws:sts::${accountId}:assumed-role/${role}/JohnDoe`,
  accountId,
});
const ofIam = { eventSource: "iam.amazonaws.com" };
const noRole = { requestParameters: null };
const rootOf = (id: string): Json => ({ type: "Root", principalId: id, arn: `arn:aws:iam::${id}:root`, accountId: id });
const root = rootOf(account);

describe("an alarm reports", () => {
  test.each<[string, Json, string]>([
    ["the role being assumed", assumeRole({}), "assumed"],
    ["the role being assumed by SAML", assumeRole({ eventName: "AssumeRoleWithSAML" }), "assumed"],
    ["the role being assumed by OIDC", assumeRole({ eventName: "AssumeRoleWithWebIdentity" }), "assumed"],
    ["a denied attempt", assumeRole({ errorCode: "AccessDenied" }), "assumed"],
    ["a user switching to the role in the console", signIn("SwitchRole", session("Admin")), "console"],
    ["a user signing in to the console as the role", signIn("ConsoleLogin", session("Admin")), "console"],
    ["root sign-in", signIn("ConsoleLogin", root), "root"],
    ["a request to reset root's password", signIn("PasswordRecoveryRequested", root), "root"],
  ])("%s", (_, event, rule) => {
    expect(heardBy(event)).toEqual([`galileo-admin-${rule}`]);
  });

  test.each<[string, Json]>([
    ["another role being assumed", assumeOther("Operator")],
    ["a role whose name has the same prefix", assumeOther("Administrator")],
    ["the role of another account", assumeOther("Admin", "222222222222")],
    ["a call without parameters", assumeRole({ ...noRole, eventName: "GetCallerIdentity" })],
    ["an action of the role", assumeRole({ ...ofIam, eventName: "ListRoles", userIdentity: session("Admin") })],
    ["a user switching to another role", signIn("SwitchRole", session("Operator"))],
    ["a user switching to a role whose name has the same prefix", signIn("SwitchRole", session("Administrator"))],
    ["a user switching to the role of another account", signIn("SwitchRole", session("Admin", "222222222222"))],
    ["a user's sign-in", signIn("ConsoleLogin", johnDoe)],
    ["root of another account", signIn("ConsoleLogin", rootOf("222222222222"))],
    ["any other action of root", assumeRole({ ...noRole, userIdentity: root, eventName: "GetSessionToken" })],
    ["a call that names the role but does not assume it", assumeRole({ eventName: "AssumeRoot" })],
    ["a call to another service that names the role", assumeRole(ofIam)],
    ["an event from another source", { ...assumeRole({}), source: "aws.iam" }],
    ["an event that is not an API call", { ...assumeRole({}), "detail-type": "AWS Service Event via CloudTrail" }],
    ["a call by the role to the sign-in service", { ...signIn("Any", session("Admin")), ...API_CALL }],
    ["a sign-in by the role to another service", { ...signIn("Any", session("Admin")), source: "aws.sso" }],
  ])("an alarm does not report %s", (_, event) => {
    expect(heardBy(event)).toEqual([]);
  });

  test("a role with a path, although its session ARNs have no path", () => {
    const changes = { adminRoleArn: `arn:aws:iam::${account}:role/people/of/Admin` };
    expect(heardBy(assumeRole({ requestParameters: { roleArn: changes.adminRoleArn } }), changes)).toEqual([
      "galileo-admin-assumed",
    ]);
    expect(heardBy(signIn("SwitchRole", session("Admin")), changes)).toEqual(["galileo-admin-console"]);
  });

  test("events that CloudTrail marks as read-only, such as AssumeRole", () => {
    const states = stack.all("aws_cloudwatch_event_rule").map(({ values }) => values["state"]);
    expect(states).toEqual(Array(3).fill("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"));
  });
});

const ADMIN = "AWSReservedSSO_Admin_1234567890abcdef";
const OWN_ADMIN = "AWSReservedSSO_Admin-prod_abcdef0123456789";
const IN_IRELAND = "aws-reserved/sso.amazonaws.com/eu-west-1";
const IN_VIRGINIA = "aws-reserved/sso.amazonaws.com";

/** What the account records when a person uses a permission set: Identity Center assumes its role. */
const enterBySet = (path: string, role: string, detail: Readonly<Record<string, Json>> = {}, accountId = account) =>
  assumeRole({
    userIdentity: {
      type: "SAMLUser",
      principalId: "/nQTosBbaHrvuioiTKQEXAMPLE=:jane.doe",
      userName: "jane.doe",
      identityProvider: "/nQTosBbaHrvuioiTKQEXAMPLE=",
    },
    eventName: "AssumeRoleWithSAML",
    requestParameters: {
      sAMLAssertionID: "_4bed2fda-6aac-47f8-8f04-1cf23EXAMPLE",
      roleSessionName: "jane.doe",
      roleArn: `arn:aws:iam::${accountId}:role/${path}/${role}`,
      principalArn: `arn:aws:iam::${accountId}:saml-provider/AWSSSO_1234567890abcdef_DO_NOT_DELETE`,
      durationSeconds: 3600,
    },
    ...detail,
  });

describe("an alarm with the names of Admin's permission sets reports", () => {
  const changes = { adminSetNames: ["Admin", "Admin-prod"] };

  test.each<[string, Json, string]>([
    ["Admin by the CLI", enterBySet(IN_IRELAND, ADMIN), "assumed"],
    ["Admin of an instance in us-east-1", enterBySet(IN_VIRGINIA, ADMIN), "assumed"],
    ["the account's own Admin", enterBySet(IN_IRELAND, OWN_ADMIN), "assumed"],
    ["the account's own Admin of an instance in us-east-1", enterBySet(IN_VIRGINIA, OWN_ADMIN), "assumed"],
    ["a denied attempt", enterBySet(IN_IRELAND, ADMIN, { errorCode: "AccessDenied" }), "assumed"],
    [
      "Admin after its assignment came back with another suffix",
      enterBySet(IN_IRELAND, "AWSReservedSSO_Admin_fedcba9876543210"),
      "assumed",
    ],
    ["Admin in the console", signIn("ConsoleLogin", session(ADMIN)), "console"],
    ["the account's own Admin in the console", signIn("ConsoleLogin", session(OWN_ADMIN)), "console"],
    ["still the role", assumeRole({}), "assumed"],
    ["still the role in the console", signIn("SwitchRole", session("Admin")), "console"],
    ["still root", signIn("ConsoleLogin", root), "root"],
  ])("%s", (_, event, rule) => {
    expect(heardBy(event, changes)).toEqual([`galileo-admin-${rule}`]);
  });

  const OPERATOR = "AWSReservedSSO_Operator_1234567890abcdef";
  const ADMINISTRATOR = "AWSReservedSSO_AdministratorAccess_1234567890abcdef";
  test.each<[string, Json]>([
    ["Operator", enterBySet(IN_IRELAND, OPERATOR)],
    ["Operator in the console", signIn("ConsoleLogin", session(OPERATOR))],
    ["a set whose name begins in the same way", enterBySet(IN_IRELAND, ADMINISTRATOR)],
    ["a set whose name begins in the same way, in the console", signIn("ConsoleLogin", session(ADMINISTRATOR))],
    ["a set whose name ends in the same way", enterBySet(IN_IRELAND, "AWSReservedSSO_Not-Admin_1234567890abcdef")],
    ["another account's own Admin", enterBySet(IN_IRELAND, "AWSReservedSSO_Admin-dev_1234567890abcdef")],
    ["Admin in another account", enterBySet(IN_IRELAND, ADMIN, {}, "222222222222")],
    ["Admin in another account's console", signIn("ConsoleLogin", session(ADMIN, "222222222222"))],
    ["a role of that name outside AWS's path", enterBySet("people", ADMIN)],
    [
      "a call of the set's session",
      assumeRole({ ...noRole, eventName: "GetCallerIdentity", userIdentity: session(ADMIN) }),
    ],
  ])("but not %s", (_, event) => {
    expect(heardBy(event, changes)).toEqual([]);
  });

  test("without the names, no permission set", () => {
    expect(heardBy(enterBySet(IN_IRELAND, ADMIN))).toEqual([]);
    expect(heardBy(signIn("ConsoleLogin", session(ADMIN)))).toEqual([]);
  });

  test("no suffix, which changes with every assignment", () => {
    const patterns = synthModule(build(changes)).all("aws_cloudwatch_event_rule");
    expect(JSON.stringify(patterns)).not.toMatch(/AWSReservedSSO_[^"*]*_[0-9a-f]{16}/);
  });
});

test("without a role, an alarm reports root alone, through a topic without a key", () => {
  const changes = { adminRoleArn: undefined };
  expect(heardBy(signIn("ConsoleLogin", root), changes)).toEqual(["galileo-admin-root"]);
  expect(heardBy(assumeRole({}), changes)).toEqual([]);
  const ofRoot = synthModule(build(changes));
  expect(problemsOf(build(changes))).toEqual([]);
  expect(ofRoot.all("aws_kms_key")).toEqual([]);
  expect(ofRoot.at("alarm/topic")).toEqual({ name: "galileo-admin" });
  expect(statement(ofRoot.policy("alarm/policy"), "LetItsRulesPublish").Condition).toEqual({
    ArnEquals: { "aws:SourceArn": [ruleArn("root")] },
  });
});

describe("an alarm notifies", () => {
  test("its topic of every matching event, after the topic policy exists", () => {
    const topic = stack.reference("alarm/topic", "arn");
    for (const rule of ["assumed", "console", "root"]) {
      expect(stack.at(`alarm/rule/${rule}/target`)).toEqual({
        rule: stack.reference(`alarm/rule/${rule}/rule`, "name"),
        target_id: "topic",
        arn: topic,
        depends_on: [stack.resourceAt("alarm/policy").address],
      });
    }
  });

  test("each address by email", () => {
    const emails = [
      "ops@example.com",
      "o.ps@example.com",
      "ops+admin@example.com",
      "ops/admin@example.com",
      "ops--admin@example.com",
    ];
    const subscriptions = synthModule(build({ emails })).all("aws_sns_topic_subscription");
    expect(subscriptions.map(({ values }) => values["endpoint"]).sort()).toEqual([...emails].sort());
    for (const { values } of subscriptions) expect(values["protocol"]).toBe("email");
    expect(problemsOf(build({ emails: [] }))).toEqual(["emails must name at least one address, got none"]);
  });
});

describe("its topic", () => {
  const policy = stack.policy("alarm/policy");

  test("accepts messages from its own rules only", () => {
    expect(stack.at("alarm/policy")["arn"]).toBe(stack.reference("alarm/topic", "arn"));
    expect(policy.Statement.filter(({ Effect }) => Effect === "Allow").map(normalized)).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com"] },
        Action: ["sns:Publish"],
        Resource: [topicArn],
        Condition: { ArnEquals: { "aws:SourceArn": ["assumed", "console", "root"].map(ruleArn) } },
      },
    ]);
    const names = stack.namesOf("aws_cloudwatch_event_rule");
    expect(names).toEqual(["galileo-admin-assumed", "galileo-admin-console", "galileo-admin-root"]);
  });

  test("requires TLS", () => {
    expect(normalized(statement(policy, "RefuseWhateverComesWithoutTls"))).toEqual({
      Effect: "Deny",
      Principal: "*",
      Action: ["sns:Publish"],
      Resource: [topicArn],
      Condition: { Bool: { "aws:SecureTransport": ["false"] } },
    });
  });

  test("is encrypted by a key of its own, because EventBridge may not use AWS's key", () => {
    expect(stack.at("alarm/topic")).toEqual({
      name: "galileo-admin",
      kms_master_key_id: stack.reference("alarm/key/key", "arn"),
    });
    expect(stack.at("alarm/key/alias")["name"]).toBe("alias/galileo-admin");
  });
});

describe("its key", () => {
  const policy = stack.policy("alarm/key/key");

  test("is administered by the account's IAM", () => {
    expect(normalized(statement(policy, "LetTheAccountsIamDecide"))).toEqual({
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${account}:root`] },
      Action: ["kms:*"],
      Resource: ["*"],
      Condition: {},
    });
  });

  test("allows EventBridge for this topic only, by a condition key that EventBridge sends to KMS", () => {
    expect(normalized(statement(policy, "LetRulesPublishToTheTopic"))).toEqual({
      Effect: "Allow",
      Principal: { Service: ["events.amazonaws.com"] },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: ["*"],
      Condition: { StringEquals: { "kms:EncryptionContext:aws:sns:topicArn": [topicArn] } },
    });
    expect(JSON.stringify(policy)).not.toContain("aws:Source");
  });
});

test("all resources of an alarm are in the region of the given provider, or in the stack's own", () => {
  const elsewhere = synthModule((scope) => {
    build({
      region: "us-east-1",
      provider: new AwsProvider(scope, "elsewhere", { alias: "elsewhere", region: "us-east-1" }),
    })(scope);
  });
  expect(elsewhere.resources).toHaveLength(stack.resources.length);
  for (const { values } of elsewhere.resources) expect(values["provider"]).toBe("aws.elsewhere");
  for (const { values } of stack.resources) expect(values).not.toHaveProperty("provider");
  expect(JSON.stringify(elsewhere.policy("alarm/policy"))).not.toContain("eu-west-1");
});

describe("refuses at synth", () => {
  test("names over AWS's maximum length", () => {
    expect(problemsOf(build({ name: "x".repeat(64 - "-assumed".length) }))).toEqual([]);
    const name = "x".repeat(57);
    expect(problemsOf(build({ name }))).toEqual([
      `rule name must have at most 64 characters, got 65: "${name}-assumed"`,
      `rule name must have at most 64 characters, got 65: "${name}-console"`,
    ]);
    expect(problemsOf(build({ name: "x".repeat(257) }))).toContain(
      `topic name must have at most 256 characters, got 257: "${"x".repeat(257)}"`,
    );
  });

  test("permission sets that are no names, or come without the role", () => {
    expect(problemsOf(build({ adminSetNames: ["Admin-prod"] }))).toEqual([]);
    expect(problemsOf(build({ adminSetNames: ["Admin*", ""] }))).toEqual([
      'adminSetNames must be names of permission sets, got "Admin*"',
      'adminSetNames must be names of permission sets, got ""',
    ]);
    expect(problemsOf(build({ adminRoleArn: undefined, adminSetNames: ["Admin"] }))).toEqual([
      "adminSetNames must come with adminRoleArn",
    ]);
  });

  test("names with characters that AWS does not allow", () => {
    expect(problemsOf(build({ name: "galileo admin" }))).toContain(
      'topic name must be letters, digits, hyphens and underscores, got "galileo admin"',
    );
  });

  test.each([
    "arn:aws:iam::222222222222:role/Admin",
    "${aws_iam_role.admin.arn}",
    `arn:aws:iam::${account}:user/Admin`,
  ])("a role that may belong to another account: %s", (adminRoleArn) => {
    expect(problemsOf(build({ adminRoleArn }))).toEqual([
      `adminRoleArn must be arn:aws:iam::${account}:role/<name>, got "${adminRoleArn}"`,
    ]);
    // No rule matches a role without a name.
    expect(synthModule(build({ adminRoleArn })).all("aws_cloudwatch_event_rule")).toEqual([]);
  });
});
