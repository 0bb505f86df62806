import { protectionIn } from "../../../tools/terraform/known-errors";

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
