import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateAccountCommand,
  DescribeOrganizationCommand,
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListDelegatedAdministratorsCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { ListOrganizationsFeaturesCommand } from "@aws-sdk/client-iam";
import { stacksOf } from "../../config/layout";
import type { EstateFile } from "../../config/schema";
import { clientsFor } from "../../tools/rehearsal/clients";
import { existingSettings, type SettingClientsOf } from "../../tools/plans/existing-settings";
import { turnOnIdentityCenter } from "../../tools/emulator/emulator";
import { applyStacks } from "../../tools/rehearsal/apply-stacks";
import { identityProofs } from "../../tools/rehearsal/identity-proofs";
import { createPreconditions, existingIdentityCenter } from "../../tools/rehearsal/preconditions";
import { tryProofs } from "../../tools/rehearsal/proof";
import { proofsOf } from "../../tools/rehearsal/rehearse";
import type { PlanJson } from "../../tools/review/plan-json";
import { settingClients } from "../../tools/terraform/aws/setting-clients";
import { planStacks } from "../../tools/terraform/plan-stacks";
import { joinOrganization } from "./support/identity-estate";
import { PLAN_FILE, plannedChanges } from "./support/planned-changes";
import { startWorkplace, writeEstate, type Workplace } from "./support/workplace";
import { TYPESCRIPT } from "../../tools/support/project";

/* The life of an organization and its members: an account is never destroyed, and never mistaken for another. */

const ROOT = join(__dirname, "../..");
const MASTER = "111111111111";
const BROUGHT = "999999999999";
const LAB = "666666666666";
const DATA = "777777777777";
const WATCH = "444444444444";
const PROD = "888888888888";

const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
const team = { operators: people, admins: people, monthlyBudgetUsd: 20 };
const member = (name: string, id: string) =>
  ({ kind: "member", membership: "created", id, email: `aws-${name}@example.com`, ...team }) as const;

/**
 * An estate of a master account, which runs dev too, and created members. `lab` works for dev while it is one of them.
 */
function estateWith(accounts: EstateFile["accounts"]): EstateFile {
  const works = accounts["lab"] && accounts["lab"].retired !== true;
  return {
    solution: "galileo",
    defaultRegion: "eu-west-1",
    chargeCode: "platform-0001",
    organization: { trailAccount: "watch" },
    accounts: {
      master: { kind: "master", id: MASTER, email: "aws-master@example.com", ...team },
      watch: { ...member("watch", WATCH), kind: "security", trailKey: true },
      ...accounts,
    },
    environments: {
      dev: { account: "master", profile: "hardened", members: works ? { lab: { account: "lab" } } : {} },
    },
  };
}

const lab = member("lab", LAB);
const data = member("data", DATA);
const LAB_ADDRESS = "aws_organizations_account.organization_member_lab_account";

let workplace: Workplace;

beforeAll(async () => {
  workplace = await startWorkplace("organization", { estate: estateWith({ lab, data }) });
  await workplace.makeStateBucket("master");
  await workplace.attach("master-organization", "watch-trail-bucket");
});

afterAll(() => workplace.stop());

const stack = () => workplace.stack("master-organization");
const terraform = () => workplace.terraform(stack());

/** What blocks a plan of the organization's stack. */
async function refusals(): Promise<string[]> {
  await terraform().plan({ out: PLAN_FILE });
  const plan = (await terraform().showPlan(PLAN_FILE)) as PlanJson;
  const clients: SettingClientsOf = (each, region) => settingClients(each, workplace.environment(each), region);
  const all = await existingSettings([{ stack: stack(), plan }], clients, undefined);
  return (all.get(stack().id) ?? []).flatMap(({ message, refused }) => (refused ? [message] : []));
}

