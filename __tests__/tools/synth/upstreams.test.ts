import { join } from "node:path";
import fc from "fast-check";
import { fingerprintOf, upstreamsOf } from "../../../tools/synth/upstreams";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();

test("finds the upstream stack by its state location, with the outputs that are read", () => {
  const read = (key: string) => ({ backend: "s3", config: { bucket: "states-111111111111", key } });
  const out = (name: string, from = "to-network") => `\${data.terraform_remote_state.${from}.outputs.${name}}`;
  const stacks = readStacks(
    writeOutput(join(folder(), "out"), {
      network: {},
      "network-2": {},
      database: {
        resource: { aws_db_instance: { d: { a: out("vpc-id"), b: `${out("subnet_a")},${out("vpc-id")}` } } },
        json: {
          data: {
            terraform_remote_state: { "to-network": read("network.tfstate"), "to-elsewhere": read("other.tfstate") },
          },
        },
      },
    }),
  );
  expect(upstreamsOf(stacks[2] as never, stacks)).toEqual([
    { stackId: "network", address: "data.terraform_remote_state.to-network", outputs: ["subnet_a", "vpc-id"] },
  ]);
  expect(upstreamsOf(stacks[0] as never, stacks)).toEqual([]);
});

describe("a fingerprint", () => {
  test("is the same for the same values in any key order", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(fingerprintOf(["x"], { x: JSON.parse(JSON.stringify(turned)) })).toBe(
          fingerprintOf(["x"], { x: value, unread: 1 }),
        );
      }),
    );
  });

  test("changes when a value that is read changes or is removed", () => {
    const then = fingerprintOf(["id"], { id: "vpc-1" });
    expect(fingerprintOf(["id"], { id: "vpc-2" })).not.toBe(then);
    expect(fingerprintOf(["id"], {})).not.toBe(then);
    expect(fingerprintOf(["id"], { id: ["vpc-1"] })).not.toBe(then);
  });

  test("reveals no value", () => {
    expect(fingerprintOf(["password"], { password: "hunter2" })).toMatch(/^[0-9a-f]{64}$/);
  });
});
