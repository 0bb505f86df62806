import { keptCreations } from "../../../tools/plans/kept-creations";
import { smallWith } from "../../support/estates";
import { keepingEverything } from "../../support/kept-estate";
import { created, planOf, replaced, unchanged, updated, type Planned } from "../review/support/plans";

const KEPT = "environments.ci.existing.database";
const INSTANCE = "aws_db_instance.instance";
const instance = { identifier: "studies", publicly_accessible: true, storage_encrypted: false, storage_type: "gp2" };
const found = (stack: string, ...resources: readonly Planned[]) =>
  keptCreations(planOf(resources), stack, keepingEverything());

test("a plan that would create a kept resource is refused, with every key that says that it exists", () => {
  expect(found("ci-database", created(INSTANCE, { ...instance, username: "Dagster" }))).toEqual([
    {
      address: INSTANCE,
      message: `${["identifier", "databaseName", "masterUsername", "managedPassword", "encrypted", "storageType", "publiclyAccessible"].map((key) => `${KEPT}.${key}`).join(", ")} say that the resource exists and stays, but the plan would create it. Import it (docs/adopting.md), or remove the keys for a new one.`,
    },
  ]);
});

test("so is one that would replace it: the new one would be as unsafe as the former", () => {
  const [finding] = found("ci-database", replaced(INSTANCE, instance, instance));
  expect(finding?.message).toContain(
    "but the plan would replace it. Set what replaces it (see Replaced) to the value in AWS",
  );
});

test("one key is named alone", () => {
  const group = created("aws_db_parameter_group.g", { name: "studies-17" });
  expect(found("ci-database", group)).toEqual([
    expect.objectContaining({
      message: `${KEPT}.parameterGroup.name says that the resource exists and stays, but the plan would create it. Import it (docs/adopting.md), or remove the key for a new one.`,
    }),
  ]);
});

test("a subnet group that has the public subnets because of a key is refused", () => {
  const group = created("aws_db_subnet_group.g", { name: "other", subnet_ids: ["subnet-1", "subnet-2"] });
  expect(found("ci-database", group)[0]?.message).toContain(`${KEPT}.publicSubnets says`);
});

test("an import, a change and a resource without a key pass", () => {
  const imported = unchanged(INSTANCE, instance, { importing: { id: "studies" } });
  const changed = updated(INSTANCE, instance, { ...instance, multi_az: true }, { importing: { id: "studies" } });
  const log = created("aws_cloudwatch_log_group.log", { name: "studies" });
  expect(found("ci-database", imported, changed, log)).toEqual([]);
});

test.each([
  ["identifier", { ...instance, identifier: "production" }],
  ["publiclyAccessible", { ...instance, publicly_accessible: false }],
  ["managedPassword", { ...instance, manage_master_user_password: true }],
  ["managedPassword", { ...instance, master_user_secret: [{ secret_arn: "arn:aws:secretsmanager:::secret:rds" }] }],
  ["storageType", { ...instance, storage_type: "gp3" }],
])(
  "a change of an instance to what the key says that it is already is refused, also while it is imported: %s",
  (key, was) => {
    const refusal = {
      address: INSTANCE,
      message: `${KEPT}.${key} must have the value in AWS, but the plan would change that value. Correct the key, or change the resource in AWS first.`,
    };
    expect(found("ci-database", updated(INSTANCE, was, instance))).toEqual([refusal]);
    expect(found("ci-database", updated(INSTANCE, was, instance, { importing: { id: "x" } }))).toEqual([refusal]);
  },
);

test("a change away from what a key kept passes, and so does another private subnet in a kept group", () => {
  const moved = updated(INSTANCE, instance, { ...instance, storage_type: "gp3" });
  const group = updated(
    "aws_db_subnet_group.g",
    { subnet_ids: ["subnet-1"] },
    { subnet_ids: ["subnet-1", "subnet-2"] },
  );
  const empty = updated(INSTANCE, { ...instance, db_name: "" }, { ...instance, db_name: null, multi_az: true });
  expect(found("ci-database", moved, group, empty)).toEqual([]);
});

test("the same resource of another stack, and of an estate without the keys, passes", () => {
  expect(found("ci-network", created(INSTANCE, instance))).toEqual([]);
  const plan = planOf([created(INSTANCE, instance)]);
  expect(
    keptCreations(
      plan,
      "ci-database",
      smallWith(() => undefined),
    ),
  ).toEqual([]);
});

test("a new replica of a database that exists is created, unless a key says that the replica exists", () => {
  const replica = { ...instance, identifier: "studies-replica", replicate_source_db: "studies" };
  expect(found("ci-database", created("aws_db_instance.replica", replica))).toEqual([]);
  const kept = { ...replica, identifier: "studies-reader" };
  expect(found("ci-database", created("aws_db_instance.replica", kept))).toMatchObject([
    { message: expect.stringContaining(`${KEPT}.replica says that the resource exists and stays`) as string },
  ]);
});

test("each of several databases has its own keys", () => {
  const [finding] = found("ci-database-reports", created(INSTANCE, { identifier: "reports" }));
  expect(finding?.message).toMatch(/^environments\.ci\.existing\.databases\.reports\.identifier, /);
  expect(found("ci-database", created("aws_db_parameter_group.g", { name: "reports-17" }))).toEqual([]);
});
