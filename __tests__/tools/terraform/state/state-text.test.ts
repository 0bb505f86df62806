import { readStateText, withSerial } from "../../../../tools/terraform/state/state-text";
import { stateText } from "../support/states";

test("reads a valid state", () => {
  expect(readStateText(stateText({ serial: 7 })).state).toMatchObject({
    serial: 7,
    lineage: "lineage-a",
    terraform_version: "1.11.4",
  });
});

const like = (changes: object) => JSON.stringify({ ...(JSON.parse(stateText()) as object), ...changes });

test.each([
  ["", "empty"],
  ["  \n", "empty"],
  ["garbage", "not JSON"],
  [stateText().slice(0, 100), "not JSON"],
  ["null", "not a state"],
  ["[]", "not a state"],
  ['"text"', "not a state"],
  ["{}", "not a state"],
  [like({ version: "4" }), "not a state"],
  [like({ version: 3 }), "of state format 3, expected 4"],
  [like({ lineage: "" }), "without lineage"],
  [like({ serial: undefined }), "without serial"],
  [like({ serial: -1 }), "without serial"],
  [like({ serial: 1.5 }), "without serial"],
  [like({ resources: {} }), "without a list of resources"],
  [like({ resources: [null] }), "without a list of resources"],
  [
    like({ resources: [{ mode: "managed", type: "aws_vpc", name: "vpc", instances: [null] }] }),
    "without a list of resources",
  ],
])("reports that %j is %s", (text, damage) => {
  expect(readStateText(text)).toEqual({ damage });
});

test("reports that a state of 20,000 levels is no JSON, without a stack overflow", () => {
  const outputs = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  expect(readStateText(`{"version":4,"lineage":"l","serial":1,"resources":[],"outputs":${outputs}}`)).toEqual({
    damage: "not JSON",
  });
});

test("changes only the serial of the state", () => {
  const text = '{"version":4,\n "inner": {"serial": 3, "asn": 18446744073709551615},\t"serial" : 3 ,"x":1.50}';
  expect(withSerial(text, 12)).toBe(text.replace('"serial" : 3 ', '"serial" : 12 '));
  expect(() => withSerial("{}", 12)).toThrow("the state has no serial");
});
