import { remedyOf, withRemedy } from "../../../tools/terraform/known-errors";
import { TerraformError } from "../../../tools/terraform/terraform-error";

function failure(output: string): TerraformError {
  const how = { command: "apply", exitCode: 1, logFile: "apply.log", timeLimitSeconds: 60 };
  return new TerraformError({ stackId: "dev-iam", output, ...how });
}

test.each<[string, string, RegExp]>([
  ["a lock", "Error: Error acquiring the state lock", /dev-iam is locked: .*npm run unlock -- dev-iam/],
  [
    "a state that is no JSON",
    "Error: Failed to load state: unexpected end of JSON input",
    /npm run state -- history dev-iam/,
  ],
  [
    "no credentials",
    "Error: No valid credential sources found",
    /no valid credentials for the account of dev-iam: .*--profile/,
  ],
  [
    "a user that is there",
    "Error: creating IAM User (a): EntityAlreadyExists: User with name a already exists.",
    /dev-iam: .*not in this stack's state.*What exists already/,
  ],
  [
    "a database that is there",
    "Error: creating RDS DB Instance (a): DBInstanceAlreadyExists: DB instance already exists",
    /not in this stack's state/,
  ],
  ["a bucket of one's own", "Error: creating S3 Bucket (a): BucketAlreadyOwnedByYou", /not in this stack's state/],
  [
    "a log group that is there",
    "Error: creating CloudWatch Logs Log Group (a): ResourceAlreadyExistsException: no",
    /not in this stack's state/,
  ],
  [
    "another account's bucket",
    "Error: creating S3 Bucket (a): BucketAlreadyExists: The requested bucket name is taken",
    /choose another/,
  ],
])("an error has what to do about it: %s", (_, output, remedy) => {
  expect(remedyOf("dev-iam", failure(output))).toMatch(remedy);
  expect(withRemedy("dev-iam", failure(output))).toMatch(remedy);
  expect(remedyOf("dev-iam", new Error("and more", { cause: failure(output) }))).toMatch(remedy);
});

test("an error that no command helps against has none", () => {
  expect(remedyOf("dev-iam", failure("Error: creating EC2 VPC: VpcLimitExceeded: no more"))).toBeUndefined();
  expect(remedyOf("dev-iam", new Error("the VPC already exists"))).toBeUndefined();
  expect(withRemedy("dev-iam", new Error("the VPC already exists"))).toBe("the VPC already exists");
});
