import { literalText } from "../../accounts/bootstrap/stack-resources";
import { asList, listOf, objectOf, type JsonObject } from "../../support/json";
import { withoutEscapes } from "../../support/text";
import { everyPage } from "../../terraform/aws/every-page";
import type { Answers } from "./answers";
import type { PreflightClients, PreflightClientsOf } from "./lists";
import type { Declared } from "./creations";

type Call = PreflightClients["call"];

/** What a stack looks up in the identity store by name: the label, and the operation that finds it. */
const LOOKED_UP: Readonly<Record<string, readonly [what: string, operation: string]>> = {
  aws_identitystore_group: ["group", "GetGroupId"],
  aws_identitystore_user: ["user", "GetUserId"],
};

/**
 * Finds out whether IAM Identity Center is on, has the groups and users that stacks look up, and lacks the groups and
 * permission sets that they create. Terraform cannot turn it on.
 *
 * @param data the data sources of stacks
 * @param isMaster whether the account is the master account: another one sees the instance once it is registered
 * @returns how many names it looked for; undefined if no stack uses Identity Center
 */
export async function checkIdentityCenter(
  data: readonly Declared[],
  creations: readonly Declared[],
  isMaster: boolean,
  clientsOf: PreflightClientsOf,
  answers: Answers,
): Promise<number | undefined> {
  const instances = data.find(({ type }) => type === "aws_ssoadmin_instances");
  if (!instances) return undefined;
  const { stack, region } = instances;
  const { call } = await clientsOf(region);
  const listed = await answers.ask(`whether IAM Identity Center is on in ${region}`, () => sso(call, "ListInstances"));
  if (!listed) return 0;
  const [instance] = listOf(listed["Instances"]).map(objectOf);
  if (!instance && !isMaster) {
    answers.unknown(
      `whether IAM Identity Center is on in ${region}`,
      "the account sees it once the organization's stack has registered it as delegated administrator",
    );
    return 0;
  }
  if (!instance) {
    answers.problem(
      "sign-in",
      `${stack.id}: IAM Identity Center is not on in ${region}, and Terraform cannot turn it on. Turn it on in the console of the master account, in that region (docs/identity-center.md), or write its home region as identityCenter.region.`,
    );
    return 0;
  }
  const { InstanceArn, IdentityStoreId } = instance;
  const existing = data.flatMap((each) => lookedUp(each) ?? []);
  const created = creations.filter(({ type }) => type === "aws_identitystore_group").flatMap((each) => createdGroup(each) ?? []); // prettier-ignore
  const sets = creations.filter(({ type }) => type === "aws_ssoadmin_permission_set");
  await Promise.all([
    ...existing.map((wanted) => findByName(wanted, true, IdentityStoreId, call, answers)),
    ...created.map((wanted) => findByName(wanted, false, IdentityStoreId, call, answers)),
    findPermissionSets(sets, InstanceArn, call, answers),
  ]);
  return existing.length + created.length + sets.length;
}

interface Wanted {
  readonly stackId: string;
  readonly what: string;
  readonly operation: string;
  readonly name: string;
  /** The attribute of the name. */
  readonly path: string;
}

function lookedUp({ type, values, stack }: Declared): Wanted | undefined {
  const [what, operation] = LOOKED_UP[type] ?? [];
  const [identifier] = asList(values["alternate_identifier"]).map(objectOf);
  const [attribute] = asList(identifier?.["unique_attribute"]).map(objectOf);
  const { attribute_path: path, attribute_value: name } = attribute ?? {};
  if (what === undefined || operation === undefined || typeof path !== "string" || typeof name !== "string")
    return undefined;
  return { stackId: stack.id, what, operation, name: withoutEscapes(name), path };
}

function createdGroup({ stack, values }: Declared): Wanted | undefined {
  const name = values["display_name"];
  if (typeof name !== "string") return undefined;
  const [what, operation] = ["group", "GetGroupId"];
  return { stackId: stack.id, what, operation, name: withoutEscapes(name), path: "DisplayName" };
}

/** A problem if a name is missing that should be there, or is there although it should be created. */
async function findByName(
  { stackId, what, operation, name, path: AttributePath }: Wanted,
  shouldExist: boolean,
  IdentityStoreId: unknown,
  call: Call,
  answers: Answers,
): Promise<void> {
  const AlternateIdentifier = { UniqueAttribute: { AttributePath, AttributeValue: name } };
  const input = { IdentityStoreId, AlternateIdentifier };
  const exists = await answers.ask(`whether IAM Identity Center has the ${what} ${name}`, () =>
    call("identitystore", { target: `AWSIdentityStore.${operation}`, input }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
        throw error;
      },
    ),
  );
  if (exists === undefined || exists === shouldExist) return;
  if (shouldExist)
    answers.problem(
      "sign-in",
      `${stackId}: IAM Identity Center has no ${what} ${name}. Create it there, or correct its name in the estate.`,
    );
  else
    answers.problem(
      "taken",
      `${stackId}: IAM Identity Center has the ${what} ${name} already. Remove it from identityCenter.groups to use it as it is, or adopt it (docs/applying.md, "What exists already").`,
    );
}

/** IAM Identity Center lists permission sets by ARN: each is asked for its name. */
async function findPermissionSets(
  wanted: readonly Declared[],
  InstanceArn: unknown,
  call: Call,
  answers: Answers,
): Promise<void> {
  if (wanted.length === 0) return;
  const names = await answers.ask("names of permission sets", async () => {
    const arns = await everyPage(async (NextToken) => {
      const { PermissionSets, NextToken: next } = await sso(call, "ListPermissionSets", { InstanceArn, NextToken });
      return [listOf(PermissionSets), typeof next === "string" ? next : undefined];
    });
    const described = arns.map((PermissionSetArn) =>
      sso(call, "DescribePermissionSet", { InstanceArn, PermissionSetArn }),
    );
    return (await Promise.all(described)).map((answer) => objectOf(answer["PermissionSet"])["Name"]);
  });
  for (const set of wanted) {
    const name = literalText(set, "name");
    if (name !== undefined && names?.includes(name))
      answers.problem(
        "taken",
        `${set.stack.id}: IAM Identity Center has the permission set ${name} already. Delete it if nobody uses it, or adopt it (docs/applying.md, "What exists already").`,
      );
  }
}

const sso = (call: Call, operation: string, input: JsonObject = {}): Promise<JsonObject> =>
  call("sso", { target: `SWBExternalService.${operation}`, input });
