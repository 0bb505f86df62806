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
    const env = { AWS_PROFILE: "prod" };
    const how = { command: "apply", exitCode: 1, logFile: "apply.log", timeLimitSeconds: 60, env };
    return new TerraformError({ stackId: "dev-iam", output, ...how });
  }

  test.each<[string, string, RegExp]>([
    ["a damaged lock", "Error: Error acquiring the state lock", /dev-iam is locked\. .*npm run unlock -- dev-iam\.$/],
    [
      "a lock that was released before Terraform read it",
      "Error: Error acquiring the state lock\n\nPutObject: PreconditionFailed:\nGetObject: NoSuchKey:",
      /dev-iam was locked until now\. Run it again\.$/,
    ],
    [
      "a state that is not JSON",
      "Error: Failed to load state: unexpected end of JSON input",
      /npm run state -- history dev-iam/,
    ],
    [
      "credentials of another account",
      "Error: AWS account ID not allowed: 333333333333",
      /the credentials for dev-iam, from the AWS profile prod, are of account 333333333333\. .*--profile/,
    ],
    [
      "no credentials",
      "Error: No valid credential sources found",
      /no valid credentials for the account of dev-iam\. .*--profile/,
    ],
    [
      "a region that an account has left",
      "Error: Provider configuration not present\n\nTo work with aws_kms_key.a (orphan) its original provider",
      /dev-iam: its state has resources in a region that the account has left .*"A region that an account leaves"/,
    ],
    ...["InvalidClientTokenId", "AuthFailure", "UnrecognizedClientException", "InvalidToken"].map(
      (code): [string, string, RegExp] => [
        `unknown credentials (${code}), as in a region that is not enabled`,
        `Error: validating provider credentials: api error ${code}: The security token included in the request is invalid`,
        /does not know the credentials for dev-iam: .*region is not enabled.*aws account enable-region/,
      ],
    ),
    [
      "a second access analyzer",
      "Error: creating IAM Access Analyzer Analyzer (galileo): operation error AccessAnalyzer: CreateAnalyzer, https response error\nStatusCode: 402, ServiceQuotaExceededException: The maximum number of analyzers is 1",
      /dev-iam: the region has an access analyzer already.*aws accessanalyzer delete-analyzer/,
    ],
    [
      "an existing organization",
      "Error: creating Organizations Organization: AlreadyInOrganizationException: The provided account is already a member of an organization.",
      /dev-iam: the account has an organization already\. Set organization: \{ existing: true \}/,
    ],
    [
      "a permission set that exists",
      "Error: creating SSO Permission Set (Operator): operation error SSO Admin: CreatePermissionSet, https response error StatusCode: 400, RequestID: 1, ConflictException: PermissionSet with name Operator already exists.",
      /dev-iam: IAM Identity Center has a permission set of this name already\. Import it with the id <ARN of the set>,<ARN of the instance>/,
    ],
    [
      "a group that exists",
      "Error: creating IdentityStore Group for store d-1: operation error identitystore: CreateGroup, https response error StatusCode: 409, RequestID: 1, ConflictException: Duplicate GroupDisplayName",
      /dev-iam: IAM Identity Center has a group of this name already\. Leave it out of identityCenter\.groups.*<identity store>\/<group>/,
    ],
    [
      "a membership that exists",
      "Error: creating IdentityStore Group Membership: operation error identitystore: CreateGroupMembership, https response error StatusCode: 409, RequestID: 1, ConflictException: Member and Group relationship already exists.",
      /dev-iam: the resource exists in AWS, but not in this stack's state/,
    ],
    [
      "a managed policy that a permission set has",
      "Error: attaching Managed Policy (arn:aws:iam::aws:policy/job-function/ViewOnlyAccess) to SSO Permission Set (arn): already attached",
      /dev-iam: the resource exists in AWS, but not in this stack's state/,
    ],
    [
      "an assignment that exists",
      "Error: creating SSO Account Assignment for GROUP (g-1): already exists",
      /dev-iam: the resource exists in AWS, but not in this stack's state/,
    ],
    [
      "a second Security Hub",
      "Error: creating Security Hub Account: operation error SecurityHub: EnableSecurityHub, ResourceConflictException: Account is already subscribed to Security Hub",
      /dev-iam: .*not in this stack's state.*What exists already/,
    ],
    [
      "an existing user",
      "Error: creating IAM User (a): EntityAlreadyExists: User with name a already exists.",
      /dev-iam: .*not in this stack's state.*What exists already/,
    ],
    [
      "an existing database",
      "Error: creating RDS DB Instance (a): DBInstanceAlreadyExists: DB instance already exists",
      /not in this stack's state/,
    ],
    [
      "an existing bucket of the same account",
      "Error: creating S3 Bucket (a): BucketAlreadyOwnedByYou",
      /not in this stack's state/,
    ],
    [
      "an existing log group",
      "Error: creating CloudWatch Logs Log Group (a): ResourceAlreadyExistsException: no",
      /not in this stack's state/,
    ],
    [
      "another account's bucket",
      "Error: creating S3 Bucket (a): BucketAlreadyExists: The requested bucket name is taken",
      /Choose another/,
    ],
  ])("an error has a remedy: %s", (_, output, remedy) => {
    expect(remedyOf("dev-iam", failure(output))).toMatch(remedy);
    expect(withRemedy("dev-iam", failure(output))).toMatch(remedy);
    expect(remedyOf("dev-iam", new Error("and more", { cause: failure(output) }))).toMatch(remedy);
  });

  test("a killed plan names the command that removes its lock", () => {
    const how = { command: "plan", exitCode: null, logFile: "plan.log", timeLimitSeconds: 60 };
    const killed = new TerraformError({ stackId: "dev-iam", output: "", ...how });
    expect(remedyOf("dev-iam", killed)).toBe(
      "dev-iam: the killed plan may have left its lock, and changed nothing. Run npm run unlock -- dev-iam.",
    );
  });

  test("an unknown error has no remedy", () => {
    expect(remedyOf("dev-iam", failure("Error: creating EC2 VPC: VpcLimitExceeded: no more"))).toBeUndefined();
    expect(remedyOf("dev-iam", new Error("the VPC already exists"))).toBeUndefined();
    expect(withRemedy("dev-iam", new Error("the VPC already exists"))).toBe("the VPC already exists");
  });
});

