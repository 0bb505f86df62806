import { adopt, NOTHING, refuse, together, type Found, type Question } from "./adoption";
import { oidcProviderArn } from "./aws-account";
import { adoptStateBucket } from "./existing-bucket";
import { adoptKeys } from "./existing-keys";
import { idIn } from "./local-state";
import { isMarked, tagText } from "./ours";
import { literal, stackResources, type StackResource } from "./stack-resources";

/** Looks for what has the names that the stack is going to give. Reads only. */
export async function findExisting(asked: Omit<Question, "resources">): Promise<Found> {
  const question: Question = { ...asked, resources: stackResources(asked.stack) };
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
async function adoptProvider(resource: StackResource, { stack, account }: Question): Promise<Found> {
  const url = literal(resource, "url");
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
async function adoptRole(resource: StackResource, { account, resources }: Question): Promise<Found> {
  const name = literal(resource, "name");
  const found = name === undefined ? undefined : await account.findRole(name);
  if (name === undefined || !found) return NOTHING;
  const path = literal(resource, "path") ?? "/";
  if (isMarked(found.tags, resources.marks) && found.path === path)
    return adopt({ to: resource.address, id: name, what: `the role ${name}` });
  return refuse(
    `a role ${name} is there that this stack did not make: its path is ${found.path} and its tags are ${tagText(found.tags)}, ` +
      `expected ${path} and ${tagText(resources.marks)}. Find out who made it and what for, and delete it, or choose another \`solution\``,
  );
}