/** Reads a master account's organization from AWS, without the account itself. */
function organizationOf(masterId: string) {
  const { organizations } = clientsFor(workplace.url, masterId, "eu-west-1");
  /** A value for the root and each unit, by name. */
  const byPlace = async <T>(of: (id: string | undefined) => Promise<T>): Promise<Record<string, T>> => {
    const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
    const { OrganizationalUnits = [] } = await organizations.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId: root?.Id }),
    );
    const places = [{ Name: "root", Id: root?.Id }, ...OrganizationalUnits];
    return Object.fromEntries(
      await Promise.all(places.map(async ({ Name = "", Id }) => [Name, await of(Id)] as const)),
    );
  };
  return {
    organizations,
    accounts: async () => {
      const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
      return Object.fromEntries(
        Accounts.filter(({ Id }) => Id !== masterId).map(({ Name = "", Id = "", Status = "" }) => [
          Name,
          `${Id} ${Status}`,
        ]),
      );
    },
    accountsByPlace: () =>
      byPlace(async (ParentId) => {
        const { Accounts = [] } = await organizations.send(new ListAccountsForParentCommand({ ParentId }));
        return Accounts.filter(({ Id }) => Id !== masterId).map(({ Name }) => Name);
      }),
    policiesByPlace: () =>
      byPlace(async (TargetId) => {
        const { Policies = [] } = await organizations.send(
          new ListPoliciesForTargetCommand({ TargetId, Filter: "SERVICE_CONTROL_POLICY" }),
        );
        return Policies.map(({ Name }) => Name).sort();
      }),
  };
}

describe("an organization that the estate creates", () => {
  const ours = () => organizationOf(MASTER);

  test("waits for the bucket of its trail, which a stack of the security account creates", async () => {
    expect(stack().dependencies).toEqual(["master-bootstrap", "watch-trail-bucket"]);
    await terraform().init();
    const withoutKey = estateWith({ lab, data, watch: { ...member("watch", WATCH), kind: "security" } });
    workplace.synthesize(withoutKey);
    expect(await refusals()).toEqual([
      expect.stringContaining(`its bucket ${WATCH}-galileo-trail does not exist yet`) as string,
    ]);

    workplace.synthesize(estateWith({ lab, data }));
    await workplace.makeStateBucket("watch");
    const bucket = workplace.terraform(workplace.stack("watch-trail-bucket"));
    await bucket.init();
    await bucket.apply();
    expect(await refusals()).toEqual([]);
  });

  test("is created with its members under the ids of the estate, and the next plan is empty", async () => {
    await terraform().apply({ planFile: PLAN_FILE });
    expect((await terraform().plan()).text).toContain("No changes.");
    expect(await ours().accounts()).toEqual({
      lab: `${LAB} ACTIVE`,
      data: `${DATA} ACTIVE`,
      watch: `${WATCH} ACTIVE`,
    });
  });

  test("has a unit for the environment with its member, Security and Suspended; a member of no environment is in the root", async () => {
    expect(await ours().accountsByPlace()).toEqual({
      root: ["data"],
      dev: ["lab"],
      Security: ["watch"],
      Suspended: [],
    });
  });

  test("attaches policies to its root, and one more to Suspended", async () => {
    expect(await ours().policiesByPlace()).toEqual({
      root: ["FullAWSAccess", "galileo-guardrails", "galileo-regions"],
      dev: ["FullAWSAccess"],
      Security: ["FullAWSAccess"],
      Suspended: ["FullAWSAccess", "galileo-suspended"],
    });
  });

  test("lets the security account administer IAM Access Analyzer, and manages the root users of members", async () => {
    const { organizations, iam } = clientsFor(workplace.url, MASTER, "eu-west-1");
    const ServicePrincipal = "access-analyzer.amazonaws.com";
    const { DelegatedAdministrators } = await organizations.send(
      new ListDelegatedAdministratorsCommand({ ServicePrincipal }),
    );
    expect(DelegatedAdministrators?.map(({ Id }) => Id)).toEqual([WATCH]);
    const { EnabledFeatures } = await iam.send(new ListOrganizationsFeaturesCommand({}));
    expect(EnabledFeatures?.toSorted()).toEqual(["RootCredentialsManagement", "RootSessions"]);
  });

  test("has a trail that writes into the bucket of the security account, encrypted with the key there, and never moves", async () => {
    const { cloudtrail } = clientsFor(workplace.url, MASTER, "eu-west-1");
    const { trailList } = await cloudtrail.send(new DescribeTrailsCommand({}));
    expect(trailList).toMatchObject([{ IsOrganizationTrail: true, S3BucketName: `${WATCH}-galileo-trail` }]);
    expect(trailList?.[0]?.KmsKeyId).toMatch(new RegExp(`^arn:aws:kms:eu-west-1:${WATCH}:key/`));
    workplace.synthesize({ ...estateWith({ lab, data }), organization: {} });
    expect(await refusals()).toEqual([expect.stringContaining("A trail keeps its bucket") as string]);
  });

  test("cannot be planned with the ids of two members swapped", async () => {
    workplace.synthesize(estateWith({ lab: member("lab", DATA), data: member("data", LAB) }));
    const refusal = words(await refusalOf(terraform().plan()));
    expect(refusal).toContain(
      `the member lab (aws-lab@example.com) is the account ${DATA}, but AWS says that it is ${LAB}.`,
    );
    expect(refusal).toContain(
      `the member data (aws-data@example.com) is the account ${LAB}, but AWS says that it is ${DATA}.`,
    );
  });
});