describe("missing upstreams and buckets", () => {
  // Errors of Terraform 1.11, with its line breaks.
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

  test("a missing state names the stack that was never applied", () => {
    expect(missingUpstreams([NO_STATE])).toEqual(["dev-network is not applied yet"]);
  });

  test("a missing output names the stack that must create it", () => {
    expect(missingUpstreams([NO_OUTPUT, NO_OUTPUT])).toEqual(["dev-network does not have the required output yet"]);
  });

  test.each([
    ["no error at all", []],
    ["another error as well", [NO_STATE, "Error: AccessDenied"]],
    [
      "an attribute of something else",
      ["Error: Unsupported attribute\n\n  on cdk.tf.json line 3, in resource.aws_vpc.x:"],
    ],
    [
      "a state without read permission",
      [NO_STATE.replace("Unable to find remote state", "Error loading state error: AccessDenied")],
    ],
  ])("%s is not a reason to wait", (_, errors) => {
    expect(missingUpstreams(errors)).toBeUndefined();
  });

  test("recognizes a missing bucket only by the backend's own errors", () => {
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

  test("names the protection of each resource", () => {
    expect(protectionIn([PREVENTED, DATABASE, BUCKET, IMAGES])).toEqual([
      "aws_s3_bucket.state: prevent_destroy",
      "RDS DB Instance (d): deletion protection",
      "S3 Bucket (data): the bucket is not empty",
      "the repository still holds images",
    ]);
  });

  test("finds the resource's name across a line break", () => {
    expect(protectionIn([PREVENTED.replace("Resource aws", "Resource\naws")])).toEqual([
      "aws_s3_bucket.state: prevent_destroy",
    ]);
  });

  test("returns nothing if any error has another cause, or there is no error", () => {
    expect(protectionIn([PREVENTED, "Error: deleting EC2 VPC (v): DependencyViolation"])).toBeUndefined();
    expect(protectionIn([])).toBeUndefined();
  });
});
