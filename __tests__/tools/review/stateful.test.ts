import { dataLossFindings, STATEFUL_TYPES } from "../../../tools/review/stateful";
import { example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";
import {
  created,
  destroyed,
  forgotten,
  replaced,
  type Planned,
  resourcesOf,
  unchanged,
  updated,
} from "./support/plans";

const lost = (...resources: Planned[]) => dataLossFindings(resourcesOf(...resources));

test("lists destroyed and replaced resources with what is lost", () => {
  expect(lost(destroyed("aws_db_instance.a", {}), replaced("aws_s3_bucket.b", {}, {}))).toEqual([
    { address: "aws_db_instance.a", message: "destroys the database, and all data in it" },
    { address: "aws_s3_bucket.b", message: "replaces, and so destroys, the bucket, and all objects in it" },
  ]);
});

test("lists no created, changed, unchanged or forgotten resource, and no data source", () => {
  const address = "aws_db_instance.a";
  expect(
    lost(created(address, {}), updated(address, {}, { a: 1 }), unchanged(address, {}), forgotten(address, {})),
  ).toEqual([]);
  expect(lost(destroyed(address, {}, { mode: "data" }))).toEqual([]);
});

test("lists no resource that Terraform recreates completely", () => {
  expect(
    lost(destroyed("aws_security_group.a", {}), replaced("aws_iam_role.a", {}, {}), destroyed("constructor.a", {})),
  ).toEqual([]);
});

test("lists no resource that AWS keeps", () => {
  expect(lost(destroyed("aws_cloudwatch_log_group.a", { skip_destroy: true }))).toEqual([]);
  expect(lost(destroyed("aws_cloudwatch_log_group.a", { skip_destroy: false }))).toHaveLength(1);
});

test.each([
  { type: "aws_neptune_global_cluster", what: "the replication to other regions: a cluster that left it cannot join again with its data" }, // prettier-ignore
  { type: "aws_docdb_global_cluster", what: "the replication to other regions: a cluster that left it cannot join again with its data" }, // prettier-ignore
  { type: "aws_fsx_file_cache", what: "the cache, and the files that it has not exported" },
  { type: "aws_finspace_kx_environment", what: "the environment, and all data in it" },
  { type: "aws_guardduty_detector", what: "the detector, and its findings" },
  { type: "aws_dx_connection", what: "the connection: another one must be ordered and wired again" },
  { type: "aws_cloudformation_stack", what: "the stack, and everything that it created" },
])("lists a destroyed $type", ({ type, what }) => {
  expect(lost(destroyed(`${type}.a`, {})).map(({ message }) => message)).toEqual([`destroys ${what}`]);
});

test("lists no stack that is kept, and not Security Lake, whose data stays in its buckets", () => {
  expect(lost(destroyed("aws_cloudformation_stack_set_instance.a", { retain_stack: true }))).toEqual([]);
  expect(lost(destroyed("aws_securitylake_data_lake.a", {}))).toEqual([]);
});

test("lists a deposed database, and one in a module", () => {
  expect(lost(destroyed('module.m.aws_db_instance.a["x"]', {}, { type: "aws_db_instance" }))).toHaveLength(1);
});

test("every type that the estate protects from destruction is stateful", () => {
  const types = synthesize(example()).stacks.flatMap(
    ({ resources }) =>
    resources.filter(({ values }) => (values["lifecycle"] as { prevent_destroy?: boolean } | undefined)?.prevent_destroy).map(({ type }) => type), // prettier-ignore
  );
  expect(types).not.toEqual([]);
  expect([...new Set(types)].filter((type) => !(type in STATEFUL_TYPES))).toEqual([]);
});