describe("another e-mail address of a member", () => {
  const moved = estateWith({ lab: { ...lab, email: "aws-lab@example.org" }, data });
  /** What `npm run plan` does with the stack. */
  const planned = async () => {
    const [result] = await planStacks([stack()], { ...workplace.run, look: true, noteOf: () => "" });
    if (!result) throw new Error("nothing was planned");
    return result.status === "failed" ? result.error.message : result.status;
  };

  test("is refused with the key, the account and the commands that change it in AWS first", async () => {
    workplace.synthesize(moved);
    const message = await planned();
    expect(message).toContain(`master-organization: lab (${LAB_ADDRESS}`);
    expect(message).toContain(
      "is protected from being destroyed, and must not be replaced. email: aws-lab@example.com → aws-lab@example.org.",
    );
    expect(message).toContain(
      `aws account start-primary-email-update --account-id ${LAB} --primary-email aws-lab@example.org`,
    );
    expect(message).not.toContain("disable lifecycle.prevent_destroy");
  });

  test("changes nothing once AWS has it", async () => {
    const change = { AccountId: LAB, Otp: "012345" };
    await account("acceptPrimaryEmailUpdate", { ...change, PrimaryEmail: "aws-lab@example.org" });
    expect(await planned()).toBe("no changes");
    await account("acceptPrimaryEmailUpdate", { ...change, PrimaryEmail: lab.email });
  });
});

describe("an organization that the stack created", () => {
  const made = (change: (file: EstateFile) => void): EstateFile => {
    const file = estateWith({ lab, data });
    change(file);
    return file;
  };

  test("is forgotten and not destroyed if existing is set later", async () => {
    workplace.synthesize(made((file) => (file.organization = { existing: true, trail: false })));
    const changes = await plannedChanges(terraform());
    expect(changes["aws_organizations_organization.organization"]).toBe("forget");
    expect(Object.keys(changes).filter((address) => /organizational_unit|organizations_account/.test(address))).toEqual(
      [],
    );
  });

  test("moves a member when its environment is renamed, and back", async () => {
    const renamed = made((file) => {
      const { dev, ...others } = file.environments;
      file.environments = { ...others, ...(dev && { devel: dev }) };
    });
    workplace.synthesize(renamed);
    await terraform().apply();
    expect(await organizationOf(MASTER).accountsByPlace()).toEqual({
      root: ["data"],
      devel: ["lab"],
      Security: ["watch"],
      Suspended: [],
    });
    workplace.synthesize(estateWith({ lab, data }));
    await terraform().apply();
    expect(await organizationOf(MASTER).accountsByPlace()).toEqual({
      root: ["data"],
      dev: ["lab"],
      Security: ["watch"],
      Suspended: [],
    });
  });
});

