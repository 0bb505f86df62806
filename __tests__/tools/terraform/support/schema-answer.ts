import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A field of a provider's answer: the schema of one type. */
interface SchemaField {
  readonly number: number;
  readonly type: string;
  readonly schema: Uint8Array;
}

/** A provider's answer with these fields, each an entry of a map by type, as gRPC sends it. */
export function schemaAnswer(fields: readonly SchemaField[], isCompressed = false): Buffer {
  const message = new BinaryWriter();
  for (const { number, type, schema } of fields) {
    message.tag(number, WireType.LengthDelimited).fork();
    message.tag(1, WireType.LengthDelimited).string(type);
    message.tag(2, WireType.LengthDelimited).bytes(schema);
    message.join();
  }
  const bytes = message.finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(isCompressed ? 1 : 0);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}
