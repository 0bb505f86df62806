import { DescribeDBInstancesCommand, ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import exampleFile from "../../../config/example";
import { changed } from "../../support/changed-keys";
import { startClone, type Clone } from "../support/clone";

/* An environment with two databases, one of them with a read replica, from its first plan to its destruction. */

const ACCOUNT = "333333333333";
const CI = "environments.ci";
const settings = { deletionProtection: false, finalSnapshot: true };
const two = changed(exampleFile, [
  {
    to: {
      [`${CI}.network.tiers`]: { data: { prefixLength: 26 } },
      [`${CI}.database`]: settings,
      [`${CI}.databases`]: { reports: { ...settings, tier: "data", parameters: { work_mem: "65536" } } },
    },
  },
]);
const unmanaged = { [`${CI}.existing.database`]: { managedPassword: false } };
const withReplica = changed(two, [{ to: { ...unmanaged, [`${CI}.database`]: { ...settings, replica: {} } } }]);

let clone: Clone;

beforeAll(async () => {
  clone = await startClone("further-databases", { estate: two });
  await clone.makeStateBucket("ci");
  await clone.run("plan", "ci-network");
  expect(await apply()).toExitWith(0);
});

afterAll(() => clone.stop());

const apply = (...options: string[]) =>
  clone.run("apply", clone.lastPlan(), "--skip-promotion", "--reason", "a test of databases", ...options);

async function instances() {
  const { DBInstances = [] } = await clone.clients(ACCOUNT).rds.send(new DescribeDBInstancesCommand({}));
  return DBInstances.map(({ DBInstanceIdentifier = "" }) => DBInstanceIdentifier).sort();
}

const names = ["ci-irl-galileo-database", "ci-irl-galileo-database-reports"];

test("both databases are applied by name, with states of their own, and the second plan is empty", async () => {
  expect(await clone.run("plan", "ci-database", "ci-database-reports")).toExitWith(2);
  expect(await apply()).toExitWith(0);
  expect(await instances()).toEqual(names);
  expect(await clone.run("plan", "ci-database", "ci-database-reports")).toExitWith(0);
});

test("a replica is created of a database whose password is its own, and the second plan is empty", async () => {
  const DBInstanceIdentifier = names[0];
  const password = { ManageMasterUserPassword: false, MasterUserPassword: "not-a-secret-in-a-test" };
  await clone.clients(ACCOUNT).rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, ...password }));
  clone.change(withReplica);
  expect(await clone.run("plan", "ci-database")).toExitWith(2);
  expect(await apply()).toExitWith(0);
  expect(await instances()).toEqual([names[0], `${names[0]}-replica`, names[1]]);
  expect(await clone.run("plan", "ci-database")).toExitWith(0);
});

test("each is destroyed by its own stack, the replica with its source, when apply names them", async () => {
  const planned = await clone.run("destroy", "ci-database");
  expect(planned).toExitWith(2);
  const [, flags = ""] = /npm run apply -- \S+((?: --allow-destroy \S+)+)/.exec(planned.output) ?? [];
  expect(flags.match(/aws_db_instance\.\S+/g)).toHaveLength(2);
  expect((await apply()).output).toContain("--allow-destroy");
  expect(await instances()).toHaveLength(3);
  expect(await apply(...flags.trim().split(" "))).toExitWith(0);
  expect(await instances()).toEqual([names[1]]);
});
