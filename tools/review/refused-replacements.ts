import type { PlanJson } from "./plan-json";
import { type PlannedResource, plannedResources } from "./planned-resource";
import { replacements } from "./replacements";

const REPLACE_DATABASE =
  "To replace the instance, and keep its data in a last snapshot only, first set deletionProtection: false with finalSnapshot: true, in a change of its own.";
const NEW_DATABASE = `Another database or user can be created in SQL. ${REPLACE_DATABASE}`;

/** What is possible instead, by type of the protected resources and by attribute. */
const POSSIBLE: Readonly<Record<string, Readonly<Record<string, (resource: PlannedResource) => string>>>> = {
  aws_organizations_account: { email: changeAddress, name: changeName },
  aws_organizations_organizational_unit: {
    parent_id: () => "An organization that is once `existing` stays so: set organization.existing to true again.",
  },
  aws_db_instance: {
    db_name: () => NEW_DATABASE,
    username: () => NEW_DATABASE,
    kms_key_id: () => `RDS encrypts an existing instance with no other key. ${REPLACE_DATABASE}`,
  },
  aws_s3_bucket: {
    bucket: () => "AWS renames no bucket: create a second one, copy the objects, and then remove the first.",
  },
};

/** https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html */
function changeAddress({ before, after }: PlannedResource): string {
  const account = `--account-id ${before.at("id").display} --primary-email ${after.at("email").display}`;
  return `For another address, change it in AWS first, with credentials of the master account: aws account start-primary-email-update ${account}, then aws account accept-primary-email-update ${account} --otp <the code that AWS sends there>. Then plan again (docs/organization.md, "Another e-mail address").`;
}

/** The name of a created member is the one in the estate; the owner of one that joined may have changed it in AWS. */
function changeName({ before, after }: PlannedResource): string {
  return `To change the name back in AWS, with credentials of the account ${before.at("id").display}: aws account put-account-name --account-name ${after.at("name").display}. Then plan again.`;
}

/**
 * Why Terraform refuses a plan that would replace protected resources: a text for each. Terraform itself advises to drop
 * `prevent_destroy`, which would let the next apply destroy the account, the bucket or the database.
 *
 * @param plan what Terraform wrote of the refused plan
 * @param errors Terraform's errors
 */
export function refusedReplacements(plan: PlanJson, errors: readonly string[]): string[] {
  const text = errors.join("\n").replaceAll(/\s+/g, " "); // Terraform wraps its texts at the margin
  const resources = plannedResources(plan);
  const reasons = new Map(replacements(resources).map(({ address, message }) => [address, message]));
  return resources
    .filter(({ address }) => reasons.has(address) && text.includes(`Resource ${address} has lifecycle.prevent_destroy`))
    .map((resource) =>
      [
        `${nameOf(resource)} is protected from being destroyed, and must not be replaced.`,
        `${reasons.get(resource.address) ?? ""}.`,
        ...possibleFor(resource),
      ].join(" "),
    );
}

function nameOf({ address, before }: PlannedResource): string {
  const name = ["name", "identifier", "bucket"].map((key) => before.at(key).text).find((each) => each !== undefined);
  return name === undefined ? address : `${name} (${address})`;
}

function possibleFor(resource: PlannedResource): string[] {
  const { type, replacePaths, isImported } = resource;
  if (isImported) return []; // the reasons name the keys that let it stay
  if (replacePaths.length === 0)
    return ['If all of it is there, mark it as finished: docs/applying.md, "When an apply is killed", step 5.'];
  const attributes = [...new Set(replacePaths.map(([attribute]) => String(attribute)))];
  return attributes.flatMap((attribute) => POSSIBLE[type]?.[attribute]?.(resource) ?? []);
}
