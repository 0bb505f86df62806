import { everyPage } from "../../terraform/aws/every-page";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
} from "@aws-sdk/client-iam";
import { type FindContext, type Finder, type Finders } from "../finder";
import { only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

type Owner = "role" | "user";

async function exists(owner: Owner, name: string, { clients, once }: FindContext): Promise<boolean> {
  const iam = await clients.iam();
  const asked = (): Promise<unknown> =>
    owner === "role"
      ? iam.send(new GetRoleCommand({ RoleName: name }))
      : iam.send(new GetUserCommand({ UserName: name }));
  return once(`whether the ${owner} ${name} exists`, async () => (await unlessNotFound(asked())) !== undefined);
}

/** The ARNs of the policies that a user or role has. None if it does not exist. */
async function attachedTo(owner: Owner, name: string, context: FindContext): Promise<string[]> {
  const iam = await context.clients.iam();
  return context.once(`policies of the ${owner} ${name}`, async () => {
    const pages = everyPage(async (Marker) => {
      const page =
        owner === "role"
          ? await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker }))
          : await iam.send(new ListAttachedUserPoliciesCommand({ UserName: name, Marker }));
      return [page.AttachedPolicies, page.Marker];
    });
    return ((await unlessNotFound(pages)) ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []);
  });
}

const attachment =
  (owner: Owner): Finder =>
  async (_, context) => {
    const [name, arn] = [await context.text(owner), await context.text("policy_arn")];
    if (name === undefined || arn === undefined) return NONE_FOUND;
    const attached = await attachedTo(owner, name, context);
    return attached.includes(arn) ? only(`${name}/${arn}`, `${arn} of the ${owner} ${name}`) : NONE_FOUND;
  };

const inlinePolicy: Finder = async (_, { clients, text }) => {
  const [RoleName, PolicyName] = [await text("role"), await text("name")];
  if (RoleName === undefined || PolicyName === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const found = await unlessNotFound(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
  return found ? only(`${RoleName}:${PolicyName}`, `${PolicyName} in the role ${RoleName}`) : NONE_FOUND;
};

/**
 * Every user or role that exists has such a list, be it empty. Imported, its plan shows each policy that it would remove.
 */
const list =
  (owner: Owner, what: string): Finder =>
  async (_, context) => {
    const name = await context.text(`${owner}_name`);
    if (name === undefined || !(await exists(owner, name, context))) return NONE_FOUND;
    return only(name, `${what} of the ${owner} ${name}`);
  };

/** The policies of users and roles. */
export const IAM_OWNERS: Finders = {
  aws_iam_role_policy: inlinePolicy,
  aws_iam_role_policy_attachment: attachment("role"),
  aws_iam_user_policy_attachment: attachment("user"),
  aws_iam_role_policies_exclusive: list("role", "the inline policies"),
  aws_iam_role_policy_attachments_exclusive: list("role", "the attached policies"),
  aws_iam_user_policies_exclusive: list("user", "the inline policies"),
  aws_iam_user_policy_attachments_exclusive: list("user", "the attached policies"),
};
