import { join } from "node:path";
import { refuseLostStates } from "../../../tools/plans/lost-state";
import { appliedText, destroyed, withApplied } from "../../../tools/plans/promotion/applied-content";
import { awsError, FakeS3 } from "../terraform/support/fake-s3";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import type { Outcome } from "./support/manifests";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
const STATE = { lineage: "l", serial: 1 };
const HASHES = { content: "a".repeat(64), exact: "b".repeat(64), commit: "c".repeat(40) };
const ENTRY = { ...HASHES, appliedAt: "2026-01-02T03:04:05Z", plan: "p" };
const APPLIED = appliedText(withApplied(undefined, "a", ENTRY));

/** The status or error of a plan of stack `a`, with this record in its bucket. */
async function refused(outcome: Outcome, record?: string, before?: FakeS3["before"], state?: string): Promise<string> {
  const [stack] = readStacks(writeOutput(join(folder(), "out"), { a: {} }));
  if (!stack) throw new Error("there is no stack");
  const s3 = new FakeS3();
  if (record !== undefined) s3.put("a.applied.json", record);
  if (state !== undefined) s3.put("a.tfstate", state);
  if (before) s3.before = before;
  const [settled] = await refuseLostStates([{ stack, seconds: 1, logFile: "", ...outcome }], () => s3.client);
  return settled?.status === "failed" ? settled.error.message : (settled?.status ?? "");
}

const changes: Outcome = { status: "changes", plan: {} };

test.each<[string, Outcome]>([
  ["that makes everything", changes],
  ["that makes nothing", { status: "no changes" }],
  ["that waits for another", { status: "waiting", reasons: ["b is not applied yet"] }],
])("a plan %s fails if the stack is recorded as applied but has no state, with the remedy", async (_, outcome) => {
  const message = await refused(outcome, APPLIED);
  expect(message).toMatch(
    /^a has no state, but was applied at 2026-01-02T03:04:05Z from commit c{12}: its state is lost\n/,
  );
  expect(message).toMatch(/\nRun npm run state -- history a .*npm run state -- restore a to restore the newest one\./);
  expect(message).toMatch(/\n.*aws s3 rm s3:\/\/states-111111111111\/a\.applied\.json and plan again\.$/);
});

test("keeps the plan of a stack that has a state, was never applied, or was destroyed", async () => {
  expect(await refused({ ...changes, state: STATE }, APPLIED)).toBe("changes");
  expect(await refused(changes, undefined)).toBe("changes");
  expect(await refused(changes, appliedText(destroyed("a")))).toBe("changes");
  const noBucket = () => {
    throw awsError("NoSuchBucket", 404);
  };
  const waiting: Outcome = { status: "waiting", reasons: ["it is not bootstrapped"] };
  expect(await refused(waiting, undefined, noBucket)).toBe("waiting");
});

test("an empty or damaged state counts as lost; a new state is a first apply by another run", async () => {
  const contents = { terraform_version: "1.11.4", outputs: {}, resources: [] };
  const whole = JSON.stringify({ version: 4, ...STATE, ...contents });
  expect(await refused(changes, APPLIED, undefined, "")).toMatch(/its state is lost/);
  expect(await refused(changes, APPLIED, undefined, whole.slice(0, 20))).toMatch(/its state is lost/);
  expect(await refused(changes, APPLIED, undefined, whole)).toBe("a was applied during the check. Plan again.");
});

test("a failed plan keeps its error", async () => {
  expect(await refused({ status: "failed", error: new Error("no credentials") }, APPLIED)).toBe("no credentials");
  expect(await refused({ status: "not started", reasons: ["interrupted"] }, APPLIED)).toBe("not started");
});

test("if the record cannot be read or is invalid, the plan does not count as a first apply", async () => {
  const denied = () => {
    throw awsError("AccessDenied", 403);
  };
  expect(await refused(changes, APPLIED, denied)).toMatch(/^a: the record of its applies cannot be read/);
  expect(await refused(changes, "{}")).toMatch(
    /^a: s3:\/\/states-111111111111\/a\.applied\.json must be a record of applies, got something else\./,
  );
});
