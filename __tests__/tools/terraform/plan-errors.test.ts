import { missingUpstreams, saysNoBucket } from "../../../tools/terraform/known-errors";

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
  expect(missingUpstreams([NO_OUTPUT, NO_OUTPUT])).toEqual(["dev-network does not have the output yet that it reads"]);
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
  expect(saysNoBucket(['Error: Failed to get existing workspaces: S3 bucket "states" does not exist.'])).toBe(true);
  expect(saysNoBucket(["Error: api error NoSuchBucket: gone"])).toBe(true);
  expect(saysNoBucket(["Error: AccessDenied to the bucket states", "Error: it does not exist"])).toBe(false);
});
