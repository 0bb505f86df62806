import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import exampleFile from "../../../config/example";
import { EXISTING_KEYS } from "../../../config/existing-keys";
import { reviewPlan } from "../../../tools/review/review-plan";
import { changed } from "../../support/changed-keys";
import { startClone, type Clone } from "../support/clone";
import { ExistingDatabase } from "../support/existing-database";

/* A database that was made in the console, with names and settings of its own, stays as it is: Terraform's own plan. */

const MADE_IN_CONSOLE = {
  database: {
    ...{ identifier: "studies", databaseName: false, masterUsername: "Dagster", encrypted: false, storageType: "gp2" },
    managedPassword: false,
    ...{ publiclyAccessible: true, publicSubnets: true, subnetGroup: "default-vpc-0a1b2c3d4e5f60718" },
    ownSecurityGroup: { name: "Studies", description: "Created from the RDS console" },
  },
};
const KEPT = "environments.ci.existing";
const keeping = changed(exampleFile, [
  {
    to: {
      "environments.ci.database": { engineVersion: "16", allocatedStorageGb: 40, deletionProtection: false },
      [KEPT]: MADE_IN_CONSOLE,
    },
  },
]);
const folder = mkdtempSync(join(tmpdir(), "existing-database-"));

let clone: Clone;

beforeAll(async () => {
  clone = await startClone("existing-database", { estate: keeping });
  await clone.makeStateBucket("ci");
  await clone.run("plan", "ci-network");
  expect(await clone.run("apply", clone.lastPlan(), "--skip-promotion", "--reason", "a test")).toExitWith(0);
});

afterAll(async () => {
  await clone.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a plan that would create it is blocked, with its keys, and warns of its public address", async () => {
  const { output } = await clone.run("plan", "ci-database");
  expect(output).toMatch(/^Plan \S+: blocked$/m);
  expect(output).toMatch(
    new RegExp(`aws_db_instance\\S+ +${KEPT}.database.identifier, .*say that the resource exists`),
  );
  expect(output).toContain("warning: ci-database has a public address.");
});

test("its keys keep it, and without them Terraform would replace it, or move it to another address", async () => {
  const database = await ExistingDatabase.create(clone, "ci-database", folder);
  const kept = reviewPlan(await database.plan(keeping));
  expect([kept.replaced, kept.destroysState]).toEqual([[], []]);
  expect(kept.changes).toMatchObject([{ type: "aws_db_instance", action: "update" }]);
  const attributes = EXISTING_KEYS.filter(({ stack, key }) => stack === "database" && key.includes(".existing."));
  const changedPaths = kept.changes.flatMap((each) => each.attributes.map(({ path }) => path));
  expect(attributes.filter(({ attribute }) => changedPaths.includes(attribute))).toEqual([]);

  const without = reviewPlan(await database.plan(changed(keeping, [{ to: { [KEPT]: undefined } }])));
  await database.stop();
  const types = ["aws_cloudwatch_log_group", "aws_db_instance", "aws_db_subnet_group", "aws_security_group"];
  expect(without.replaced.map(({ address }) => address.split(".")[0]).sort()).toEqual(types);
  const lost = without.changes.flatMap(({ type, attributes: all }) => all.map(({ path }) => `${type} ${path}`));
  expect(lost).toEqual(
    expect.arrayContaining(
      [
        ...["identifier", "db_name", "username", "manage_master_user_password"],
        ...["storage_encrypted", "storage_type", "publicly_accessible"],
      ].map((each) => `aws_db_instance ${each}`),
    ),
  );
});