describe("a member that is removed", () => {
  const retired = estateWith({ lab: { ...lab, retired: true }, data });

  test("fails synth while the record lists it: exit code 1, a remedy, and nothing is written", () => {
    const directory = join(workplace.directory, "refused");
    const env = {
      ...process.env,
      ESTATE: writeEstate(directory, estateWith({ data }), ["lab", "data", "watch"]),
      CDKTF_OUTDIR: join(directory, "out"),
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", TYPESCRIPT, "main.ts"], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    expect(stderr).toMatch(
      /^the estate is not valid \(.*estate\.json\):\n {2}accounts\.lab +must be an account, because .*estate\.members\.json lists it as a member of the organization, got nothing\. Restore it under this name, with retired: true if .*\n$/,
    );
    expect(stdout).toBe("");
    expect(status).toBe(1);
    expect(existsSync(join(directory, "out"))).toBe(false);
  });

  test("would be destroyed without a removed block, because prevent_destroy is removed with the account", async () => {
    workplace.synthesize(retired);
    const file = join(stack().directory, "cdk.tf.json");
    const { removed, ...rest } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    expect(removed).toHaveLength(1);
    writeFileSync(file, JSON.stringify(rest));
    expect(await plannedChanges(terraform())).toEqual({ [LAB_ADDRESS]: "delete" });
  });

  test("is forgotten when it is retired, and nothing is destroyed or changed", async () => {
    workplace.synthesize(retired);
    expect(await plannedChanges(terraform())).toEqual({ [LAB_ADDRESS]: "forget" });
    await terraform().apply({ planFile: PLAN_FILE });
    expect((await terraform().stateList()).filter((address) => address.includes("member_lab"))).toEqual([]);
  });

  test("stays in the organization, active and in its unit, and the next plan is empty", async () => {
    const { accounts, accountsByPlace } = organizationOf(MASTER);
    expect(await accounts()).toEqual({
      lab: `${LAB} ACTIVE`,
      data: `${DATA} ACTIVE`,
      watch: `${WATCH} ACTIVE`,
    });
    expect(await accountsByPlace()).toMatchObject({ dev: ["lab"] });
    expect((await terraform().plan()).text).toContain("No changes.");
  });

  test("can then be deleted from the estate and the record without any change", async () => {
    workplace.synthesize(estateWith({ data }), ["data", "watch"]);
    expect((await terraform().plan()).text).toContain("No changes.");
  });
});

