import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { stackJson, type Stack } from "../../synth/stacks";

/** How an object is encrypted, in S3's words. */
export type StateEncryption = Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId">;

/**
 * How Terraform's backend would encrypt this stack's state and lock: as the stack's JSON says, not as the bucket would
 * by default.
 */
export function stateEncryption({ directory }: Pick<Stack, "directory">): StateEncryption {
  const json = stackJson({ directory }) as {
    readonly terraform: {
      readonly backend: { readonly s3: { readonly encrypt?: boolean; readonly kms_key_id?: string } };
    };
  };
  const { encrypt = false, kms_key_id: key } = json.terraform.backend.s3;
  if (!encrypt) return {};
  return key === undefined ? { ServerSideEncryption: "AES256" } : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key };
}
