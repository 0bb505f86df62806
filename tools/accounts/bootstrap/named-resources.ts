import type { Stack } from "../../synth/stacks";
import { literal, stackResources } from "./stack-resources";

/** What people know of a stack by its name, for each type: the attribute that holds the name, and what it is called. */
const NAMED = {
  aws_s3_bucket: { attribute: "bucket", what: "the bucket" },
  aws_kms_alias: { attribute: "name", what: "the key" },
  aws_iam_openid_connect_provider: { attribute: "url", what: "the OIDC provider" },
  aws_iam_role: { attribute: "name", what: "the role" },
} as const;

/** What a stack that makes its own state bucket gives a name to, in words: `the role galileo-pipeline-plan`. */
export function namedResources(stack: Pick<Stack, "directory">): { readonly address: string; readonly what: string }[] {
  const resources = stackResources(stack);
  return Object.entries(NAMED).flatMap(([type, { attribute, what }]) =>
    resources.of(type).flatMap((resource) => {
      const name = literal(resource, attribute);
      return name === undefined ? [] : [{ address: resource.address, what: `${what} ${name}` }];
    }),
  );
}
