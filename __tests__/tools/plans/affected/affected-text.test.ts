import type { Affected } from "../../../../tools/plans/affected";
import { affectedText } from "../../../../tools/plans/affected/affected-text";
import type { Stack } from "../../../../tools/synth/stacks";

const stacks = ["dev-iam", "dev-network", "dev-database"].map((id) => ({ id }) as Stack);
const base = "b".repeat(40);
const plain = (affected: Partial<Affected>, ref?: string) =>
  affectedText(
    { base, head: "a".repeat(40), stacks, total: 3, affected: [], removed: [], notes: [], ...affected },
    { ref, colour: false },
  );

test("prints both commits, each stack with its first reasons, and the number of further ones", () => {
  const affected = [
    { id: "dev-network", reasons: ["a", "b", "c", "d", "e"] },
    { id: "dev-database", reasons: ["reads the state of dev-network"] },
  ];
  expect(plain({ affected }, "origin/main")).toBe(
    [
      "aaaaaaaaaaaa, compared with bbbbbbbbbbbb, the merge base with origin/main",
      "",
      "dev-network   a",
      "              b",
      "              c",
      "              and 2 more",
      "dev-database  reads the state of dev-network",
      "",
      "2 of 3 stacks are affected",
    ].join("\n"),
  );
});

test("never leaves out what an apply destroys", () => {
  const reasons = ["a", "b", "c", "d"].map((name) => `${name} is removed: apply destroys the database`);
  const text = plain({ affected: [{ id: "dev-database", reasons: [...reasons, "e", "f"] }] });
  expect(text).toContain(reasons.join(`\n${" ".repeat("dev-database  ".length)}`));
  expect(text).toContain("and 2 more");
});

test("prints that no stack is affected, and that uncommitted files are compared", () => {
  expect(plain({ head: undefined })).toBe(
    "uncommitted files, compared with bbbbbbbbbbbb, the merge base with the main branch\nno stack is affected",
  );
});

test("lists removed stacks with the command that destroys them", () => {
  const [, summary, removed, remedy] = plain({ removed: ["ci-network", "ci-database"] }).split("\n");
  expect(summary).toBe("no stack is affected");
  expect(removed).toBe("removed from the code; their resources stay in AWS, unmanaged: ci-network, ci-database");
  expect(remedy).toMatch(/in a checkout of bbbbbbbbbbbb before the merge: npm run destroy -- ci-network ci-database$/);
});

test("escapes control characters of the estate", () => {
  expect(plain({ affected: [{ id: "dev-iam", reasons: ["output \u001b[2Jx is new"] }] })).toContain(
    "output \\u001b[2Jx is new",
  );
});
