import type { IAMClient } from "@aws-sdk/client-iam";
import type { PlanJson } from "../../../../tools/review/plan-json";
import type { Estate } from "../../../../config/model";
import type { JsonObject } from "../../../../tools/support/json";
import type { Stack } from "../../../../tools/synth/stacks";
import { otherAccounts } from "../../../../tools/plans/existing/other-accounts";
import type { SettingClients } from "../../../../tools/terraform/aws/setting-clients";
import { FakeS3, awsError } from "../../terraform/support/fake-s3";
import { found, usersWith } from "../../../support/estates";
import type { StackReader } from "../../../support/stack-reader";
import { identityPlan, withGroups } from "../../review/support/identity-plans";
import { created, planOf } from "../../review/support/plans";

const stack = { id: "master-identity", accountId: "111111111111", region: "eu-west-1" } as Stack;
const USER = "arn:aws:iam::111111111111:user/platform-engineer";
const EMERGENCY = "arn:aws:iam::111111111111:user/emergency";
const estate = usersWith(() => undefined);
const before = withGroups();
const ACTIVE = ["111111111111", "222222222222", "555555555555"].map((Id) => ({ Id, Status: "ACTIVE" }));

interface Organization {
  /** The accounts, on pages. */
  readonly pages?: readonly (readonly object[])[];
  /** The users that roles trust, by `<account id> <role>`. Others do not exist. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  /** The accounts of which AWS denies to read roles. */
  readonly denied?: readonly string[];
  /** The account of which all credentials are. @default those of each account exist */
  readonly credentialsOf?: string;
  readonly isApply?: boolean;
}

/** What blocks a plan, and every question to AWS. */
async function asked(
  plan: PlanJson,
  { pages = [ACTIVE], users = {}, denied = [], credentialsOf, isApply }: Organization,
) {
  const questions: string[] = [];
  const call = (_service: string, { target = "", input }: { target?: string; input?: JsonObject }) => {
    const page = Number(input?.["NextToken"] ?? 0);
    questions.push(`${target.split(".")[1] ?? ""} ${page}`);
    return Promise.resolve({
      Accounts: pages[page],
      NextToken: page + 1 < pages.length ? String(page + 1) : undefined,
    });
  };
  const iamOf = (accountId: string) => ({
    send: ({ input: { RoleName } }: { readonly input: { readonly RoleName: string } }) => {
      questions.push(`${accountId} ${RoleName}`);
      const fail = (name: string, httpStatusCode: number) =>
        Promise.reject(Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } }));
      if (denied.includes(accountId)) return fail("AccessDenied", 403);
      const AWS = users[`${accountId} ${RoleName}`];
      if (!AWS) return fail("NoSuchEntityException", 404);
      const Statement = [{ Effect: AWS.length > 0 ? "Allow" : "Deny", Principal: AWS.length > 0 ? { AWS } : "*" }];
      const Arn = `arn:aws:iam::${accountId}:role/${RoleName}`;
      return Promise.resolve({
        Role: { Arn, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify({ Statement })) },
      });
    },
  });
  const clients = ({ accountId }: Stack) =>
    Promise.resolve({
      call,
      iam: iamOf(credentialsOf ?? accountId) as unknown as IAMClient,
      s3: () => Promise.resolve(new FakeS3().client),
    });
  const blocked = await otherAccounts(plan, stack, estate, clients, isApply);
  return { blocked: blocked.map(({ message }) => message), questions };
}

describe("an account in which a group gets a permission set", () => {
  const more = withGroups((file) => {
    for (const name of ["ci", "staging"]) found(file.accounts, name).admins = ["group:leads"];
  });
  const plan = identityPlan(before, more);

  test("must be in the organization: each other one blocks the plan, with the commands that invite it", async () => {
    const { blocked, questions } = await asked(plan, { pages: [ACTIVE, [{ Id: "333333333333", Status: "ACTIVE" }]] });
    expect(blocked).toEqual([
      'the account staging (444444444444) is not an active account of the organization, so IAM Identity Center assigns nobody in it. Set joins: true in accounts.staging, run npm run accounts -- --invite staging, accept the invitation in the account, and plan again (docs/organization.md, "Inviting a member").',
    ]);
    expect(questions).toEqual(["ListAccounts 0", "ListAccounts 1"]);
  });

  test("must not be closed, by AWS's old word or its new one", async () => {
    const [closed, suspended] = [
      { Id: "444444444444", State: "CLOSED" },
      { Id: "333333333333", Status: "SUSPENDED" },
    ];
    expect((await asked(plan, { pages: [[...ACTIVE, closed, suspended]] })).blocked).toHaveLength(2);
  });

  test("is not asked for if the plan assigns nobody anew", async () => {
    expect(await asked(identityPlan(before, before), {})).toEqual({ blocked: [], questions: [] });
  });
});

