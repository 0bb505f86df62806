import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { withSchemasOf } from "../../../tools/terraform/provider-schema";
import { schemaAnswer } from "./support/schema-answer";

/** Maps by type are 2, 3, 8 and 9; 1 and 5 are single schemas, 6 says what the provider can do, 7 has functions by name. */
const field = fc.record({
  number: fc.constantFrom(1, 2, 3, 5, 6, 7, 8, 9, 11),
  type: fc.constantFrom("aws_vpc", "aws_vpc_endpoint", "aws_iam_role", "arn_parse"),
  schema: fc.uint8Array({ maxLength: 20 }),
});

test("leaves out the schemas of other types, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(field), fc.uniqueArray(field.map(({ type }) => type)), (fields, types) => {
      const kept = fields.filter(({ number, type }) => ![2, 3, 8, 9].includes(number) || types.includes(type));
      expect(withSchemasOf(new Set(types), schemaAnswer(fields))).toEqual(schemaAnswer(kept));
    }),
  );
});

const VPC = { number: 2, type: "aws_vpc", schema: Buffer.from("schema") };
const whole = schemaAnswer([VPC]);

test.each([
  ["is compressed", schemaAnswer([VPC], true)],
  ["has more bytes than its message", Buffer.concat([whole, Buffer.from([0])])],
  ["has fewer bytes than its message", whole.subarray(0, -1)],
  ["has an unfinished field", Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from([0x12, 9])])],
  ["is shorter than its prefix", Buffer.from([0, 0])],
  ["is empty", Buffer.alloc(0)],
  ["has entries that begin with their value", swapped()],
])("an answer that %s stays whole", (_what, answer) => {
  expect(withSchemasOf(new Set(), answer)).toEqual(answer);
});

function swapped(): Buffer {
  const entry = new BinaryWriter().tag(2, WireType.LengthDelimited).fork();
  entry.tag(2, WireType.LengthDelimited).string("schema").tag(1, WireType.LengthDelimited).string("aws_vpc").join();
  const bytes = entry.finish();
  return Buffer.concat([Buffer.from([0, 0, 0, 0, bytes.length]), bytes]);
}