describe("a member whose id in the estate is another account's", () => {
  test("fails the apply, which prints AWS's id; with that id the plan is empty", async () => {
    workplace.synthesize(estateWith({ data, archive: member("archive", "888888888888") }));
    const refusal = words(await refusalOf(terraform().apply()));
    const [, id = "none"] =
      /is the account 888888888888, but AWS says that it is (\d{12})\. Write \1 in the estate file/.exec(refusal) ?? [];
    expect(await organizationOf(MASTER).accounts()).toMatchObject({ archive: `${id} ACTIVE` });

    workplace.synthesize(estateWith({ data, archive: member("archive", id) }));
    // The failed apply wrote no output.
    expect((await terraform().plan()).text).not.toMatch(/# \S+ (will|must) be/);
  });
});

describe("IAM Identity Center, managed by the security account as delegated administrator", () => {
  const groups = { operators: ["group:engineers"], admins: ["group:leads"] };
  const stacks = () => ["watch-identity", "prod-iam", "master-organization"].map((id) => workplace.stack(id));
  /** AWS as the estate finds it, but for the delegated administrator: the organization's stack must register it. */
  const turnOn = async (): Promise<void> => {
    const existing = existingIdentityCenter(workplace.estate);
    if (!existing) throw new Error("the estate must have identityCenter");
    await turnOnIdentityCenter(workplace.url, { ...existing, administrator: undefined, accounts: [] });
  };

  beforeAll(async () => {
    const [archive = "none"] = (await organizationOf(MASTER).accounts())["archive"]?.split(" ") ?? [];
    const file = estateWith({
      data: { ...data, ...groups },
      archive: member("archive", archive),
      prod: { ...team, ...groups, kind: "main", id: PROD, email: "aws-prod@example.com", breakGlass: people },
    });
    const leads = { members: ["lead@example.com"] };
    file.identityCenter = { account: "watch", region: "eu-central-1", groups: { leads } };
    const production = { production: true, externalId: "galileo-prod-19b2" };
    file.environments["prod"] = { account: "prod", profile: "hardened", ...production };
    workplace.synthesize(file);
    const clients = (id: string) => clientsFor(workplace.url, id, "eu-west-1");
    await joinOrganization({ clients }, PROD);
    await turnOn();
    await workplace.makeStateBucket("prod");
  });

  test("is not there for that account before it is registered, and the plan says which stack does", async () => {
    const identity = workplace.terraform(workplace.stack("watch-identity"));
    await identity.init();
    expect(words(await refusalOf(identity.plan()))).toContain(
      `The account watch (${WATCH}) must see one instance of IAM Identity Center in eu-central-1, got 0. Register the account as delegated administrator, as the organization's stack does.`,
    );
  });

  test("is set up after the organization, whatever order is asked for, and every next plan is empty", async () => {
    const { ok, stacks: applied } = await applyStacks(stacks(), workplace.run);
    expect(applied.map(({ stack: { id }, status, error }) => [id, status, error])).toEqual(
      stacks().map(({ id }) => [id, "checked", undefined]),
    );
    expect(ok).toBe(true);
  });

  test("gives each group its permission sets in members and joined accounts, and the alarm receives their use", async () => {
    const { estate, url } = workplace;
    const ofAlarm = proofsOf(estate, stacksOf(estate), [], url).filter(
      ({ account: name, claim }) => name === "prod" && claim.startsWith("use of Admin"),
    );
    const applied = stacksOf(estate).filter(({ id }) => stacks().some((each) => each.id === id));
    const proofs = [...identityProofs(estate, applied, url), ...ofAlarm];
    expect(ofAlarm.map(({ claim }) => /(?<= in )\S+/.exec(claim)?.[0])).toEqual([
      "eu-west-1",
      "us-east-1",
      "eu-central-1",
    ]);
    expect(proofs.map(({ account: name }) => name)).toEqual(expect.arrayContaining(["watch", "prod"]));
    expect((await tryProofs(proofs)).flatMap(({ error }) => error?.message ?? [])).toEqual([]);
  });
});

describe("an organization that exists already", () => {
  const brought = (trail: boolean): EstateFile => ({
    ...estateWith({}),
    organization: { existing: true, trail },
    accounts: { brought: { kind: "master", id: BROUGHT, email: "aws-brought@example.com", ...team } },
    environments: { dev: { account: "brought", profile: "hardened" } },
  });
  const terraform = () => workplace.terraform(workplace.stack("brought-organization"));
  const theirs = () => organizationOf(BROUGHT);

  test("is read and not created, and the next plan is empty", async () => {
    workplace.synthesize(brought(false));
    await createPreconditions(workplace.estate, workplace.url);
    const { organizations, accounts } = theirs();
    await organizations.send(new CreateAccountCommand({ AccountName: "stranger", Email: "stranger@example.com" }));
    const seen = async () => ({
      ...(await organizations.send(new DescribeOrganizationCommand({}))).Organization,
      ...(await accounts()),
    });
    const before = await seen();
    await workplace.makeStateBucket("brought");
    await workplace.attach("brought-organization");
    await terraform().init();
    await terraform().apply();
    expect(await seen()).toEqual(before);
    expect(
      (await terraform().stateList()).filter((address) => address.startsWith("aws_organizations_organization.")),
    ).toEqual([]);
    expect((await terraform().plan()).text).toContain("No changes.");
  });

  test("gets policies on the estate's units only, and none on its root, which holds other accounts", async () => {
    const units = ["FullAWSAccess", "galileo-guardrails", "galileo-regions"];
    expect(await theirs().accountsByPlace()).toEqual({ root: ["stranger"], dev: [], Security: [], Suspended: [] });
    expect(await theirs().policiesByPlace()).toEqual({
      root: ["FullAWSAccess"],
      dev: units,
      Security: units,
      Suspended: ["FullAWSAccess", "galileo-suspended"],
    });
  });

  test("gets no trail while CloudTrail is not trusted, and the plan prints the command that enables it", async () => {
    const { organizations } = theirs();
    const ServicePrincipal = "cloudtrail.amazonaws.com";
    workplace.synthesize(brought(true));
    await organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal }));
    expect(words(await refusalOf(terraform().plan()))).toContain(
      "In the master account: aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
    );
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    expect((await terraform().plan()).text).toMatch(/# aws_cloudtrail\.trail_\w+ will be created/);
  });

  test("cannot lose existing later: every unit would be replaced, and the plan is refused", async () => {
    const estate = brought(false);
    delete estate.organization;
    workplace.synthesize(estate);
    const before = await theirs().policiesByPlace();
    expect(words(await refusalOf(terraform().apply()))).toMatch(
      /organizational_unit\S* has lifecycle\.prevent_destroy set/,
    );
    expect(await theirs().policiesByPlace()).toEqual(before);
  });
});

/** Sends a request to Account Management as the master account, with a signature that the emulator does not check. */
async function account(operation: string, body: object): Promise<void> {
  const Authorization = `AWS4-HMAC-SHA256 Credential=${MASTER}/20260101/us-east-1/account/aws4_request, SignedHeaders=host, Signature=0`;
  const request = { method: "POST", headers: { Authorization }, body: JSON.stringify(body) };
  const { status } = await fetch(`${workplace.url}/${operation}`, request);
  expect(status).toBe(200);
}

/** Terraform's output when it fails. */
function refusalOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => "it went well",
    (error: unknown) => String(error),
  );
}

/** A text without Terraform's line breaks. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
