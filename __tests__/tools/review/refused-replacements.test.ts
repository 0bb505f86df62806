import { refusedReplacements } from "../../../tools/review/refused-replacements";
import { type Planned, planOf, replaced } from "./support/plans";

/** Terraform's refusal, wrapped at its margin. */
const prevented = (address: string) =>
  `Error: Instance cannot be destroyed\n\nResource ${address} has\nlifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed.`;

function textsOf(planned: Planned): string[] {
  const unprotected = replaced("aws_subnet.y", { cidr_block: "10.0.0.0/24" }, { cidr_block: "10.0.1.0/24" });
  return refusedReplacements(planOf([planned, unprotected]), [prevented(planned.change.address)]);
}

test("the e-mail address of a created account is changed in AWS first, by the commands that the refusal has", () => {
  const before = { id: "666666666666", name: "lab", email: "lab@example.com" };
  const change = replaced("aws_organizations_account.a", before, { ...before, email: "new@example.com" }, { replace_paths: [["email"]] }); // prettier-ignore
  const account = "--account-id 666666666666 --primary-email new@example.com";
  expect(textsOf(change)).toEqual([
    "lab (aws_organizations_account.a) is protected from being destroyed, and must not be replaced. " +
      "email: lab@example.com → new@example.com. To keep it, leave accounts.lab.email as it was. " +
      "For another address, change it in AWS first, with credentials of the master account: " +
      `aws account start-primary-email-update ${account}, then aws account accept-primary-email-update ${account} --otp <the code that AWS sends there>. ` +
      'Then plan again (docs/organization.md, "Another e-mail address").',
  ]);
});

test.each<readonly [key: string, remedy: string, change: Planned]>([
  [
    "galileo (aws_db_instance.x) is protected",
    "environments.<environment>.databases.<database> as it was. Another database or user can be created in SQL.",
    replaced("aws_db_instance.x", { identifier: "galileo", db_name: "a" }, { db_name: "b" }, { replace_paths: [["db_name"]] }), // prettier-ignore
  ],
  [
    "username: postgres → owner",
    "first set deletionProtection: false with finalSnapshot: true",
    replaced("aws_db_instance.x", { username: "postgres" }, { username: "owner" }, { replace_paths: [["username"]] }),
  ],
  [
    "leave customerManagedKey of environments.<environment>.database or",
    "RDS encrypts an existing instance with no other key.",
    replaced("aws_db_instance.x", { kms_key_id: "arn:aws:kms:x" }, {}, { replace_paths: [["kms_key_id"]], after_unknown: { kms_key_id: true } }), // prettier-ignore
  ],
  [
    "organization.existing as it was",
    "set organization.existing to true again.",
    replaced("aws_organizations_organizational_unit.x", { parent_id: "r-1" }, {}, { replace_paths: [["parent_id"]], after_unknown: { parent_id: true } }), // prettier-ignore
  ],
  [
    "name: renamed → lab",
    "with credentials of the account 666666666666: aws account put-account-name --account-name lab. Then plan again.",
    replaced("aws_organizations_account.x", { id: "666666666666", name: "renamed" }, { id: "666666666666", name: "lab" }, { replace_paths: [["name"]] }), // prettier-ignore
  ],
  [
    "one (aws_s3_bucket.x) is protected",
    "AWS renames no bucket",
    replaced("aws_s3_bucket.x", { bucket: "one" }, { bucket: "two" }, { replace_paths: [["bucket"]] }),
  ],
  [
    "aws_kms_key.x is protected from being destroyed, and must not be replaced. multi_region: false → true.",
    "true.",
    replaced("aws_kms_key.x", { multi_region: false }, { multi_region: true }, { replace_paths: [["multi_region"]] }),
  ],
  [
    "one (aws_s3_bucket.x) is protected",
    'mark it as finished: docs/applying.md, "When an apply is killed", step 5.',
    replaced("aws_s3_bucket.x", { bucket: "one" }, { bucket: "one" }),
  ],
])("names the resource, the key and what is possible: %s", (key, remedy, change) => {
  const [text = "nothing", ...others] = textsOf(change);
  expect(text).toContain(key);
  expect(text).toContain(remedy);
  expect(others).toEqual([]);
});
