import { accessModelOf } from "../../../../tools/access/read/model-of";
import { scopesOf } from "../../../../tools/access/read/resolver";
import { sharedScopes } from "../../../../tools/access/read/shared-scopes";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { allow, document, roleBlocks, stackOf, stateOf, trusting } from "../support";

type Version = readonly SynthesizedStack[];

/** A stack whose output is an action. */
const granting = (action: string) => stackOf({}, { id: "granting", output: { action: { value: action } } });
const passingOn = stackOf({}, {
  id: "passing-on",
  data: stateOf("granting"),
  output: { action: { value: '${data.terraform_remote_state.granting.outputs["action"]}' } },
}); // prettier-ignore
const reading = (from: string, id = "reading") => {
  const policy = document(allow("ACTION")).replace(
    "ACTION",
    `\${data.terraform_remote_state.${from}.outputs["action"]}`,
  );
  const aws_iam_role_policy = { [id]: { name: "own", role: `\${aws_iam_role.${id}.name}`, policy } };
  return stackOf({ ...roleBlocks(id), aws_iam_role_policy }, { id, data: stateOf(from) });
};
const alone = stackOf(roleBlocks("alone", allow("s3:GetObject")), { id: "alone" });

/** The stacks that keep their scopes. The model of the later version must be the one that is read without the earlier. */
function keptIn(before: Version, after: Version): string[] {
  const known = scopesOf(before);
  accessModelOf(before, known);
  const shared = sharedScopes(after, known);
  expect([...shared.keys()]).toEqual(after.map(({ id }) => id));
  expect(accessModelOf(after, shared)).toEqual(accessModelOf(structuredClone(after)));
  return [...shared].flatMap(([id, scope]) => (scope === known.get(id) ? [id] : []));
}

const [then, now] = [granting("s3:GetObject"), granting("s3:*")];

test("a stack that stays the same keeps its scope", () => {
  expect(keptIn([alone, then], [alone, now])).toEqual(["alone"]);
  expect(keptIn([alone, then], [alone, structuredClone(then)])).toEqual(["alone"]);
});

test("a stack keeps its scope if the stack that it reads stays the same", () => {
  const other = reading("granting");
  expect(keptIn([then, other, alone], [then, other, structuredClone(alone)])).toEqual(["granting", "reading"]);
});

test.each([
  ["directly", reading("granting")],
  ["through another stack", reading("passing-on")],
])("a stack that reads a changed output %s is read again", (_how, own) => {
  expect(keptIn([then, passingOn, own, alone], [now, passingOn, own, alone])).toEqual(["alone"]);
});

test("a stack whose upstream appears or disappears is read again", () => {
  const own = stackOf({}, { id: "own", data: stateOf("granting") });
  expect(keptIn([own], [now, own])).toEqual([]);
  expect(keptIn([now, own], [own])).toEqual([]);
});

test("stacks that read each other are compared", () => {
  const [one, other] = [stackOf({}, { id: "one", data: stateOf("other") }), stackOf({}, { id: "other", data: stateOf("one") })]; // prettier-ignore
  expect(keptIn([one, other], [one, other])).toEqual(["one", "other"]);
  expect(keptIn([one, other], [one, structuredClone(other)])).toEqual([]);
});

test("a new resource in a changed stack is read beside stacks that are not read again", () => {
  const more = stackOf(
    { ...roleBlocks("alone"), ...roleBlocks("more", allow("*")) },
    { id: "more", account: "222222222222" },
  );
  expect(keptIn([alone], [alone, more])).toEqual(["alone"]);
});

test("what is not supported in a stack is reported in both versions", () => {
  const role = { name: "x", assume_role_policy: document(trusting("*")), count: 2 };
  const bad = stackOf({ aws_iam_role: { x: role } }, { id: "bad" });
  const known = scopesOf([bad, then]);
  const shared = sharedScopes([bad, now], known);
  expect(shared.get("bad")).toBe(known.get("bad"));
  for (const [stacks, scopes] of [[[bad, then], known], [[bad, now], shared]] as const)
    expect(() => accessModelOf(stacks, scopes)).toThrow("has count, which only Terraform resolves"); // prettier-ignore
});
