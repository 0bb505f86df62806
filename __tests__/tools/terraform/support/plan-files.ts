import { strToU8, unzipSync, zipSync } from "fflate";

/** What a plan file contains, in Terraform's format. */
export interface PlanFileParts {
  /** The stack's JSON. */
  readonly json: string;
  /** @default "" */
  readonly locks?: string;
  /** More fields of Terraform's message, by number. @default none */
  readonly fields?: readonly (readonly [number: number, value: number | string])[];
  /** The backend in Terraform's message. @default that of the JSON, with one argument that is not set */
  readonly backend?: { readonly type?: string; readonly config?: object; readonly workspace?: string };
  /** Overrides and adds entries of the zip file. @default none */
  readonly entries?: Readonly<Record<string, string>>;
}

/** A plan file as Terraform 1.11 writes it, without planned changes. */
export function planFile({ json, locks = "", fields = [], backend = {}, entries = {} }: PlanFileParts): Buffer {
  const { terraform } = JSON.parse(json) as { terraform?: { backend?: Record<string, object> } };
  const [[type, own] = ["s3", {}]] = Object.entries(terraform?.backend ?? {});
  const config = messagePack(backend.config ?? { access_key: null, ...own });
  const message = [
    ...number(1, 3),
    ...bytes(13, [
      ...bytes(1, strToU8(backend.type ?? type)),
      ...bytes(2, bytes(1, config)),
      ...bytes(3, strToU8(backend.workspace ?? "default")),
    ]),
    ...fields.flatMap(([at, value]) => (typeof value === "number" ? number(at, value) : bytes(at, strToU8(value)))),
  ];
  const texts = {
    tfstate: "{}",
    "tfstate-prev": "{}",
    "tfconfig/m-/cdk.tf.json": json,
    "tfconfig/modules.json": '[{"Key":"","Dir":"."}]',
    ".terraform.lock.hcl": locks,
    ...entries,
  };
  const files = Object.entries(texts).map(([name, text]) => [name, strToU8(text)] as const);
  return Buffer.from(zipSync({ tfplan: Uint8Array.from(message), ...Object.fromEntries(files) }));
}

/**
 * A plan file that fflate reads as the first one, and Go, so Terraform, as the second: its end names the first directory,
 * which has a wrong signature. Go then assumes that other bytes precede the zip file, and counts back from the end.
 */
export function ambiguousPlanFile(first: Uint8Array, second: Uint8Array): Buffer {
  const [one, other] = [first, second].map((file) => Buffer.from(zipSync(unzipSync(file)))) as [Buffer, Buffer];
  const endOf = (zip: Buffer) => zip.length - 22;
  const directoryOf = (zip: Buffer) => zip.readUInt32LE(endOf(zip) + 16);
  one.writeUInt32LE(0, directoryOf(one));
  const entries = one.subarray(0, directoryOf(one));
  const padding = Buffer.alloc(other.length);
  const before = Buffer.concat([entries, padding, one.subarray(directoryOf(one), endOf(one))]);
  const end = Buffer.from(one.subarray(endOf(one)));
  end.writeUInt32LE(endOf(other) - directoryOf(other), 12);
  end.writeUInt32LE(entries.length + padding.length, 16);
  // Go takes the offsets of entries from where the file seems to start.
  const shift = entries.length + padding.length - directoryOf(other);
  for (let entry = directoryOf(other); entry < endOf(other);) {
    other.writeUInt32LE(other.readUInt32LE(entry + 42) + shift, entry + 42);
    entry += 46 + [28, 30, 32].reduce((sum, length) => sum + other.readUInt16LE(entry + length), 0);
  }
  return Buffer.concat([before, other.subarray(0, endOf(other)), end]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, value: Iterable<number>): number[] => {
  const content = [...value];
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
};

function messagePack(value: unknown): number[] {
  if (value === null) return [0xc0];
  if (typeof value === "boolean") return [value ? 0xc3 : 0xc2];
  if (typeof value === "number") return [0xcd, Math.floor(value / 256), value % 256];
  if (typeof value === "string") {
    const text = [...strToU8(value)];
    return text.length < 32 ? [0xa0 + text.length, ...text] : [0xd9, text.length, ...text];
  }
  if (Array.isArray(value)) return [0x90 + value.length, ...value.flatMap(messagePack)];
  const entries = Object.entries(value as object);
  return [0xde, 0, entries.length, ...entries.flatMap(([key, each]) => [...messagePack(key), ...messagePack(each)])];
}
