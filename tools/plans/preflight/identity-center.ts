import { asList, listOf, objectOf } from "../../support/json";
import type { Answers } from "./answers";
import type { PreflightClients, PreflightClientsOf } from "./clients";
import type { Declared } from "./creations";

/** What a stack looks up by name: the label, the operation that finds it, and the attribute of its name. */
const LOOKED_UP: Readonly<Record<string, readonly [what: string, operation: string, path: string]>> = {
  aws_identitystore_group: ["group", "GetGroupId", "displayName"],
  aws_identitystore_user: ["user", "GetUserId", "userName"],
};

/**
 * Finds out whether IAM Identity Center is on, and has the groups and users that stacks look up. Terraform cannot turn it
 * on.
 *
 * @param data the data sources of stacks
 * @returns how many groups and users it looked for; undefined if no stack uses Identity Center
 */
export async function checkIdentityCenter(
  data: readonly Declared[],
  clientsOf: PreflightClientsOf,
  answers: Answers,
): Promise<number | undefined> {
  const [instance] = data.filter(({ type }) => type === "aws_ssoadmin_instances");
  if (!instance) return undefined;
  const { stack, region } = instance;
  const { call } = await clientsOf(region);
  const listed = await answers.ask(`whether IAM Identity Center is on in ${region}`, () =>
    call("sso", { target: "SWBExternalService.ListInstances", input: {} }),
  );
  if (!listed) return 0;
  const [found] = listOf(listed["Instances"]).map(objectOf);
  if (!found) {
    answers.problem(
      "sign-in",
      `${stack.id}: IAM Identity Center is not on in ${region}, and Terraform cannot turn it on. Turn it on in the console, in this region (docs/first-day.md).`,
    );
    return 0;
  }
  const lookedUp = data.filter(({ type }) => Object.hasOwn(LOOKED_UP, type));
  await Promise.all(lookedUp.map((each) => findByName(each, String(found["IdentityStoreId"]), call, answers)));
  return lookedUp.length;
}

async function findByName(
  { type, values, stack }: Declared,
  IdentityStoreId: string,
  call: PreflightClients["call"],
  answers: Answers,
): Promise<void> {
  const [what = "", operation = "", AttributePath = ""] = LOOKED_UP[type] ?? [];
  const [identifier] = asList(values["alternate_identifier"]).map(objectOf);
  const [attribute] = asList(identifier?.["unique_attribute"]).map(objectOf);
  const name = attribute?.["attribute_value"];
  if (typeof name !== "string") return;
  const AlternateIdentifier = { UniqueAttribute: { AttributePath, AttributeValue: name } };
  const target = `AWSIdentityStore.${operation}`;
  await answers.ask(`whether IAM Identity Center has the ${what} ${name}`, async () => {
    try {
      await call("identitystore", { target, input: { IdentityStoreId, AlternateIdentifier } });
    } catch (error) {
      if (!(error instanceof Error && error.name === "ResourceNotFoundException")) throw error;
      answers.problem(
        "sign-in",
        `${stack.id}: IAM Identity Center has no ${what} ${name}. Create it there, or correct its name in the estate.`,
      );
    }
  });
}
