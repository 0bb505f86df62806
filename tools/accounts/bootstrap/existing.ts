import { isManagedByStack, tagText, type FoundKey } from "./account";
import { adopt, merge, NOTHING, refuse, type Adoption, type AdoptionCheck, type AdoptionQuestion } from "./adoption";
import { oidcProviderArn } from "./aws-account";
import { idIn } from "./local-state";
import { literalText, stackResources, type SynthesizedResource } from "./stack-resources";

/** Checks which resources of the stack exist already. Reads only. */
export async function findExisting(asked: Omit<AdoptionQuestion, "resources">): Promise<AdoptionCheck> {
  const question: AdoptionQuestion = { ...asked, resources: stackResources(asked.stack) };
  const missing = (type: string) =>
    question.resources.of(type).filter(({ address }) => idIn(asked.local, address) === undefined);
  return merge([
    await adoptStateBucket(question),
    ...(await Promise.all(
      missing("aws_iam_openid_connect_provider").map((provider) => adoptProvider(provider, question)),
    )),
    ...(await Promise.all(missing("aws_iam_role").map((role) => adoptRole(role, question)))),
    ...(await Promise.all(question.resources.of("aws_kms_alias").map((alias) => adoptKey(alias, question)))),
  ]);
}

/**
 * The state bucket, if it exists in the account. It is adopted if this stack created it. An empty bucket without tags is
 * adopted too, since Terraform tags a bucket just after creating it. A bucket that lost a state is always refused.
 */
async function adoptStateBucket(question: AdoptionQuestion): Promise<AdoptionCheck> {
  const { stack, resources, account, bucketIsThere, local } = question;
  const { bucket, key } = stack.state;
  if (!bucketIsThere) return NOTHING;
  if ((await account.objectKeys(bucket, key)).includes(key)) {
    return refuse(
      `the state ${key} was deleted from the bucket ${bucket}. Run it again in a minute, since S3 may not list the state yet. ` +
        `Otherwise run npm run state -- history ${stack.id} to list its versions, and npm run state -- restore ${stack.id}`,
    );
  }
  const own = resources.of("aws_s3_bucket").find((each) => literalText(each, "bucket") === bucket);
  if (!own) throw new Error(`${stack.id} does not create its state bucket ${bucket}`);
  if (idIn(local, own.address) !== undefined) return NOTHING;
  const problem = await bucketProblem(question);
  return problem === undefined
    ? adopt({ to: own.address, id: bucket, what: `the bucket ${bucket}` })
    : refuse(`the bucket ${bucket} ${problem}`);
}

/** Why the existing state bucket must not be adopted. Undefined if it may be. */
async function bucketProblem({ stack, resources, account }: AdoptionQuestion): Promise<string | undefined> {
  const { bucket, key } = stack.state;
  const tags = await account.bucketTags(bucket);
  const keys = await account.objectKeys(bucket);
  const settings = await account.bucketSettings(bucket);
  const expected = tagText(resources.stackTags);
  const isUntagged = Object.keys(tags).length === 0;
  const remedy = "Delete it if it is unused, or choose another `solution`";
  if (!isUntagged && !isManagedByStack(tags, resources.stackTags))
    return `exists, but this stack did not create it: its tags must be ${expected}, got ${tagText(tags)}. ${remedy}`;
  if (keys.length > 0 && isUntagged)
    return `exists, but this stack did not create it: it must be empty or have the tags ${expected}, got ${keys.join(", ")} and no tags. ${remedy}`;
  if (keys.length > 0)
    return (
      `contains states (${keys.join(", ")}), but never contained ${key}, the state of the stack that created it. ` +
      "If the account had another name in the estate, restore that name; if a local state is left, put it back"
    );
  // A person set the others: a replication copies the states, a lifecycle deletes them.
  const hasLifecycle = resources.of("aws_s3_bucket_lifecycle_configuration").length > 0;
  const own = isUntagged ? [] : ["policy", ...(hasLifecycle ? ["lifecycle"] : [])];
  const foreign = settings.filter((setting) => !own.includes(setting));
  if (foreign.length > 0)
    return `has a ${foreign.join(" and a ")} that this stack did not set. Remove it, or delete the bucket`;
  return undefined;
}

/**
 * An account has one OIDC provider for each URL, so all its users share it. Its audiences must be exactly those of the
 * stack.
 */
