import { adopt, NOTHING, refuse, together, type AdoptionCheck, type AdoptionQuestion, type Adoption } from "./adoption";
import { oidcProviderArn } from "./aws-account";
import { idIn } from "./local-state";
import { isManagedByStack, tagText, type FoundKey } from "./account";
import { literalText, stackResources, type SynthesizedResource } from "./stack-resources";

/** Looks for what has the names that the stack is going to give. Reads only. */
export async function findExisting(asked: Omit<AdoptionQuestion, "resources">): Promise<AdoptionCheck> {
  const question: AdoptionQuestion = { ...asked, resources: stackResources(asked.stack) };
  const missing = (type: string) =>
    question.resources.of(type).filter(({ address }) => idIn(asked.local, address) === undefined);
  return together([
    await adoptStateBucket(question),
    ...(await Promise.all(
      missing("aws_iam_openid_connect_provider").map((provider) => adoptProvider(provider, question)),
    )),
    ...(await Promise.all(missing("aws_iam_role").map((role) => adoptRole(role, question)))),
    await adoptKeys(question),
  ]);
}

/**
 * An account has one provider for a URL, so whoever needs it shares it. But its audiences are to be the stack's, and no
 * others.
 */
async function adoptProvider(
  resource: SynthesizedResource,
  { stack, account }: AdoptionQuestion,
): Promise<AdoptionCheck> {
  const url = literalText(resource, "url");
  const found = url === undefined ? undefined : await account.findOidcProvider(url);
  if (url === undefined || !found) return NOTHING;
  const own = resource.values["client_id_list"];
  const others = found.audiences.filter(
    (audience) => !(Array.isArray(own) ? (own as readonly unknown[]) : []).includes(audience),
  );
  const id = oidcProviderArn(stack.accountId, url);
  if (others.length === 0) return adopt({ to: resource.address, id, what: `the OIDC provider ${url}` });
  return refuse(
    `the OIDC provider ${url} of the account has audiences that would be taken from whoever uses them: ${others.join(", ")}; ` +
      `expected ${JSON.stringify(own)} alone. Where nobody uses them any more: aws iam remove-client-id-from-open-id-connect-provider ` +
      `--open-id-connect-provider-arn ${id} --client-id <audience>`,
  );
}

/** A role that we take up becomes powerful: only one that the stack itself made is. */
async function adoptRole(
  resource: SynthesizedResource,
  { account, resources }: AdoptionQuestion,
): Promise<AdoptionCheck> {
  const name = literalText(resource, "name");
  const found = name === undefined ? undefined : await account.findRole(name);
  if (name === undefined || !found) return NOTHING;
  const path = literalText(resource, "path") ?? "/";
  if (isManagedByStack(found.tags, resources.stackTags) && found.path === path)
    return adopt({ to: resource.address, id: name, what: `the role ${name}` });
  return refuse(
    `a role ${name} is there that this stack did not make: its path is ${found.path} and its tags are ${tagText(found.tags)}, ` +
      `expected ${path} and ${tagText(resources.stackTags)}. Find out who made it and what for, and delete it, or choose another \`solution\``,
  );
}

/**
 * The bucket that is going to hold the state, where it is in our account already: one that this stack made is taken up;
 * so is one without tags in which there is nothing, since Terraform tags a bucket a moment after it made it. But never
 * one in which a state was lost.
 */
export async function adoptStateBucket({
  stack,
  resources,
  account,
  bucketIsThere,
  local,
}: AdoptionQuestion): Promise<AdoptionCheck> {
  const { bucket, key } = stack.state;
  const address = resources.of("aws_s3_bucket").find((each) => literalText(each, "bucket") === bucket)?.address ?? "";
  if (!bucketIsThere) return NOTHING;
  if ((await account.objectKeys(bucket, key)).includes(key)) {
    return refuse(
      `the state ${key} was in the bucket ${bucket}, and is not there now. Run it again in a minute, since S3 may only not show it yet; ` +
        `else npm run state -- history ${stack.id} lists its versions, and npm run state -- restore ${stack.id} brings one back`,
    );
  }
  if (idIn(local, address) !== undefined) return NOTHING;

  const tags = await account.bucketTags(bucket);
  const keys = await account.objectKeys(bucket);
  const settings = await account.bucketSettings(bucket);
  const isUntagged = Object.keys(tags).length === 0;
  if (!isUntagged && !isManagedByStack(tags, resources.stackTags)) {
    return refuse(
      `the bucket ${bucket} is in the account, but this stack did not make it: its tags are ${tagText(tags)}, ` +
        `expected ${tagText(resources.stackTags)}. Delete it where nobody needs it, or choose another \`solution\``,
    );
  }
  if (keys.length > 0) {
    return refuse(
      isUntagged
        ? `the bucket ${bucket} is in the account without tags, and not empty (${keys.join(", ")}): expected an empty one, or one tagged ` +
            `${tagText(resources.stackTags)}. Delete it where nobody needs it, or choose another \`solution\``
        : `the bucket ${bucket} holds states (${keys.join(", ")}), but ${key} never lay there: expected the state of the stack that made ` +
            "it. Where the account had another name in the estate, give it that one back; where a local state is left, put it back",
    );
  }
  // Nobody but a person sets these: a replication copies the states, a lifecycle deletes them, and no stack of ours
  // sets either.
  const foreign = settings.filter((setting) => isUntagged || setting !== "policy");
  if (foreign.length > 0)
    return refuse(
      `the bucket ${bucket} has a ${foreign.join(" and a ")} that this stack did not set: remove it, or delete the bucket`,
    );
  return adopt({ to: address, id: bucket, what: `the bucket ${bucket}` });
}

/**
 * Keys that have, or are to have, an alias of the stack. A key itself has no name that could be taken: one that the
 * stack made, whose alias was not made yet, is known by its tags.
 */
export async function adoptKeys(question: AdoptionQuestion): Promise<AdoptionCheck> {
  return together(await Promise.all(question.resources.of("aws_kms_alias").map((alias) => adoptKey(alias, question))));
}

async function adoptKey(alias: SynthesizedResource, question: AdoptionQuestion): Promise<AdoptionCheck> {
  const { resources, account, local } = question;
  const name = literalText(alias, "name");
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
  if (ownId !== undefined || Object.keys(resources.stackTags).length === 0) return NOTHING;

  const made = (await account.keysTagged(resources.stackTags)).filter(
    ({ description }) => description === literalText(key, "description"),
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
function judged(
  what: string,
  key: FoundKey,
  { stack, resources }: AdoptionQuestion,
  adoptions: readonly Adoption[],
): AdoptionCheck {
  const others = key.allows.filter(
    (principal) => principal !== `arn:aws:iam::${stack.accountId}:root` && principal !== stack.accountId,
  );
  if (!isManagedByStack(key.tags, resources.stackTags)) {
    const tags = `its tags are ${tagText(key.tags)}, expected ${tagText(resources.stackTags)}`;
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