test("a delegated administrator is in the organization; the id of an account that the plan creates is unknown", async () => {
  const ADDRESS = "aws_organizations_delegated_administrator.sso";
  const outside = planOf([created(ADDRESS, { account_id: "222222222222" })]);
  expect((await asked(outside, { pages: [[]] })).blocked).toEqual([
    expect.stringMatching(
      /^the account dev \(222222222222\) is not .*, so it administers no service for the organization\./,
    ),
  ]);
  expect((await asked(outside, {})).blocked).toEqual([]);
  expect(await asked(planOf([created(ADDRESS, {})]), {})).toEqual({ blocked: [], questions: [] });
});

describe("an account that loses its last group", () => {
  const toUsers = withGroups((file) => {
    Object.assign(found(file.accounts, "dev"), { operators: [USER], admins: [EMERGENCY] });
  });
  const back = identityPlan(before, toUsers);
  const users = { "222222222222 Operator": [USER], "222222222222 Admin": [EMERGENCY] };

  test("blocks the plan until its role trusts a user", async () => {
    const without = { ...users, "222222222222 Operator": [] };
    const { blocked, questions } = await asked(back, { users: without });
    expect(blocked).toEqual([
      'nobody could work as Operator in dev (222222222222): its last group is removed, and the role trusts no user there yet. Name users in accounts.dev, apply dev-iam first, let them assume the role once, and plan again (docs/planning.md, "From users to groups").',
    ]);
    expect(questions.sort()).toEqual(["222222222222 Admin", "222222222222 Operator"]);
    expect((await asked(back, { users: {} })).blocked).toHaveLength(2);
  });

  test("does not once users may assume both roles", async () => {
    expect((await asked(back, { users })).blocked).toEqual([]);
  });

  test("blocks the plan if these credentials do not reach it", async () => {
    const { blocked } = await asked(back, { denied: ["222222222222"] });
    expect(blocked).toHaveLength(2);
    expect(blocked[0]).toMatch(/^what other accounts have cannot be read: .*Plan with credentials that reach them/);
  });

  test("is not taken for another account, whose role of this name trusts a user", async () => {
    const ofMaster = { "111111111111 Operator": [USER], "111111111111 Admin": [EMERGENCY] };
    const { blocked } = await asked(back, { users: ofMaster, credentialsOf: "111111111111" });
    expect(blocked).toHaveLength(2);
    expect(blocked[0]).toMatch(/the credentials must be of dev \(222222222222\), got those of account 111111111111/);
  });

  test("is not read again by an apply that reaches its own account alone", async () => {
    expect((await asked(back, { denied: ["222222222222"], isApply: true })).blocked).toEqual([]);
    expect((await asked(back, { users: { "222222222222 Operator": [] }, isApply: true })).blocked).toHaveLength(2);
  });

  test.each<readonly [what: string, from: StackReader, to: StackReader]>([
    [
      "another group takes its place",
      before,
      withGroups((file) => (found(file.accounts, "dev").operators = ["group:others"])),
    ],
    [
      "the account gets a set of its own",
      before,
      withGroups((file) => (found(file.accounts, "dev").operatorSessionSeconds = 7200)),
    ],
    ["another group stays", withGroups((file) => found(file.accounts, "dev").operators.push("group:others")), before],
  ])("is not asked if %s", async (_, from, to) => {
    const { questions } = await asked(identityPlan(from, to), {});
    expect(questions.filter((question) => !question.startsWith("ListAccounts"))).toEqual([]);
  });
});

