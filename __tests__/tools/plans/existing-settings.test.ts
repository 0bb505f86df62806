import type { IAMClient } from "@aws-sdk/client-iam";
import type { PlanJson } from "../../../tools/review/plan-json";
import type { Stack } from "../../../tools/synth/stacks";
import { changedSettings, existingSettings, type ExistingSetting } from "../../../tools/plans/existing-settings";
import { keepingEverything } from "../../support/kept-estate";
import type { ReadingClients } from "../../../tools/terraform/aws/reading-clients";
import { created, destroyed, planOf, unchanged, updated } from "../review/support/plans";
import { FakeS3 } from "../terraform/support/fake-s3";

const ACCOUNT = "222222222222";
const stack = { id: "dev-iam", accountId: ACCOUNT, region: "eu-west-1" } as Stack;
const alias = created("aws_iam_account_alias.a", { account_alias: "galileo-dev" });
const policy = created("aws_iam_account_password_policy.p", {
  minimum_password_length: 14,
  require_symbols: true,
  max_password_age: 90,
  hard_expiry: null,
});
const provider = created("aws_iam_openid_connect_provider.o", { url: "https://token.actions.githubusercontent.com" });

interface Account {
  readonly aliases?: readonly string[];
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly providers?: readonly string[];
  /** Of every user and role. */
  readonly policies?: readonly string[];
  /** ARNs of its service-linked roles. */
  readonly roles?: readonly string[];
  /** The name of the error of every call. */
  readonly denied?: string;
}

/** The clients of an account that has this, and the calls that they received. */
function clientsOf(
  { aliases = [], policy: passwords, providers = [], policies, roles = [], denied }: Account,
  calls: string[] = [],
) {
  const missing = () => Promise.reject(Object.assign(new Error("none"), { $metadata: { httpStatusCode: 404 } }));
  const send = (command: {
    readonly input: {
      readonly OpenIDConnectProviderArn?: string;
      readonly PathPrefix?: string;
      readonly Marker?: string;
    };
  }): Promise<unknown> => {
    const { name } = command.constructor;
    calls.push(name);
    if (denied !== undefined)
      return Promise.reject(Object.assign(new Error("not authorized"), { name: denied, $metadata: { httpStatusCode: 403 } })); // prettier-ignore
    if (name.startsWith("ListAttached")) return policies ? Promise.resolve({ AttachedPolicies: policies.map((PolicyArn) => ({ PolicyArn })) }) : missing(); // prettier-ignore
    if (/^List(Role|User)Policies/.test(name)) return policies ? Promise.resolve({ PolicyNames: policies }) : missing(); // prettier-ignore
    if (name === "ListAccountAliasesCommand") return Promise.resolve({ AccountAliases: aliases });
    // IAM may answer fewer roles than it is asked for, and more on a next page.
    if (name === "ListRolesCommand" && command.input.Marker === undefined) return Promise.resolve({ Roles: [], IsTruncated: true, Marker: "next" }); // prettier-ignore
    if (name === "ListRolesCommand") return Promise.resolve({ Roles: roles.filter((Arn) => Arn.includes(`:role${command.input.PathPrefix ?? ""}`)).map((Arn) => ({ Arn })) }); // prettier-ignore
    if (name === "GetAccountPasswordPolicyCommand") return passwords ? Promise.resolve({ PasswordPolicy: passwords }) : missing(); // prettier-ignore
    return providers.includes(command.input.OpenIDConnectProviderArn ?? "") ? Promise.resolve({}) : missing();
  };
  const notAsked = () => Promise.reject(new Error("no other service is asked"));
  return () =>
    Promise.resolve({
      iam: { send } as unknown as IAMClient,
      ec2: { send: notAsked },
      call: notAsked,
      s3: notAsked,
      s3control: notAsked,
    });
}

async function found(plan: PlanJson, account: Account): Promise<readonly ExistingSetting[]> {
  return (await existingSettings([{ stack, plan }], clientsOf(account), undefined)).get(stack.id) ?? [];
}

test.each([
  [
    "acme",
    "the account has the alias acme, and people sign in at https://acme.signin.aws.amazon.com/console, which would stop working. Set alias: false to leave it alone. To replace it, first run aws iam delete-account-alias --account-alias acme.",
  ],
  [
    "galileo-dev",
    "the account has the alias galileo-dev already, and AWS does not create it twice. Set alias: false to leave it alone, or import it (docs/adopting.md).",
  ],
])("an alias that the account has blocks the plan: %s", async (existing, message) => {
  expect(await found(planOf([alias]), { aliases: [existing] })).toEqual([
    { address: "aws_iam_account_alias.a", refused: true, message },
  ]);
});

