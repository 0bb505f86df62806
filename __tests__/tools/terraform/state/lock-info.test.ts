import { isOverdue, lockInError, lockLines, lockRemedy, MOVE } from "../../../../tools/terraform/state/lock-info";
import { LOCK_INFO as INFO } from "../support/fake-s3";

describe("a lock", () => {
  test("prints its holder and since when", () => {
    expect(lockLines({ info: INFO, content: "" }, new Date("2026-01-01T12:05:00Z"))).toEqual([
      "held by alice@desk",
      "for apply",
      "since 2026-01-01 10:00:00 UTC (2 h 4 min ago)",
      "Terraform 1.11.4",
      `lock id ${INFO.ID}`,
    ]);
  });

  test("prints no control characters of its content", () => {
    const [who] = lockLines({ info: { ...INFO, Who: "\u001b]0;evil\u0007\nalice" }, content: "" });
    expect(who).toBe("held by ?]0;evil??alice");
  });
});

/** As Terraform 1.11 prints it. */
const ERROR = `Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode:
412, RequestID: 7UU, api error PreconditionFailed: the key exists
Lock Info:
  ID:        05bec584-a69d-73ca-2527-c2f3f42b17ff
  Path:      states/dev/iam.tfstate
  Operation: OperationTypeApply
  Who:       alice@desk
  Version:   1.11.4
  Created:   2026-01-01 10:00:00.123456789 +0000 UTC
  Info:      

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`;

test("the lock in Terraform's error is read with every field", () => {
  expect(lockInError(["Error: other", ERROR])?.info).toEqual({ ...INFO, Created: "2026-01-01T10:00:00Z" });
  expect(lockInError(["Error: other"])).toBeUndefined();
  expect(lockInError(["Error: Error acquiring the state lock"])).toMatchObject({ info: undefined });
});

test.each([
  { Operation: "OperationTypePlan", minutes: 11, overdue: false },
  { Operation: "OperationTypePlan", minutes: 12, overdue: true },
  { Operation: "OperationTypeApply", minutes: 61, overdue: false },
  { Operation: "OperationTypeApply", minutes: 62, overdue: true },
  { Operation: "state restore", minutes: 61, overdue: false },
])("after $minutes minutes, a lock for $Operation is overdue: $overdue", ({ Operation, minutes, overdue }) => {
  const lock = { info: { ...INFO, Operation } };
  const now = new Date(Date.parse(INFO.Created) + minutes * 60_000);
  expect(isOverdue(lock, now)).toBe(overdue);
  expect(lockRemedy("dev-iam", lock, now).includes("npm run unlock")).toBe(overdue);
});

test("the remedy of a young lock is to wait, with the time", () => {
  expect(lockRemedy("dev-iam", { info: INFO }, new Date("2026-01-01T10:30:00Z"))).toBe(
    "Wait for that run: it ends by 2026-01-01 11:01:20 UTC at the latest.",
  );
});

test("the lock of a move names the command that finishes it, and is overdue after minutes", () => {
  const info = { ...INFO, Operation: MOVE, Info: "npm run move -- dev-iam:a.b dev-network:a.b" };
  const [soon, later] = [new Date("2026-01-01T10:03:00Z"), new Date("2026-01-01T10:04:00Z")];
  expect([isOverdue({ info }, soon), isOverdue({ info }, later)]).toEqual([false, true]);
  expect(lockRemedy("dev-iam", { info }, soon)).toBe(
    `A move must be finished: if that run has certainly ended, run ${info.Info} --continue ${INFO.ID}`,
  );
});

test("a damaged lock, and one without a time, is overdue", () => {
  expect([isOverdue({}), isOverdue({ info: { ...INFO, Created: "" } })]).toEqual([true, true]);
});
