import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateEncryption } from "../../../../tools/terraform/state/while-locked";

test.each([
  [{ encrypt: true }, { ServerSideEncryption: "AES256" }],
  [
    { encrypt: true, kms_key_id: "alias/a" },
    { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "alias/a" },
  ],
  [{}, {}],
])("the encryption of a backend with %j is %j", (s3, expected) => {
  const directory = mkdtempSync(join(tmpdir(), "state-encryption-"));
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ terraform: { backend: { s3 } } }));
  try {
    expect(stateEncryption({ directory })).toEqual(expected);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
