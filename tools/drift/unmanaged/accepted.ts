import { existsSync } from "node:fs";
import { z } from "zod";
import { fileNextTo, parsedFile } from "../../../config/address-files";
import { EstateError, formatValue, type Problem } from "../../../config/estate-error";
import type { Estate } from "../../../config/model";
import { nameOf } from "../../../config/read-estate-file";
import { matchesText } from "./global-lists";
import type { ListedResource } from "./listing";

const EXPECTED =
  'JSON such as [{ "account": "dev", "type": "aws_iam_user", "id": "legacy-backup", "reason": "ends in March" }]';
const filled = (what: string) => z.string(what).trim().min(1, what);

const schema = z.array(
  z.strictObject(
    {
      account: filled("the name of an account"),
      type: filled("a type of Terraform"),
      id: filled("an id"),
      reason: filled("a reason"),
    },
    EXPECTED,
  ),
  EXPECTED,
);

/** A resource that no state holds, and that a reviewer accepted. In its id, `*` matches any text. */
export type AcceptedResource = z.infer<typeof schema>[number];

/** The file of what is accepted: `config/estate.unmanaged.json` for `config/estate.ts`. */
export const acceptedFile = (estateFile: string): string => fileNextTo(estateFile, "unmanaged");

/**
 * Reads what is accepted. A file that does not exist accepts nothing.
 *
 * @param types the types that are listed
 * @throws EstateError that lists every problem
 */
export function readAccepted(
  estateFile: string,
  { accounts }: Pick<Estate, "accounts">,
  types: readonly string[],
): readonly AcceptedResource[] {
  const path = acceptedFile(estateFile);
  if (!existsSync(path)) return [];
  const name = nameOf(path);
  const entries = parsedFile(path, name, schema);
  const names = accounts.map((account) => account.name);
  const problems = entries.flatMap((entry, index): Problem[] => {
    const { account, type, id } = entry;
    const at = (key: string, expected: string, got: string) => ({
      ...{ path: `[${index}].${key}`, expected, got: formatValue(got) },
    });
    return [
      ...(names.includes(account) ? [] : [at("account", `one of ${names.join(", ")}`, account)]),
      ...(types.includes(type) ? [] : [at("type", `one of ${types.join(", ")}`, type)]),
      ...(/[^*]/.test(id) ? [] : [at("id", "an id, in which * matches any text, and not only *", id)]),
      ...(entries.slice(0, index).some((other) => isSameEntry(other, entry))
        ? [at("id", "an id that is accepted once", id)]
        : []),
    ];
  });
  if (problems.length > 0) throw new EstateError(name, problems);
  return entries;
}

const isSameEntry = (one: AcceptedResource, other: AcceptedResource): boolean =>
  one.account === other.account && one.type === other.type && one.id === other.id;

/** Whether an entry accepts a resource of its account. */
export const accepts = (entry: AcceptedResource, { type, id }: ListedResource): boolean =>
  entry.type === type && matchesText(entry.id, id);
