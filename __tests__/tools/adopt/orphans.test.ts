import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEntries } from "../../../tools/adopt/adoption-file";
import { orphansIn } from "../../../tools/adopt/orphans";
import type { Outcome, Searched } from "../../../tools/adopt/search";
import type { Stack } from "../../../tools/synth/stacks";
import { ACCOUNT, clientsOf, REGION, type Answers } from "./fake-account";

const OWN = [
  { Key: "Stack", Value: "dev-iam" },
  { Key: "Solution", Value: "galileo" },
];
const OTHER = [{ Key: "Stack", Value: "prod-iam" }, { Key: "Solution", Value: "galileo" }]; // prettier-ignore

const directory = mkdtempSync(join(tmpdir(), "orphans-"));
const tags = { Stack: "dev-iam", Solution: "galileo" };
writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ provider: { aws: [{ default_tags: [{ tags }] }] } }));
const stack = { id: "dev-iam", directory, accountId: ACCOUNT } as Stack;

function searched(address: string, outcome: Outcome, values: Searched["resource"]["values"] = {}): Searched {
  const [type = ""] = address.split(".");
  return { resource: { stack, type, address, values, region: REGION }, outcome, others: [] };
}

const found = (id: string): Outcome => ({ status: "found", candidate: { id, description: "" }, isChosen: false });

/** The role `own` has the stack's tags, and others have those of another stack. */
const TAGGED: Answers = {
  ListRoleTags: ({ RoleName }: { RoleName: string }) => ({ Tags: RoleName === "own" ? OWN : OTHER }),
  DescribeTags: ({ Filters }: { Filters: { Values: string[] }[] }) => ({
    Tags: Filters[0]?.Values[0] === "vpc-2" ? OWN : OTHER,
  }),
};

const look = (all: readonly Searched[], answers: Answers = TAGGED) => orphansIn(all, () => clientsOf(answers));

test("what has the stack's tags is an orphan, and what has other tags is not", async () => {
  const all = await look([searched("aws_iam_role.a", found("own")), searched("aws_iam_role.b", found("by-hand"))]);
  expect(all.found.map(({ address }) => address)).toEqual(["aws_iam_role.a"]);
  expect(all.others.map(({ address }) => address)).toEqual(["aws_iam_role.b"]);
});

test("a part without tags is an orphan if what it is a part of is not somebody else's", async () => {
  const part = (address: string, role: string) =>
    searched(address, found(`${role}:logs`), { role: `\${${role}.name}` });
  const all = await look([
    searched("aws_iam_role.a", found("own")),
    part("aws_iam_role_policy.a", "aws_iam_role.a"),
    searched("aws_iam_role.b", found("by-hand")),
    part("aws_iam_role_policy.b", "aws_iam_role.b"),
    searched("aws_iam_role_policies_exclusive.b", found("x"), { policy_names: ["${aws_iam_role_policy.b.name}"] }),
    searched("aws_iam_account_password_policy.p", found("iam-account-password-policy")),
  ]);
  expect(all.found.map(({ address }) => address)).toEqual([
    "aws_iam_role.a",
    "aws_iam_role_policy.a",
    "aws_iam_account_password_policy.p",
  ]);
  expect(all.others).toHaveLength(3);
});

test("of several candidates, the one with the stack's tags is the orphan", async () => {
  const candidates = ["vpc-1", "vpc-2"].map((id) => ({ id, description: "" }));
  const all = await look([searched("aws_vpc.v", { status: "ambiguous", candidates })]);
  expect(all.found).toMatchObject([{ address: "aws_vpc.v", candidate: { id: "vpc-2" } }]);
});

test("several with the stack's tags are ambiguous", async () => {
  const candidates = ["vpc-1", "vpc-2"].map((id) => ({ id, description: "" }));
  const all = await look([searched("aws_vpc.v", { status: "ambiguous", candidates })], { DescribeTags: { Tags: OWN } });
  expect(all).toEqual({
    found: [],
    others: [],
    ambiguous: [{ stack: "dev-iam", address: "aws_vpc.v", ids: ["vpc-1", "vpc-2"] }],
  });
});

test("a bucket that was not tagged yet is an orphan, and one with other tags is not", async () => {
  const bucket = [searched("aws_s3_bucket.b", found("111111111111-logs"))];
  expect((await look(bucket, { GetBucketTagging: { TagSet: [] } })).found).toHaveLength(1);
  expect((await look(bucket, { GetBucketTagging: { TagSet: OTHER } })).others).toHaveLength(1);
});

test("what a state holds, what is missing, and what the file names already is no orphan", async () => {
  const candidate = { id: "own", description: "" };
  const all = await look([
    searched("aws_iam_role.a", { status: "managed" }),
    searched("aws_iam_role.b", { status: "missing" }),
    searched("aws_iam_role.c", { status: "found", candidate, isChosen: true }),
  ]);
  expect(all).toEqual({ found: [], others: [], ambiguous: [] });
});

test("a default of a VPC that no apply took over is no orphan, and nobody else's either", async () => {
  const all = await look([searched("aws_default_network_acl.d", found("acl-1"))]);
  expect(all).toEqual({ found: [], others: [], ambiguous: [] });
});

test("the file of adoptions keeps its entries", () => {
  const orphan = { stack: "dev-iam", address: "aws_iam_role.a", candidate: { id: "own", description: "" } };
  const before = { "dev-iam": { "aws_vpc.v": "vpc-1" }, "dev-network": { "aws_vpc.v": "vpc-2" } };
  expect(withEntries(before, [orphan])).toEqual({
    "dev-iam": { "aws_vpc.v": "vpc-1", "aws_iam_role.a": "own" },
    "dev-network": { "aws_vpc.v": "vpc-2" },
  });
});