async function adoptProvider(
  resource: SynthesizedResource,
  { stack, account }: AdoptionQuestion,
): Promise<AdoptionCheck> {
  const url = literalText(resource, "url");
  const found = url === undefined ? undefined : await account.findOidcProvider(url);
  if (url === undefined || !found) return NOTHING;
  const own = resource.values["client_id_list"];
  const ownAudiences = Array.isArray(own) ? (own as readonly unknown[]) : [];
  const others = found.audiences.filter((audience) => !ownAudiences.includes(audience));
  const id = oidcProviderArn(stack.accountId, url);
  if (others.length === 0) return adopt({ to: resource.address, id, what: `the OIDC provider ${url}` });
  return refuse(
    `the audiences of the OIDC provider ${url} must be ${JSON.stringify(own)}, got also ${others.join(", ")}: an apply would remove them. ` +
      `If they are unused: aws iam remove-client-id-from-open-id-connect-provider ` +
      `--open-id-connect-provider-arn ${id} --client-id <audience>`,
  );
}

/** An adopted role gets powerful policies, so it must be a role that this stack created. */
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
    `the role ${name} exists, but this stack did not create it: its path must be ${path}, got ${found.path}; ` +
      `its tags must be ${tagText(resources.stackTags)}, got ${tagText(found.tags)}. ` +
      "Find out who created it and why. Delete it, or choose another `solution`",
  );
}

/**
 * A key that has, or will have, an alias of the stack. A key has no unique name: a key of the stack without an alias yet
 * is found by its tags.
 */
async function adoptKey(alias: SynthesizedResource, question: AdoptionQuestion): Promise<AdoptionCheck> {
  const { resources, account, local } = question;
  const name = literalText(alias, "name");
  const target = /^\$\{(aws_kms_key\.[^.}]+)\.[^}]*\}$/.exec(String(alias.values["target_key_id"]))?.[1];
  const key = resources.of("aws_kms_key").find(({ address }) => address === target);
  if (name === undefined || key === undefined || idIn(local, alias.address) !== undefined) return NOTHING;
  const ownId = idIn(local, key.address);
  const aliasAdoption: Adoption = { to: alias.address, id: name, what: `the key's alias ${name}` };
  const keyAdoption = ({ id }: FoundKey): Adoption => ({ to: key.address, id, what: `the key ${id}` });

  const named = await account.findKey(name);
  if (named && ownId !== undefined)
    return named.id === ownId
      ? adopt(aliasAdoption)
      : refuse(`${name} must be the alias of the key ${ownId}, got ${named.id}`);
  if (named) return checkKey(name, named, question, [keyAdoption(named), aliasAdoption]);
  if (ownId !== undefined || Object.keys(resources.stackTags).length === 0) return NOTHING;

  const description = literalText(key, "description");
  const tagged = (await account.keysTagged(resources.stackTags)).filter((each) => each.description === description);
  const [first, ...others] = tagged;
  if (!first) return NOTHING;
  if (others.length === 0) return checkKey(`the key ${first.id}`, first, question, [keyAdoption(first)]);
  return refuse(
    `one key must have the tags of this stack, got ${tagged.length}: ${tagged.map(({ id }) => id).join(", ")}. ` +
      `They encrypt nothing yet: aws kms schedule-key-deletion --key-id <key> for all except one`,
  );
}

/** The key must be created by this stack and usable, and its policy must leave access to the account's IAM alone. */
function checkKey(
  what: string,
  key: FoundKey,
  { stack, resources }: AdoptionQuestion,
  adoptions: readonly Adoption[],
): AdoptionCheck {
  const others = key.allows.filter(
    (principal) => principal !== `arn:aws:iam::${stack.accountId}:root` && principal !== stack.accountId,
  );
  if (!isManagedByStack(key.tags, resources.stackTags)) {
    const tags = `its tags must be ${tagText(resources.stackTags)}, got ${tagText(key.tags)}`;
    return refuse(
      `${what} exists, but this stack did not create the key ${key.id}: ${tags}. Delete the alias, or choose another \`solution\``,
    );
  }
  if (key.state === "PendingDeletion")
    return refuse(
      `${what}: the key ${key.id} is scheduled for deletion: aws kms cancel-key-deletion --key-id ${key.id}, then aws kms enable-key, or delete the alias`,
    );
  if (key.state !== "Enabled")
    return refuse(
      `${what}: the key ${key.id} must be Enabled, got ${key.state}: aws kms enable-key --key-id ${key.id}`,
    );
  if (!key.isSymmetric)
    return refuse(`${what}: the key ${key.id} must be a symmetric encryption key with key material from KMS`);
  if (others.length > 0)
    return refuse(
      `${what}: the policy of the key ${key.id} must allow only the account's IAM (KMS's default policy), got also ${others.join(", ")}`,
    );
  return adopt(...adoptions);
}
