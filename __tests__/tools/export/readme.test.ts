import { readme } from "../../../tools/export/readme";
import type { Stack } from "../../../tools/synth/stacks";

const stack = (id: string, dependencies: string[] = [], accessRoleArn?: string): Stack => ({
  id,
  directory: "/x",
  accountId: "222222222222",
  region: "eu-west-1",
  state: { bucket: "b", key: `dev/${id}.tfstate`, region: "eu-west-1" },
  accessRoleArn,
  dependencies,
  resourceCount: 1,
  resourceTypes: {},
  bucketNames: [],
  createsOwnStateBucket: false,
});

const page = (...stacks: Stack[]) => readme({ solution: "galileo", commit: "0123456789abcdef01", stacks });

test("the page names commit, order, states, and no role where none is assumed", () => {
  const text = page(stack("a"), stack("b", ["a"]));
  expect(text).toMatch(/^# galileo: plain Terraform\n\nWritten by `npm run export` from commit `0123456789ab`\./);
  expect(text).toContain("| `a` | 222222222222 | eu-west-1 | `s3://b/dev/a.tfstate` | none |\n| `b` |");
  expect(text).toMatch(/\| `s3:\/\/b\/dev\/b\.tfstate` \| `a` \|\n/);
  expect(text).not.toMatch(/assume a role|Not exported/);
});

test("the page names what was not exported and each role once", () => {
  const role = "arn:aws:iam::222222222222:role/Access";
  const text = page(stack("b", ["a"], role), stack("c", ["a", "b"], role));
  expect(text).toContain("Not exported, and still needed: `a`.");
  expect(text.split(`- \`${role}\``)).toHaveLength(2);
});

test.each(["order of the table", "## Credentials", "## What was left behind", "applied.json", "## To HCL"])(
  "the page says how to go on: %s",
  (part) => {
    expect(page(stack("a"))).toContain(part);
  },
);
