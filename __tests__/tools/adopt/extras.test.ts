import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { extrasIn } from "../../../tools/adopt/extras";
import type { Outcome, Searched } from "../../../tools/adopt/search";
import { example } from "../../support/estates";
import { FakeAccount, stateOf, type Answers } from "../drift/support/fake-account";
import { awsError } from "../terraform/support/fake-s3";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const estate = example();
const accounts = estate.accounts.filter(({ name }) => name === "dev");
const REGION = "eu-west-1";
const here = (answer: object) => (_: object, region: string) => (region === REGION ? answer : {});
const arn = (rest: string) => `arn:aws:iam::222222222222:${rest}`;

/** An account with a VPC of other addresses and a subnet in it, buckets, users and a role. */
const ANSWERS: Answers = {
  DescribeVpcs: here({ Vpcs: [{ VpcId: "vpc-1", CidrBlock: "192.168.0.0/16" }] }),
  DescribeSubnets: here({ Subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-1", Tags: [{ Key: "Name", Value: "by hand" }] }] }),
  ListBuckets: { Buckets: [{ Name: "mine" }, { Name: "yours", BucketRegion: "us-east-1" }] },
  ListUsers: { Users: ["intern", "Admin", "ci"].map((UserName) => ({ UserName, Arn: arn(`user/${UserName}`) })) },
  ListRoles: { Roles: [{ RoleName: "Admin", Path: "/", Arn: arn("role/Admin") }] },
}; // prettier-ignore

const searched = (type: string, outcome: Outcome) =>
  ({ resource: { type }, outcome, others: [] }) as unknown as Searched;
const found = (type: string, id: string, attributes?: Readonly<Record<string, string>>) =>
  searched(type, { status: "found", isChosen: false, candidate: { id, description: "", attributes } });

async function extras(
  all: readonly Searched[],
  change: (account: FakeAccount) => void = () => undefined,
  answers = ANSWERS,
) {
  const fake = new FakeAccount(answers);
  change(fake);
  const result = await extrasIn(accounts, {
    estate,
    clientsOf: (_, region) => fake.clientsOf(region),
    searchedIn: () => Promise.resolve(all),
    estateFile: join(folder(), "estate.json"),
  });
  return { ...result, lines: result.found.map(({ account, type, id, name, region }) => [account, type, id, name, region].join(" ").trim()) }; // prettier-ignore
}

const NO_BUCKET = (fake: FakeAccount) => {
  fake.s3.before = () => {
    throw awsError("NoSuchBucket", 404);
  };
};

test("what the lists of unmanaged resources have, and the code does not, is extra: of every type, also before the first apply", async () => {
  const { lines, problems } = await extras([found("aws_s3_bucket", "mine")], NO_BUCKET);
  expect(lines).toEqual([
    "dev aws_iam_role Admin  us-east-1",
    "dev aws_iam_user Admin  us-east-1",
    "dev aws_iam_user ci  us-east-1",
    "dev aws_iam_user intern  us-east-1",
    "dev aws_s3_bucket yours  us-east-1",
  ]);
  expect([...problems]).toEqual([]);
});

test("a VPC that is found makes its other parts extra; a candidate, what a state holds, and another type's name are not mixed up", async () => {
  const ambiguous = searched("aws_iam_user", {
    status: "ambiguous",
    candidates: [{ id: "intern", description: "" }, { id: "ci", description: "" }], // prettier-ignore
  });
  const all = [found("aws_vpc", "vpc-1"), ambiguous, found("aws_iam_role", "Admin", { arn: arn("role/Admin") })];
  const { lines } = await extras(all, ({ s3 }) => s3.put("old/data.tfstate", stateOf({ id: "mine" })));
  expect(lines).toEqual([
    "dev aws_iam_user Admin  us-east-1",
    "dev aws_s3_bucket yours  us-east-1",
    "dev aws_subnet subnet-1 by hand eu-west-1",
  ]);
});

test("what is accepted is not listed", async () => {
  const reason = "ends in March";
  const entries = ["aws_s3_bucket", "aws_iam_user", "aws_iam_role"].map((type) => ({ account: "dev", type, id: "*n*", reason })); // prettier-ignore
  writeFileSync(join(folder(), "estate.unmanaged.json"), JSON.stringify(entries));
  expect((await extras([], NO_BUCKET)).lines).toEqual(["dev aws_iam_user ci  us-east-1", "dev aws_s3_bucket yours  us-east-1"]); // prettier-ignore
});

test("an account that cannot be read is no failure: the report says why", async () => {
  const denied = { ...ANSWERS, ListUsers: awsError("AccessDenied", 403) };
  const { lines, problems } = await extras([], NO_BUCKET, denied);
  expect(lines).toEqual([]);
  expect(problems.get("dev")).toMatch(/^dev: AWS answers AccessDenied/);
});
