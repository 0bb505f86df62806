import type { Preflight } from "../../../tools/plans/preflight";
import { preflightLines } from "../../../tools/cli/preflight-report";

const linesOf = (found: Partial<Preflight>) =>
  preflightLines({ problems: [], unknown: [], quotas: [], looked: "3 names", ...found } as Preflight, (what, text) =>
    `${what.padEnd(8)}${text}`.trimEnd(),
  );

test("an account without problems has one line", () => {
  const quotas = [{ quota: "IAM roles", inUse: 3, adds: 2, limit: 1000, verdict: "enough" } as const];
  expect(linesOf({ quotas })).toEqual(["looked  at 3 names: 0 problems, 0 unknown"]);
});

test("problems come first, then quotas that are passed or unknown as a table, then what is unknown", () => {
  const found = linesOf({
    problems: [
      { kind: "policy", text: "ec2:CreateVpc: denied by a\rb" },
      { kind: "quota", text: "VPCs in eu-west-1: 5 in use and 1 to add must be at most 5" },
    ],
    quotas: [
      { quota: "VPCs in eu-west-1", inUse: 5, adds: 1, limit: 5, verdict: "passed" },
      { quota: "IAM roles", inUse: 3, adds: 2, limit: 1000, verdict: "enough" },
      { quota: "IAM users", adds: 12, verdict: "unknown" },
    ],
    unknown: ["what IAM has in use: denied"],
  });
  expect(found).toEqual([
    "policy  ec2:CreateVpc: denied by a\\rb",
    "quotas  quota              in use  estate adds  limit  verdict",
    "        VPCs in eu-west-1       5            1      5  passed",
    "        IAM users               ?           12      ?  unknown",
    "unknown what IAM has in use: denied",
    "looked  at 3 names: 2 problems, 1 unknown",
  ]);
});