test("a password policy is replaced, and what it demands now is listed", async () => {
  const existing = { MinimumPasswordLength: 20, RequireSymbols: true, ExpirePasswords: false, HardExpiry: true };
  expect(await found(planOf([policy]), { policy: existing })).toEqual([
    {
      address: "aws_iam_account_password_policy.p",
      refused: false,
      message:
        "replaces the password policy of the account (minimum_password_length: 20 → 14, max_password_age: none → 90, hard_expiry: true → none)",
    },
  ]);
});

test("a service-linked role of the same service is refused before AWS does", async () => {
  const role = created("aws_iam_service_linked_role.r", { aws_service_name: "config.amazonaws.com" });
  const arn = (path: string) => `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${path}`;
  const ofConfig = arn("config.amazonaws.com/AWSServiceRoleForConfig");
  expect(await found(planOf([role]), { roles: [arn("support.amazonaws.com/AWSServiceRoleForSupport")] })).toEqual([]);
  expect(await found(planOf([role]), { roles: [ofConfig] })).toEqual([
    {
      address: "aws_iam_service_linked_role.r",
      refused: true,
      message: `the account has ${ofConfig} already, and AWS creates no second one. Adopt it (docs/applying.md, "What exists already").`,
    },
  ]);
});

test("an identity provider of the same issuer is refused before AWS does", async () => {
  const arn = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  const [setting] = await found(planOf([provider]), { providers: [arn] });
  expect(setting).toMatchObject({ refused: true });
  expect(setting?.message).toContain(`the account has ${arn} already`);
});

describe.each([
  { owner: "role", kind: "policy", list: "policy_names", attribute: "name", call: "ListRolePoliciesCommand" },
  { owner: "user", kind: "policy", list: "policy_names", attribute: "name", call: "ListUserPoliciesCommand" },
  {
    ...{ owner: "role", kind: "policy_attachment", list: "policy_arns", attribute: "policy_arn" },
    call: "ListAttachedRolePoliciesCommand",
  },
  {
    ...{ owner: "user", kind: "policy_attachment", list: "policy_arns", attribute: "policy_arn" },
    call: "ListAttachedUserPoliciesCommand",
  },
])("the first apply of the exclusive $kind of a $owner", ({ owner, kind, list, attribute, call }) => {
  const type = `aws_iam_${owner}_${kind === "policy" ? "policies" : "policy_attachments"}_exclusive`;
  const exclusive = created(`${type}.x`, { [`${owner}_name`]: "worker", [list]: ["own"] });
  const adding = created(`aws_iam_${owner}_${kind}.a`, { [owner]: "worker", [attribute]: "added" });
  const existing = unchanged(`aws_iam_${owner}.w`, { name: "worker" });

  test("removes what was added by hand, and nothing that the code has", async () => {
    const message = `removes by-hand from the ${owner} worker, which has it outside the code`;
    const plan = planOf([existing, adding, exclusive]);
    expect(await found(plan, { policies: ["own", "added", "by-hand"] })).toEqual([
      { address: `${type}.x`, message, refused: false },
    ]);
    expect(await found(plan, { policies: ["own", "added"] })).toEqual([]);
    expect(await found(plan, {})).toEqual([]);
  });

  test("asks AWS only if the plan does not create its owner", async () => {
    const calls: string[] = [];
    const creating = planOf([created(`aws_iam_${owner}.w`, { name: "worker" }), exclusive]);
    await existingSettings([{ stack, plan: creating }], clientsOf({ policies: ["by-hand"] }, calls), undefined);
    expect(calls).toEqual([]);
    await existingSettings(
      [{ stack, plan: planOf([exclusive]) }],
      clientsOf({ policies: ["by-hand"] }, calls),
      undefined,
    );
    expect(calls).toEqual([call]);
  });
});

test.each<readonly [string, PlanJson, Account]>([
  ["in an account that has none of it", planOf([alias, policy, provider]), {}],
  [
    "under the same password policy",
    planOf([policy]),
    { policy: { MinimumPasswordLength: 14, RequireSymbols: true, MaxPasswordAge: 90, HardExpiry: false } },
  ],
])("nothing is replaced %s", async (_, plan, account) => {
  expect(await found(plan, account)).toEqual([]);
});

test("a plan that creates nothing of the kind asks nothing", async () => {
  const calls: string[] = [];
  const values = { account_alias: "galileo-dev" };
  const plan = planOf([
    unchanged("aws_iam_account_alias.a", values),
    updated("aws_iam_account_password_policy.p", {}, { minimum_password_length: 14 }),
    created("aws_iam_role.r", { name: "r" }),
  ]);
  expect(await existingSettings([{ stack, plan }], clientsOf({ aliases: ["acme"] }, calls), undefined)).toEqual(
    new Map(),
  );
  expect(calls).toEqual([]);
});

test("what cannot be read may exist: the plan is blocked", async () => {
  expect(await found(planOf([policy]), { denied: "AccessDenied" })).toEqual([
    {
      address: "aws_iam_account_password_policy.p",
      refused: true,
      message:
        "what exists cannot be read: dev-iam: AWS answers AccessDenied: not authorized. So it is unknown what would be replaced. Allow this call, and plan again.",
    },
  ]);
});

