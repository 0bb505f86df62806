import { unmanagedExitCode, unmanagedJson, unmanagedText } from "../../../tools/drift/unmanaged-report";
import type { AccountReport, UnmanagedReport } from "../../../tools/drift/unmanaged-resources";

const account = (name: string, rest: Partial<AccountReport> = {}): AccountReport => ({
  ...{ account: name, status: "clean", resources: [], accepted: 0, errors: [] },
  ...rest,
});
const maker = { by: "arn:aws:iam::222222222222:user/lead", at: "2026-02-03T04:05:06.000Z" };
const resources = [
  { type: "aws_iam_user", id: "intern", region: "us-east-1", maker },
  { type: "aws_security_group", id: "sg-1", name: "line\nbreak", region: "eu-west-1" },
];
const report = (...accounts: AccountReport[]): UnmanagedReport => ({ accounts, stale: [], file: "estate.unmanaged.json" }); // prettier-ignore

test("the text lists each account, its resources in one line each, and what to do", () => {
  const accounts = [
    account("dev", { status: "unmanaged", resources, accepted: 1, makersUnknown: "CloudTrail: denied" }),
    account("ci", { accepted: 2 }),
    account("staging", { status: "never applied" }),
    account("prod", { status: "locked", errors: ["prod-iam is locked"] }),
    account("master", { status: "failed", errors: ["first\nsecond"] }),
  ];
  const stale = [{ account: "dev", type: "aws_iam_user", id: "gone", reason: "x" }];
  expect(unmanagedText({ ...report(...accounts), stale })).toBe(
    [
      "dev: 2 resources without a state",
      "  aws_iam_user  intern  us-east-1, created at 2026-02-03 04:05:06 UTC by arn:aws:iam::222222222222:user/lead",
      "  aws_security_group  sg-1 (line\\nbreak)  eu-west-1",
      "  accepted: 1 resource",
      "  not all creators are known: CloudTrail: denied",
      "",
      "ci: no resource without a state",
      "  accepted: 2 resources",
      "",
      "staging: was never applied",
      "",
      "prod: prod-iam is locked; look again",
      "",
      "master: failed",
      "  first",
      "  second",
      "",
      "estate.unmanaged.json: dev has no aws_iam_user gone that no state holds. Remove the entry.",
      "",
      "Add each to the code and import it, delete it, or accept it with a reason in estate.unmanaged.json (docs/drift.md).",
    ].join("\n"),
  );
});

test.each([
  { statuses: ["clean", "locked", "never applied"], code: 0 },
  { statuses: ["clean", "unmanaged", "locked"], code: 2 },
  { statuses: ["unmanaged", "failed"], code: 1 },
] as const)("$statuses: exit code $code", ({ statuses, code }) => {
  expect(unmanagedExitCode(report(...statuses.map((status) => account("a", { status }))))).toBe(code);
});

test("the JSON is one line, with null where nothing is known, and without secrets", () => {
  const secret = ["gh", "p_", "a1B2".repeat(9)].join("");
  const text = unmanagedJson(
    report(account("dev", { status: "unmanaged", resources: [...resources, { type: "t", id: secret, region: "r" }] })),
  );
  expect(text).not.toContain("\n");
  expect(text).not.toContain(secret);
  expect(JSON.parse(text)).toMatchObject({
    accounts: [
      {
        ...{ account: "dev", status: "unmanaged", accepted: 0, errors: [] },
        resources: [
          {
            type: "aws_iam_user",
            id: "intern",
            name: null,
            region: "us-east-1",
            createdBy: maker.by,
            createdAt: maker.at,
          },
          { type: "aws_security_group", id: "sg-1", name: "line\nbreak", createdBy: null, createdAt: null },
          {},
        ],
      },
    ],
    stale: [],
  });
});
