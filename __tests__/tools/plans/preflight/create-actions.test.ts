import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onlyReads, unknownActions } from "../../../../tools/access/policy/catalog";
import { CREATE_ACTIONS } from "../../../../config/create-actions";
import { neededActions } from "../../../../tools/plans/preflight/create-actions";
import type { Declared } from "../../../../tools/plans/preflight/creations";
import { ROOT } from "../../../../tools/support/project";

const actions = [...new Set(Object.values(CREATE_ACTIONS).flatMap((each) => each.split(" ")))];

test("every resource type of the project's modules and stacks has its actions", () => {
  const files = ["modules", "stacks"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(ROOT, folder, file)),
  );
  const sources = files.filter((file) => file.endsWith(".ts")).map((file) => readFileSync(file, "utf8"));
  const used = sources.flatMap(
    (source) =>
    [...source.matchAll(/"@cdktf\/provider-aws\/lib\/(?!data-|provider")([\w-]+)"/g)].map(([, name = ""]) => `aws_${name.replaceAll("-", "_")}`), // prettier-ignore
  );
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter((type) => !Object.hasOwn(CREATE_ACTIONS, type))).toEqual([]);
});

test("every action is one of AWS, and changes something", async () => {
  expect(await unknownActions(actions)).toEqual([]);
  const reads = await Promise.all(actions.map(async (action) => ((await onlyReads(action)) ? [action] : [])));
  expect(reads.flat()).toEqual([]);
});

const creation = (type: string, values: object): Declared =>
  ({ type, values, region: "eu-west-1", stack: { id: "dev-iam", accountId: "222222222222" } }) as unknown as Declared;

test("an action names the resource whose name decides its ARN, and each service's reads are needed too", () => {
  const needed = neededActions([
    creation("aws_iam_role", { name: "Admin", path: "/people/" }),
    creation("aws_iam_user", { name: "robot" }),
    creation("aws_s3_bucket", { bucket: "states" }),
    creation("aws_s3_bucket_versioning", { bucket: "${aws_s3_bucket.b.bucket}" }),
  ]);
  const on = Object.fromEntries(needed.map(({ action, on: resource }) => [action, resource]));
  expect(on).toMatchObject({
    "iam:CreateRole": "arn:aws:iam::222222222222:role/people/Admin",
    "iam:CreateUser": "arn:aws:iam::222222222222:user/robot",
    "s3:CreateBucket": "arn:aws:s3:::states",
    "s3:PutBucketVersioning": "*",
    "iam:GetRole": "*",
    "s3:GetBucketPolicy": "*",
  });
  expect(Object.keys(on).filter((action) => action.startsWith("ec2:"))).toEqual([]);
});
