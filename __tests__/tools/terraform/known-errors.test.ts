import {
  remedyOf,
  withRemedy,
  missingUpstreams,
  isMissingBucketError,
  protectionIn,
} from "../../../tools/terraform/known-errors";
import { TerraformError } from "../../../tools/terraform/terraform-error";

describe("remedies", () => {
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
});

describe("missing upstreams and buckets", () => {
  // As Terraform 1.11 writes them, its line breaks included.
  const NO_STATE = `Error: Unable to find remote state

  with data.terraform_remote_state.cross-stack-reference-input-dev-network,
  on cdk.tf.json line 21, in data.terraform_remote_state.cross-stack-reference-input-dev-network:
  21:       }

No stored state was found for the given workspace in the given backend.`;
  const NO_OUTPUT = `Error: Unsupported attribute

  on cdk.tf.json line 120, in resource.aws_db_subnet_group.x.subnet_ids:
 120: "\${data.terraform_remote_state.cross-stack-reference-input-dev-network.outputs.new}"
    ├────────────────
    │ data.terraform_remote_state.cross-stack-reference-input-dev-network.outputs is object with 3 attributes

This object does not have an attribute named "new".`;

  test("a state that does not exist names the stack that was never applied", () => {
    expect(missingUpstreams([NO_STATE])).toEqual(["dev-network is not applied yet"]);
  });

  test("an output that does not exist yet names the stack that is to make it", () => {
    expect(missingUpstreams([NO_OUTPUT, NO_OUTPUT])).toEqual(["dev-network does not have the required output yet"]);
  });

  test.each([
    ["no error at all", []],
    ["another error beside it", [NO_STATE, "Error: AccessDenied"]],
    [
      "an attribute of something else",
      ["Error: Unsupported attribute\n\n  on cdk.tf.json line 3, in resource.aws_vpc.x:"],
    ],
    [
      "a state that may not be read",
      [NO_STATE.replace("Unable to find remote state", "Error loading state error: AccessDenied")],
    ],
  ])("%s is no reason to wait", (_, errors) => {
    expect(missingUpstreams(errors)).toBeUndefined();
  });

  test("only the backend's own words say that there is no bucket", () => {
    expect(isMissingBucketError(['Error: Failed to get existing workspaces: S3 bucket "states" does not exist.'])).toBe(
      true,
    );
    expect(isMissingBucketError(["Error: api error NoSuchBucket: gone"])).toBe(true);
    expect(isMissingBucketError(["Error: AccessDenied to the bucket states", "Error: it does not exist"])).toBe(false);
  });
});

describe("protections", () => {
  const PREVENTED = `Error: Instance cannot be destroyed

  on cdk.tf.json line 34, in resource.aws_s3_bucket:
  34:    "state": {

Resource aws_s3_bucket.state has lifecycle.prevent_destroy set, but the plan
calls for this resource to be destroyed.`;
  const DATABASE =
    "Error: deleting RDS DB Instance (d): api error InvalidParameterCombination: Cannot delete protected DB Instance, please";
  const BUCKET =
    "Error: deleting S3 Bucket (data): operation error S3: DeleteBucket, api error BucketNotEmpty: The bucket you tried to delete";
  const IMAGES =
    "Error: ECR Repository (api) not empty, consider using force_delete: RepositoryNotEmptyException: The repository";

  test("names what kept each resource", () => {
    expect(protectionIn([PREVENTED, DATABASE, BUCKET, IMAGES])).toEqual([
      "aws_s3_bucket.state: prevent_destroy",
      "RDS DB Instance (d): deletion protection",
      "S3 Bucket (data): the bucket is not empty",
      "the repository still holds images",
    ]);
  });

  test("finds the resource's name also where Terraform breaks the line", () => {
    expect(protectionIn([PREVENTED.replace("Resource aws", "Resource\naws")])).toEqual([
      "aws_s3_bucket.state: prevent_destroy",
    ]);
  });

  test("takes nothing for a protection as soon as one error is something else, or where there is none", () => {
    expect(protectionIn([PREVENTED, "Error: deleting EC2 VPC (v): DependencyViolation"])).toBeUndefined();
    expect(protectionIn([])).toBeUndefined();
  });
});
