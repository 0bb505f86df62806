import { readFileSync } from "node:fs";

/** How the provider's bindings list what they write of a resource. */
const WRITTEN = /synthesizeAttributes\(\) \{\s*return \{\n([\s\S]*?)\n {8}\};/;

const known = new Map<string, ReadonlySet<string> | undefined>();

/**
 * The arguments of a resource type: what code may write, as opposed to what only AWS says (times, states, counts). They
 * are those that the provider's bindings, made from its schema, can write. Undefined of a type without bindings.
 *
 * @param type `aws_db_instance`
 */
export function argumentsOf(type: string): ReadonlySet<string> | undefined {
  if (!known.has(type)) known.set(type, read(type));
  return known.get(type);
}

function read(type: string): ReadonlySet<string> | undefined {
  if (!/^aws_[a-z0-9_]+$/.test(type)) return undefined;
  try {
    const file = require.resolve(`@cdktf/provider-aws/lib/${type.slice("aws_".length).replaceAll("_", "-")}/index.js`);
    const body = WRITTEN.exec(readFileSync(file, "utf8"))?.[1];
    return body === undefined ? undefined : new Set([...body.matchAll(/^ {12}(\w+):/gm)].map(([, name = ""]) => name));
  } catch {
    return undefined;
  }
}
