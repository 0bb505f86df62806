import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../../config/load";
import { UserError } from "../../../config/user-error";
import { closableAccount } from "../../../tools/accounts/close-account";
import type { ListedAccount } from "../../../tools/accounts/organization-calls";
import { estateWith, type Changes } from "../../config/estate-fixture";
import { TestRepository } from "../plans/support/test-repository";
import { awsError, FakeS3 } from "../terraform/support/fake-s3";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { fakeOrganization, inFakeAccounts, listed } from "./support/fake-organization";

const folder = temporaryFolder();
const RETIRED: Changes = { "accounts.lab.retired": true };
const ADDRESS = "aws_organizations_account.organization_member_lab_account_859493D2";

const state = (...resources: object[]) => JSON.stringify({ version: 4, lineage: "l", serial: 1, resources });
const resource = (id: string) => {
  const [type, name] = ADDRESS.split(".");
  return { mode: "managed", type, name, instances: [{ attributes: { id } }] };
};

const assignment = (account: string) => ({
  ...{ mode: "managed", type: "aws_ssoadmin_account_assignment", name: `in-${account}` },
  instances: [{ attributes: { target_id: account } }],
});

interface World {
  readonly changes?: Changes;
  readonly name?: string;
  /** The objects in the bucket of the account that is closed. @default none */
  readonly own?: Readonly<Record<string, string>>;
  /** Names of the buckets of the account that is closed. All have the same objects. @default none is listed */
  readonly buckets?: readonly string[];
  /** The objects in the bucket of the master account. @default the state of the organization, without the account */
  readonly masters?: Readonly<Record<string, string>>;
  /** What AWS lists. @default lab, created and open */
  readonly accounts?: readonly Partial<ListedAccount>[];
  /** Thrown by S3 in the account that is closed. */
  readonly ownError?: Error;
  /** Thrown by S3 in the master account. */
  readonly mastersError?: Error;
  /** What happens to the checkout. @default the estate is committed */
  readonly checkout?: "committed" | "changed" | "no repository";
}

function bucket(objects: Readonly<Record<string, string>>, error?: Error, buckets: readonly string[] = []): FakeS3 {
  const s3 = new FakeS3();
  s3.buckets = buckets;
  for (const [key, body] of Object.entries(objects)) s3.put(key, body);
  s3.before = (request) => {
    if (error && !request.startsWith("ListBuckets")) throw error;
  };
  return s3;
}

function writeEstate(directory: string, changes: Changes): void {
  writeFileSync(join(directory, "estate.json"), JSON.stringify(estateWith(changes)));
  const created = changes["accounts.lab.membership"] === "invited" ? [] : ["lab"];
  writeFileSync(join(directory, "estate.members.json"), JSON.stringify(created));
}

/** Repositories with one committed estate each, which nothing changes, by the changes of the estate. */
const repositories = new Map<string, string>();
afterAll(() => {
  for (const directory of repositories.values()) rmSync(directory, { recursive: true });
});

function committed(changes: Changes): string {
  const key = JSON.stringify(Object.entries(changes));
  const known = repositories.get(key);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), "committed-"));
  writeEstate(directory, changes);
  new TestRepository(directory).commit();
  repositories.set(key, directory);
  return directory;
}

/** The lines of the refusal, or the id of the account that may be closed. */
async function closing(world: World = {}): Promise<string | string[]> {
  const { changes = RETIRED, name = "lab", own = {}, checkout = "committed", ownError } = world;
  const { masters = { "master/organization.tfstate": state() }, accounts = [{}] } = world;
  const directory = checkout === "committed" ? committed(changes) : folder();
  const estateFile = join(directory, "estate.json");
  if (checkout !== "committed") writeEstate(directory, changes);
  if (checkout === "changed") {
    new TestRepository(directory).commit();
    writeFileSync(estateFile, JSON.stringify(estateWith(changes), null, 1));
  }
  const organizations = fakeOrganization({ ListAccounts: { Accounts: accounts.map(listed) } }).calls;
  const inAccount = inFakeAccounts({
    master: { organizations, s3: bucket(masters, world.mastersError).client },
    lab: { s3: bucket(own, ownError, world.buckets).client },
  });
  try {
    return (await closableAccount({ estate: loadEstate(estateFile), estateFile, name, inAccount })).id;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first, ...lines] = error.message.replaceAll(`${directory}/`, "").split("\n");
    expect(first).toBe(`${name} cannot be closed:`);
    return lines.map((line) => line.trim());
  }
}

test("a created member may be closed once it is retired, committed, applied and empty", async () => {
  const own = {
    "lab/iam.tfstate": state({ mode: "data", type: "aws_caller_identity", name: "i", instances: [] }),
    "dev/member-lab.tfstate": state(),
    "lab/bootstrap.tfstate": state(resource("its own bucket")),
    "lab/iam.applied.json": "{}",
  };
  expect(await closing({ own })).toBe("333333333333");
  expect(await closing({ ownError: awsError("NoSuchBucket", 404) })).toBe("333333333333");
});

test("groups of other accounts are not in the way", async () => {
  const changes = { ...RETIRED, identityCenter: {} };
  const organization = { "master/organization.tfstate": state() };
  expect(await closing({ changes, masters: organization })).toBe("333333333333");
  const masters = { ...organization, "master/identity.tfstate": state(assignment("222222222222")) };
  expect(await closing({ changes, masters })).toBe("333333333333");
});

test("a bucket of another estate without resources, or one that is no state bucket, is not in the way", async () => {
  const buckets = ["333333333333-other-terraform-state", "333333333333-demo-terraform-state"];
  const own = { "lab/bootstrap.tfstate": state(resource("the state bucket")) };
  expect(await closing({ buckets, own })).toBe("333333333333");
  const ofOther = { "their/bootstrap.tfstate": state(resource("another")) };
  expect(await closing({ buckets: ["333333333333-data", "222222222222-other-terraform-state"], own })).toBe("333333333333"); // prettier-ignore
  expect(await closing({ own: ofOther })).toHaveLength(1);
});

