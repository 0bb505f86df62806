import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import exampleFile from "../../config/example";
import { reviewPlan } from "../../tools/review/review-plan";
import { changed, DATABASES, type KeyChange } from "../support/changed-keys";
import { SHARED_STACKS } from "./support/applied-estate";
import { startClone, type Clone } from "./support/clone";
import { ExistingDatabase } from "./support/existing-database";

/* What a change of each key does to a database: at once in dev, in the maintenance window in ci. */

const rows = (is: KeyChange["expected"]["is"], environment?: string) =>
  DATABASES.filter(
    ({ expected, to }) =>
      expected.is === is &&
      (environment === undefined || Object.keys(to).every((path) => path.startsWith(`environments.${environment}.`))),
  );
const before = changed(exampleFile, [
  { to: { "environments.dev.database.engineVersion": "16" } },
  { to: { "environments.ci.database": { engineVersion: "16", allocatedStorageGb: 40, deletionProtection: false } } },
  ...rows("in place", "ci"),
]);
let after = changed(before, [...rows("in place", "dev"), ...rows("pending")]);
const folder = mkdtempSync(join(tmpdir(), "changed-databases-"));

let clone: Clone;
let dev: ExistingDatabase;
let ci: ExistingDatabase;

beforeAll(async () => {
  clone = await startClone("changed-databases", { estate: before, applied: SHARED_STACKS });
  await clone.makeStateBucket("ci");
  const network = clone.apply("ci-network");
  [dev] = await Promise.all([ExistingDatabase.create(clone, "dev-database", join(folder, "dev")), network]);
  ci = await ExistingDatabase.create(clone, "ci-database", join(folder, "ci"));
  after = changed(after, [{ to: { "environments.dev.database.allowedSecurityGroupIds": [await anyGroup()] } }]);
});

afterAll(async () => {
  await Promise.all([dev.stop(), ci.stop()]);
  await clone.stop();
  rmSync(folder, { recursive: true, force: true });
});

const apply = () => clone.run("apply", clone.lastPlan(), "--skip-promotion", "--reason", "a test of changes");

/** A security group that exists. */
async function anyGroup(): Promise<string> {
  const { SecurityGroups = [] } = await clone.clients("222222222222").ec2.send(new DescribeSecurityGroupsCommand({}));
  return SecurityGroups.find(({ GroupName }) => GroupName === "dev-irl-galileo-default")?.GroupId ?? "none";
}

async function instance(accountId: string) {
  const { DBInstances = [] } = await clone.clients(accountId).rds.send(new DescribeDBInstancesCommand({}));
  return DBInstances[0];
}

describe("before anything is applied", () => {
  test.each(["dev", "ci"])("the plan of %s lists each change that RDS refuses", async (environment) => {
    const refusedRows = rows("refused", environment);
    const plan = await (environment === "dev" ? dev : ci).plan(changed(before, refusedRows));
    const messages = (reviewPlan(plan).refused ?? []).map(({ message }) => message);
    const expectedMessages = refusedRows.map(({ expected }) => (expected.is === "refused" ? expected.message : /^$/));
    expect(messages).toHaveLength(expectedMessages.length);
    expect(messages).toEqual(
      expect.arrayContaining(expectedMessages.map((pattern) => expect.stringMatching(pattern) as string)),
    );
  });

  test("what replaces a database is named as a loss of its data, with each attribute that forces it", async () => {
    const { destroysState, changes } = reviewPlan(await dev.plan(changed(before, rows("replaced"))));
    expect(destroysState.map(({ message }) => message)).toEqual([
      "replaces, and so destroys, the database, and all data in it",
    ]);
    const forcing = changes.flatMap(({ attributes }) =>
      attributes.filter(({ forcesReplacement }) => forcesReplacement).map(({ path }) => path),
    );
    expect(forcing).toEqual(
      expect.arrayContaining(rows("replaced").map(({ expected }) => expected.is === "replaced" && expected.forcing)),
    );
  });
});

describe("all changes in one plan", () => {
  test("name what waits for the maintenance window, in the plan and in the apply", async () => {
    clone.change(after);
    const planned = await clone.run("plan", "dev-database", "ci-database");
    expect(planned.output).toMatch(/\nDatabase changes in the maintenance window\n(.*ci-database.*\n){2}/);
    expect(planned.output).toContain(
      "instance_class: db.t4g.micro → db.t4g.small is applied in the maintenance window",
    );
    expect(planned).toExitWith(2);
    const applied = await apply();
    expect(applied.output).toMatch(/ci-database is pending, and not recorded as applied yet:\n {2}.*instance_class/);
    expect(applied).toExitWith(0);
  });

  test("are applied at once in dev, a major version with its parameter group included; ci has its former class", async () => {
    expect(await instance("222222222222")).toMatchObject({
      ...{ DBInstanceClass: "db.t4g.small", AllocatedStorage: 40, MultiAZ: true, DeletionProtection: true },
      EngineVersion: expect.stringMatching(/^17/) as string,
      DBParameterGroups: [{ DBParameterGroupName: expect.stringMatching(/-postgres17-/) as string }],
    });
    expect(await instance("333333333333")).toMatchObject({
      ...{ DBInstanceClass: "db.t4g.micro", MultiAZ: false },
      PendingModifiedValues: { DBInstanceClass: "db.t4g.small", MultiAZ: true },
    });
  });

  test("leave nothing to plan in dev; ci's are pending, and no pipeline asks for them again", async () => {
    const [again, promotions, pending] = await Promise.all([
      clone.run("plan", "dev-database", "ci-database"),
      clone.run("promotions"),
      clone.run("pipeline", "pending", "ci"),
    ]);
    // An import does not know that RDS manages the password, so the output of its secret appears once more.
    expect(again.output).toMatch(/dev-database +dev \(222222222222\) +(no )?changes( +-){4}/);
    expect(again.output).toMatch(/\nDatabase changes in the maintenance window\n(.*ci-database.*\n){2}/);
    expect(promotions.output).toMatch(
      /ci-database is pending until .*; plan it then, to record it:\n {2}.*instance_class/,
    );
    expect(pending.output).not.toMatch(/stacks=.*ci-database/);
    expect(pending.output).toContain("ci: ci-database must wait for the maintenance window");
  });

  test("cannot be reverted where RDS refuses it", async () => {
    const back = changed(after, [{ to: { "environments.dev.database.engineVersion": "16" } }]);
    const { refused = [] } = reviewPlan(await dev.plan(back));
    expect(refused.map(({ message }) => message)).toEqual([expect.stringMatching(/17 → 16: RDS has no downgrade/)]);
  });
});
