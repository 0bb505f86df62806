import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * The fields of a provider's answer that hold a schema for each type: of resources, data sources, ephemeral resources
 * and listed resources. The same in the protocols 5 and 6 ("message GetProviderSchema"):
 * https://github.com/hashicorp/terraform/tree/main/docs/plugin-protocol
 */
const BY_TYPE: ReadonlySet<number> = new Set([2, 3, 8, 9]);

/** The field of an entry of a map that holds its key: https://protobuf.dev/programming-guides/encoding/#maps */
const KEY = 1;

/** gRPC writes before a message whether it is compressed (1 byte), and its length (4 bytes). */
const PREFIX_BYTES = 5;

/**
 * The answer of a provider that is asked for its schema, with the schemas of these types alone. hashicorp/aws has some
 * 1,500, and each command of Terraform takes a second of CPU to read them. An answer in another format stays whole.
 *
 * @param answer one message, as gRPC sends it
 */
export function withSchemasOf(types: ReadonlySet<string>, answer: Buffer): Buffer {
  const message = answer.subarray(PREFIX_BYTES);
  try {
    if (answer[0] !== 0 || answer.readUInt32BE(1) !== message.length) return answer;
    const fields = fieldsOf(types, message);
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(fields.reduce((length, field) => length + field.length, 0), 1); // prettier-ignore
    return Buffer.concat([prefix, ...fields]);
  } catch (error) {
    if (error instanceof RangeError) return answer;
    throw error;
  }
}

function fieldsOf(types: ReadonlySet<string>, message: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    const field = message.subarray(start, reader.pos);
    if (!BY_TYPE.has(number) || types.has(keyOf(field))) fields.push(field);
  }
  return fields;
}

/** The key of a map's entry. */
function keyOf(field: Buffer): string {
  const entry = new BinaryReader(field);
  entry.tag();
  entry.uint32(); // its length
  const [number, wireType] = entry.tag();
  if (number !== KEY || wireType !== WireType.LengthDelimited) throw new RangeError("an entry must begin with its key");
  return entry.string();
}