test.each<{ readonly of: string; readonly world: World; readonly problems: readonly string[] }>([
  {
    of: "a member that is not retired",
    world: { changes: {} },
    problems: ["accounts.lab.retired must be true, got false. Retire it first (docs/organization.md)."],
  },
  {
    of: "one that waits for its id",
    world: { changes: { "accounts.lab.id": undefined } },
    problems: ["accounts.lab.retired must be true, got false. Retire it first (docs/organization.md)."],
  },
  {
    of: "one that AWS never created",
    world: { changes: { ...RETIRED, "accounts.lab.id": undefined } },
    problems: ["accounts.lab.id must be the id of the account, got nothing. Without one, AWS never created it."],
  },
  {
    of: "an invited member",
    world: { changes: { "accounts.lab.membership": "invited" } },
    problems: ["accounts.lab must be a created member, got one of kind member, invited. Only its owner closes it."],
  },
  {
    of: "a main account",
    world: { name: "dev" },
    problems: ["accounts.dev must be a created member, got one of kind main. Only its owner closes it."],
  },
  {
    of: "the master account",
    world: { name: "master" },
    problems: ["accounts.master must be a created member, got one of kind master. Only its owner closes it."],
  },
  {
    of: "an unknown account",
    world: { name: "lap" },
    problems: ['the account must be a retired one (lab), got "lap".'],
  },
  {
    of: "one whose retirement is not committed",
    world: { checkout: "changed" },
    problems: ["the checkout must have no uncommitted changes, got estate.json. Commit or stash them."],
  },
  {
    of: "one of an estate outside a repository",
    world: { checkout: "no repository" },
    problems: ["estate.json must be committed, got no commit. Commit it."],
  },
  {
    of: "one whose retirement is not applied",
    world: { masters: { "master/organization.tfstate": state(resource("333333333333")) } },
    problems: [
      `the state of master-organization must not list the account, got ${ADDRESS}. Run npm run plan -- master-organization, apply that plan, then close the account.`,
    ],
  },
  {
    of: "one without a state of the organization",
    world: { masters: {} },
    problems: [
      "master-organization must have a state, got none. Run npm run plan -- master-organization, apply that plan, then close the account.",
    ],
  },
  {
    of: "one whose states list resources, or are damaged",
    world: { own: { "lab/iam.tfstate": state(resource("1"), resource("2")), "old/x.tfstate": "{" } },
    problems: [
      "its states must list no resources, got lab-iam: 2 resources in s3://333333333333-demo-terraform-state/lab/iam.tfstate. Destroy them at a commit that has the stack (npm run destroy).",
      "its states must list no resources, got old-x: a state that is not JSON in s3://333333333333-demo-terraform-state/old/x.tfstate. Destroy them at a commit that has the stack (npm run destroy).",
    ],
  },
  {
    of: "one in which a group is assigned",
    world: {
      changes: { ...RETIRED, identityCenter: {} },
      masters: {
        "master/organization.tfstate": state(),
        "master/identity.tfstate": state(assignment("222222222222"), assignment("333333333333")),
      },
    },
    problems: [
      "the state of master-identity must assign nobody in the account, got aws_ssoadmin_account_assignment.in-333333333333. Run npm run plan -- master-identity, apply that plan, then close the account.",
    ],
  },
  {
    of: "one that another estate has taken over",
    world: {
      buckets: ["333333333333-other-terraform-state"],
      own: { "lab/bootstrap.tfstate": state(resource("1")), "prod/database.tfstate": state(resource("2")) },
    },
    problems: ["demo", "other"].map(
      (solution) =>
        `its states must list no resources, got prod-database: 1 resource in s3://333333333333-${solution}-terraform-state/prod/database.tfstate. Destroy them at a commit that has the stack (npm run destroy).`,
    ),
  },
  {
    of: "one whose states cannot be read",
    world: { ownError: new UserError("lab: AWS answers AccessDenied: no") },
    problems: ["lab: AWS answers AccessDenied: no"],
  },
  {
    of: "one while the master account, which also manages Identity Center, cannot be read",
    world: {
      changes: { ...RETIRED, identityCenter: {} },
      mastersError: new UserError("master: AWS answers AccessDenied: no"),
    },
    problems: ["master: AWS answers AccessDenied: no"],
  },
  {
    of: "one outside the organization",
    world: { accounts: [] },
    problems: ["the account 333333333333 must be in the organization, got none there."],
  },
  {
    of: "another account under its id",
    world: { accounts: [{ state: "SUSPENDED", joinedMethod: "INVITED", email: "other@example.com" }] },
    problems: [
      "the account 333333333333 must be ACTIVE, got SUSPENDED.",
      "the organization must have created the account 333333333333, got INVITED.",
      "the address of the account 333333333333 must be lab@example.com, got other@example.com. Correct its email or id.",
    ],
  },
])("refuses to close $of", async ({ world, problems }) => {
  expect(await closing(world)).toEqual(problems);
});

test("lists all problems at once", async () => {
  const problems = await closing({
    checkout: "changed",
    masters: { "master/organization.tfstate": state(resource("333333333333")) },
    own: { "lab/iam.tfstate": state(resource("1")) },
    accounts: [{ state: "PENDING_CLOSURE" }],
  });
  expect(problems).toHaveLength(4);
});

test("hides no bug behind a refusal", async () => {
  await expect(closing({ ownError: new TypeError("a bug") })).rejects.toThrow("a bug");
});