describe("a trail whose bucket is in the security account", () => {
  const SECURITY = "666666666666";
  const BUCKET = `${SECURITY}-galileo-trail`;
  const master = { ...stack, id: "master-organization" };
  const inSecurity = {
    accounts: [{ name: "security", id: SECURITY, region: "eu-west-1", trailBucket: { bucket: BUCKET } }],
  } as unknown as Estate;
  const creating = (bucket: string) => planOf([created("aws_cloudtrail.t", { s3_bucket_name: bucket })]);

  async function owned(plan: PlanJson, error?: Error, isApply = false) {
    const asked: unknown[] = [];
    const send = ({ input }: { readonly input: object }) => {
      asked.push(input);
      return error ? Promise.reject(error) : Promise.resolve({});
    };
    const clients = ({ id, accountId }: Stack) => {
      asked.push([id, accountId]);
      return Promise.resolve({ s3: () => Promise.resolve({ send }) } as unknown as SettingClients);
    };
    const blocked = await otherAccounts(plan, master, inSecurity, clients, isApply);
    return { blocked: blocked.map(({ message }) => message), asked };
  }

  test("is created if AWS confirms whose the bucket is, with credentials of that account", async () => {
    expect(await owned(creating(BUCKET))).toEqual({
      blocked: [],
      asked: [["security-trail-bucket", SECURITY], { Bucket: BUCKET, ExpectedBucketOwner: SECURITY }],
    });
  });

  test("is blocked if somebody else took the name of the bucket", async () => {
    const { blocked } = await owned(creating(BUCKET), awsError("Forbidden", 403));
    expect(blocked).toEqual([
      expect.stringMatching(
        /^its bucket 666666666666-galileo-trail must be of the account security \(666666666666\), and/,
      ),
    ]);
  });

  test("is left to the look at the trail while its bucket is missing, and not asked about in other cases", async () => {
    expect((await owned(creating(BUCKET), awsError("NotFound", 404))).blocked).toEqual([]);
    expect((await owned(creating(BUCKET), awsError("Forbidden", 403), true)).blocked).toEqual([]);
    expect((await owned(creating("other"))).asked).toEqual([]);
  });
});

describe("a stack of a provider outside AWS", () => {
  const [MAIN, SECURITY] = ["111111111111", "666666666666"];
  const own = { bucket: `${MAIN}-states`, key: "main/microsoft.tfstate", region: "eu-west-1" };
  const moved = { ...stack, id: "main-microsoft", accountId: MAIN, state: own };
  const accounts = [
    { name: "main", id: MAIN, region: "eu-west-1", stateBucket: own.bucket },
    { name: "security", id: SECURITY, region: "eu-west-1", stateBucket: `${SECURITY}-states` },
  ];
  const creating = planOf([created("azuread_application.dev", {})]);
  const stateOf = (...resources: readonly object[]) =>
    JSON.stringify({ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "l", outputs: {}, resources });
  const filled = stateOf({ mode: "managed", type: "azuread_application", name: "dev", provider: "p", instances: [] });

  async function planned(answer: string | Error, of: Partial<Stack> = {}, isApply = false) {
    const asked: unknown[] = [];
    const send = ({ input }: { readonly input: object }) => {
      asked.push(input);
      return typeof answer === "string"
        ? Promise.resolve({ Body: { transformToString: () => Promise.resolve(answer) } })
        : Promise.reject(answer);
    };
    const clients = () => Promise.resolve({ s3: () => Promise.resolve({ send }) } as unknown as SettingClients);
    const estate = { accounts } as unknown as Estate;
    const blocked = await otherAccounts(creating, { ...moved, ...of }, estate, clients, isApply);
    return { blocked: blocked.map(({ message }) => message), asked };
  }

  test("creates nothing again that the state in another account has", async () => {
    expect(await planned(filled)).toEqual({
      blocked: [
        "the state of security-microsoft has resources already, which the plan would create again. Copy s3://666666666666-states/security/microsoft.tfstate to s3://111111111111-states/main/microsoft.tfstate, delete the first one, and plan again.",
      ],
      asked: [{ Bucket: "666666666666-states", Key: "security/microsoft.tfstate" }],
    });
  });

  test("is created where no other account has a state with resources, and other stacks are not asked about", async () => {
    expect((await planned(stateOf())).blocked).toEqual([]);
    expect((await planned(awsError("NoSuchKey", 404))).blocked).toEqual([]);
    expect((await planned(filled, { id: "main-iam" })).asked).toEqual([]);
  });

  test("is blocked while the other state cannot be read, but not in the apply, whose role may not read it", async () => {
    const denied = awsError("AccessDenied", 403);
    expect((await planned(denied)).blocked).toEqual([
      expect.stringMatching(/^what other accounts have cannot be read/),
    ]);
    expect((await planned(denied, {}, true)).blocked).toEqual([]);
  });
});
