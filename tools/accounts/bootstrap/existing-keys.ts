import type { FoundKey } from "./account";
import { adopt, NOTHING, refuse, together, type Adoption, type Found, type Question } from "./adoption";
import { idIn } from "./local-state";
import { isMarked, tagText } from "./ours";
import { literal, type StackResource } from "./stack-resources";

/**
 * Keys that have, or are to have, an alias of the stack. A key itself has no name that could be taken: one that the
 * stack made, whose alias was not made yet, is known by its tags.
 */
export async function adoptKeys(question: Question): Promise<Found> {
  return together(await Promise.all(question.resources.of("aws_kms_alias").map((alias) => adoptKey(alias, question))));
}

async function adoptKey(alias: StackResource, question: Question): Promise<Found> {
  const { resources, account, local } = question;
  const name = literal(alias, "name");
  const target = /^\$\{(aws_kms_key\.[^.}]+)\.[^}]*\}$/.exec(String(alias.values["target_key_id"]))?.[1];
  const key = resources.of("aws_kms_key").find(({ address }) => address === target);
  if (name === undefined || key === undefined || idIn(local, alias.address) !== undefined) return NOTHING;
  const ownId = idIn(local, key.address);
  const takeAlias: Adoption = { to: alias.address, id: name, what: `the key's alias ${name}` };
  const takeKey = ({ id }: FoundKey): Adoption => ({ to: key.address, id, what: `the key ${id}` });

  const named = await account.findKey(name);
  if (named && ownId !== undefined)
    return named.id === ownId ? adopt(takeAlias) : refuse(`${name} is the alias of another key, ${named.id}`);
  if (named) return judged(name, named, question, [takeKey(named), takeAlias]);
  if (ownId !== undefined || Object.keys(resources.marks).length === 0) return NOTHING;

  const made = (await account.keysTagged(resources.marks)).filter(
    ({ description }) => description === literal(key, "description"),
  );
  const [first, ...others] = made;
  if (!first) return NOTHING;
  if (others.length === 0) return judged(`the key ${first.id}`, first, question, [takeKey(first)]);
  const ids = made.map(({ id }) => id).join(", ");
  return refuse(
    `${made.length} keys carry the tags of this stack, expected one: ${ids}. ` +
      `Nothing is encrypted by them yet: aws kms schedule-key-deletion --key-id <key> for all but one`,
  );
}

/**
 * A key that encrypts the states must be one that this stack made, that works, and of which IAM of the account alone
 * decides.
 */
function judged(what: string, key: FoundKey, { stack, resources }: Question, adoptions: readonly Adoption[]): Found {
  const others = key.allows.filter(
    (principal) => principal !== `arn:aws:iam::${stack.accountId}:root` && principal !== stack.accountId,
  );
  if (!isMarked(key.tags, resources.marks)) {
    const tags = `its tags are ${tagText(key.tags)}, expected ${tagText(resources.marks)}`;
    return refuse(
      `${what} is in the account, but this stack did not make the key ${key.id}: ${tags}. Delete the alias, or choose another \`solution\``,
    );
  }
  if (key.state === "PendingDeletion")
    return refuse(
      `${what}: the key ${key.id} is to be deleted: aws kms cancel-key-deletion --key-id ${key.id}, then aws kms enable-key, or delete the alias`,
    );
  if (key.state !== "Enabled")
    return refuse(
      `${what}: the key ${key.id} is ${key.state}, expected Enabled: aws kms enable-key --key-id ${key.id}`,
    );
  if (!key.isSymmetric)
    return refuse(`${what}: the key ${key.id} is not one that encrypts and decrypts with key material of KMS's own`);
  if (others.length > 0)
    return refuse(
      `${what}: the policy of the key ${key.id} lets in ${others.join(", ")}, expected the account's IAM alone (KMS's default policy)`,
    );
  return adopt(...adoptions);
}
