import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proveMove } from "../../../tools/refactor/prove-move";
import type { Terraform } from "../../../tools/terraform/terraform";

const folder = mkdtempSync(join(tmpdir(), "prove-move-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Planned = readonly [address: string, actions: string, before?: object, after?: object][];

/** A stack whose plan shows these changes of managed resources. */
function side(id: string, changes: Planned, seen: string[] = []) {
  const directory = join(folder, id);
  mkdirSync(directory, { recursive: true });
  const backend = { s3: { bucket: "states" } };
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ terraform: { backend }, resource: { aws_x: {} } }));
  const resource_changes = changes.map(([address, actions, before, after]) => ({
    ...{ address, type: address.split(".")[0], mode: "managed" },
    change: { actions: actions.split(" "), before, after },
  }));
  const terraformIn = (place: string) =>
    ({
      init: () => {
        for (const name of ["cdk.tf.json", "terraform.tfstate"]) seen.push(readFileSync(join(place, name), "utf8"));
        seen.push(statSync(join(place, "terraform.tfstate")).mode.toString(8).slice(-3));
        return Promise.resolve();
      },
      plan: () => Promise.resolve(),
      showPlan: () => Promise.resolve({ resource_changes }),
    }) as unknown as Terraform;
  return { stack: { id, directory }, terraformIn, change: { text: "present", next: `next of ${id}` } };
}

const moves = [{ from: "aws_x.a", to: "aws_x.b" }];
const prove = (source: Planned, target: Planned, seen?: string[]) =>
  proveMove({ source: side("one", source, seen), target: side("two", target) }, moves, join(folder, "proofs"));

test("plans on the next states, which are local and private, and removes them", async () => {
  const seen: string[] = [];
  expect(await prove([["aws_x.kept", "no-op"]], [["aws_x.b", "no-op"]], seen)).toEqual([]);
  const local = { terraform: { backend: { local: {} } }, resource: { aws_x: {} } };
  expect(seen).toEqual([JSON.stringify(local), "next of one", "600"]);
  expect(existsSync(join(folder, "proofs"))).toBe(false);
});

test("lists what else the next plans show, and the tags of a moved resource", async () => {
  const tags: Planned = [["aws_x.b", "update", { tags_all: { Stack: "one" } }, { tags_all: { Stack: "two" } }]];
  expect(await prove([["aws_x.other", "update", { path: "/" }, { path: "/a/" }]], tags)).toEqual([
    "one: update aws_x.other (path)",
    "two: update aws_x.b (tags_all)",
  ]);
});

test("a stack that the code no longer has is not planned", async () => {
  const target = side("two", [["aws_x.b", "no-op"]]);
  expect(await proveMove({ target }, moves, join(folder, "proofs"))).toEqual([]);
});

test.each<[string, Planned, Planned, RegExp]>([
  ["it would change", [], [["aws_x.b", "update", { path: "/" }, { path: "/a/" }]], /two must keep a moved resource as it is, got: update aws_x\.b \(path\)\./], // prettier-ignore
  ["it would be replaced", [], [["aws_x.b", "delete create"]], /got: delete and create aws_x\.b\./],
  ["it is not in the code", [], [["aws_x.b", "delete"]], /got: delete aws_x\.b\./],
  ["a resource that belongs to it stays", [["aws_y.a", "delete"]], [["aws_y.b", "create"]], /one would destroy aws_y\.a, and two would create aws_y\.b\. Add this pair to the command: one:aws_y\.a two:aws_y\.b$/], // prettier-ignore
])("refuses a move if %s", async (_what, source, target, says) => {
  await expect(prove(source, target)).rejects.toThrow(says);
  expect(existsSync(join(folder, "proofs"))).toBe(false);
});