test("an apply is refused if something else exists than reviewers have seen", async () => {
  const plan = planOf([policy]);
  const account = { policy: { MinimumPasswordLength: 8 } };
  const existing = await found(plan, account);
  const apply = { id: stack.id, stack, plan, planned: { existing } };
  expect(await changedSettings([apply], clientsOf(account), undefined)).toEqual([]);
  expect(await changedSettings([{ ...apply, planned: {} }], clientsOf({}), undefined)).toEqual([]);
  expect(await changedSettings([apply], clientsOf({}), undefined)).toEqual([
    "dev-iam: what exists in AWS has changed since it was planned (nothing is left). Plan again.",
  ]);
  const [refusal] = await changedSettings([{ ...apply, planned: {} }], clientsOf(account), undefined);
  expect(refusal).toContain("has changed since it was planned (aws_iam_account_password_policy.p: replaces");
});

test("a resource that the estate says exists blocks the plan and the apply", async () => {
  const database = { ...stack, id: "ci-database" };
  const plan = planOf([created("aws_db_instance.i", { identifier: "studies" })]);
  const existing = await existingSettings([{ stack: database, plan }], clientsOf({}), keepingEverything());
  expect(existing.get("ci-database")).toEqual([
    {
      address: "aws_db_instance.i",
      message: expect.stringContaining("environments.ci.existing.database.identifier") as string,
      refused: true,
    },
  ]);
  const apply = { id: "ci-database", stack: database, plan, planned: {} };
  expect(await changedSettings([apply], clientsOf({}), keepingEverything())).toHaveLength(1);
});

test.each([
  { where: "of its provider", key: "aws.west", region: "us-west-2" },
  { where: "of the stack, if its provider has none as text", key: "aws", region: "eu-west-1" },
])("a setting is looked at in the region $where", async ({ key, region }) => {
  const regions: string[] = [];
  const encryption = created("aws_ebs_encryption_by_default.e", { enabled: false });
  const configuration = {
    provider_config: { "aws.west": { name: "aws", expressions: { region: { constant_value: "us-west-2" } } } },
    root_module: { resources: [{ address: "aws_ebs_encryption_by_default.e", provider_config_key: key }] },
  };
  const plan = planOf([encryption], { configuration });
  const existing = await existingSettings(
    [{ stack, plan }],
    (_, asked) => {
      regions.push(asked);
      const notAsked = () => Promise.reject(new Error("no other service is asked"));
      const ec2 = { send: () => Promise.resolve({ EbsEncryptionByDefault: true }) };
      return Promise.resolve({ ec2, iam: { send: notAsked }, call: notAsked, s3: notAsked, s3control: notAsked });
    },
    undefined,
  );
  expect(regions).toEqual([region]);
  expect(existing.get(stack.id)).toEqual([
    {
      address: "aws_ebs_encryption_by_default.e",
      message: `turns off the encryption of new disks in ${region}`,
      refused: false,
    },
  ]);
});

test("the states of an account are read once for all plans of a command that import and destroy", async () => {
  const s3 = new FakeS3();
  const state = { version: 4, terraform_version: "1.11.4", serial: 1, lineage: "a", outputs: {}, resources: [] };
  const keys = ["dev/network.tfstate", "dev/application.tfstate", "old/jobs.tfstate"];
  for (const key of keys) s3.put(key, JSON.stringify(state));
  const plansIn = (stacks: Readonly<Record<string, Partial<Stack>>>) =>
    Object.entries(stacks).map(([id, place]) => {
      const vpc = (arn: string) => ({ id: arn, arn });
      const kept = unchanged("aws_vpc.a", vpc(`${id}-a`), { importing: { id: "vpc-1" } });
      const bucket = { bucket: "states", key: keys[0] ?? "", region: "eu-west-1" };
      return {
        stack: { ...stack, id, state: bucket, ...place },
        plan: planOf([kept, destroyed("aws_vpc.b", vpc(`${id}-b`))]),
      };
    });
  const readers = { s3: () => Promise.resolve(s3.client) } as unknown as ReadingClients;
  const look = (stacks: Readonly<Record<string, Partial<Stack>>>) =>
    existingSettings(plansIn(stacks), clientsOf({}), undefined, () => Promise.resolve(readers));

  expect(await look({ "dev-network": {}, "dev-application": {} })).toEqual(new Map());
  expect(s3.requests.sort()).toEqual([...keys.map((key) => `GetObject ${key}`), "ListObjectsV2"].sort());
  s3.requests.length = 0;
  await look({ "dev-network": {}, "dev-lab": { accessRoleArn: "arn:aws:iam::333333333333:role/Access" } });
  expect(s3.requests).toHaveLength(2 * (keys.length + 1));
});
