import { join } from "node:path";
import type { PlanJson } from "../../../tools/review/plan-json";
import { decideStatuses } from "../../../tools/plans/decide-statuses";
import type { Outcome } from "./support/manifests";
import { deleted, replaced } from "./access-change/plans";
import type { Stack } from "../../../tools/synth/stacks";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
const STATE = { lineage: "l", serial: 1 };

/** A stack that reads an output of another. */
function reader(of: string, output: string): SynthesizedStack {
  const name = `cross-stack-reference-input-${of}`;
  const config = { bucket: "states-111111111111", key: `${of}.tfstate` };
  return {
    dependencies: [of],
    resource: { aws_x: { x: { id: `\${data.terraform_remote_state.${name}.outputs.${output}}` } } },
    json: { data: { terraform_remote_state: { [name]: { backend: "s3", config } } } },
  };
}

const SYNTHESIZED = {
  network: {},
  database: reader("network", "vpc"),
  backup: reader("database", "arn"),
  member: { dependencies: ["database"] },
};

function settled(
  answers: Partial<Record<keyof typeof SYNTHESIZED, Outcome>>,
  destroy = false,
  never: readonly string[] = [],
): Record<string, string> {
  const stacks = readStacks(writeOutput(join(folder(), "out"), SYNTHESIZED));
  const planned = stacks.map((stack: Stack) => ({
    ...{ stack, seconds: 1, logFile: "" },
    ...(answers[stack.id as keyof typeof SYNTHESIZED] ?? { status: "no changes" as const, state: STATE }),
  }));
  return Object.fromEntries(
    decideStatuses(planned, stacks, destroy, new Set(never)).map(({ stack, status, reasons }) => [
      stack.id,
      [status, ...reasons].join("; "),
    ]),
  );
}

function changes(plan: Partial<PlanJson> = {}, state: typeof STATE | null = STATE): Outcome {
  return {
    status: "changes",
    state: state ?? undefined,
    plan: { format_version: "1.2", terraform_version: "1.11.4", ...plan },
  };
}

const output = (name: string, actions: readonly ("no-op" | "update" | "create" | "delete")[]) => ({
  output_changes: { [name]: { actions, before: "a", after: actions[0] === "no-op" ? "a" : "b" } },
});

/** The planned deletion of a resource `x`. */
const deletion = (type: string, before: object = {}) =>
  changes({ resource_changes: [deleted(type, "x", { ...before })] });

test("independent plans keep their status", () => {
  expect(settled({ network: changes(output("vpc", ["no-op"])), database: changes() })).toEqual({
    network: "changes",
    database: "changes",
    backup: "no changes",
    member: "no changes",
  });
});

test("a stack waits for one that changes outputs it reads, even if it has no changes itself", () => {
  const result = settled({ network: changes(output("vpc", ["update"])) });
  expect(result["database"]).toBe(
    "waiting; network changes outputs that it reads. Plan it again once network is applied.",
  );
  expect(result["backup"]).toBe("no changes");
});

test("an output without readers makes no stack wait", () => {
  expect(settled({ network: changes(output("unread", ["update"])), database: changes() })["database"]).toBe("changes");
});

test("waiting passes from stack to stack", () => {
  const result = settled({ network: changes(output("vpc", ["update"])), database: changes(output("arn", ["update"])) });
  expect(result["database"]).toMatch(/^waiting/);
  expect(result["backup"]).toBe(
    "waiting; database changes outputs that it reads. Plan it again once database is applied.",
  );
});

test("a stack waits if a dependency was never applied and waits", () => {
  const database: Outcome = { status: "waiting", reasons: ["network is not applied yet"] };
  expect(settled({ database, member: changes({}, null) })["member"]).toBe("waiting; database is not applied yet");
});

test("a stack does not wait for a dependency that this plan creates", () => {
  expect(settled({ database: changes({}, null), member: changes({}, null) })["member"]).toBe("changes");
});

test("a stack that was never applied waits for an unplanned one that was never applied; an applied stack does not", () => {
  const first = settled({ member: changes({}, null) }, false, ["database"]);
  expect(first["member"]).toBe("waiting; database is not applied yet");
  expect(settled({ member: changes() }, false, ["database"])["member"]).toBe("changes");
});

describe("a destroy", () => {
  test("is kept if AWS would refuse it, and so is everything it depends on", () => {
    const result = settled(
      {
        network: deletion("aws_vpc"),
        database: deletion("aws_db_instance", { deletion_protection: true }),
        member: deletion("aws_iam_role"),
      },
      true,
    );
    expect(result).toEqual({
      network: "kept; still used by database",
      database: "kept; aws_db_instance.x: deletion protection",
      backup: "no changes",
      member: "changes",
    });
  });

  test("does not wait for changes of its upstreams", () => {
    const { database } = settled({ network: changes(output("vpc", ["delete"])), database: changes() }, true);
    expect(database).toBe("changes");
  });

  test("keeps the dependencies of a stack whose plan failed", () => {
    const failed: Outcome = { status: "failed", error: new Error("no") };
    expect(settled({ network: changes(), database: failed }, true)["network"]).toBe("kept; still used by database");
  });
});

test("disabling protection is not blocked by it: protection and deletion are two plans", () => {
  const before = { deletion_protection: true };
  const change = replaced("aws_db_instance", "x", before, before);
  const { database } = settled({ database: changes({ resource_changes: [change] }) });
  expect(database).toBe("kept; aws_db_instance.x: deletion protection");
});
