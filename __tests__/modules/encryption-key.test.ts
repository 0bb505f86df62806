import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { EncryptionKey, type EncryptionKeyProps } from "../../modules/encryption-key";
import { synthModule } from "../support/module";

const key = (props: Partial<EncryptionKeyProps> = {}) =>
  synthModule((scope) => {
    new EncryptionKey(scope, "key", { alias: "alias/mine", description: "Encrypts things", ...props });
  });

test("is rotated every year, and can be restored for 30 days", () => {
  expect(key().one("aws_kms_key")).toMatchObject({
    enable_key_rotation: true,
    deletion_window_in_days: 30,
    description: "Encrypts things",
  });
});

test("has no key policy by default, so that the account's IAM decides and nobody is locked out", () => {
  expect(key().one("aws_kms_key")).not.toHaveProperty("policy");
});

test("Terraform refuses to destroy it only on request", () => {
  expect(key({ preventDestroy: true }).one("aws_kms_key")["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(key().one("aws_kms_key")).not.toHaveProperty("lifecycle");
});

test("a key has the given alias", () => {
  const stack = key();
  const target_key_id = stack.reference("key/key", "key_id");
  expect(stack.one("aws_kms_alias")).toEqual({ name: "alias/mine", target_key_id });
});

test("has the given policy", () => {
  const owner = {
    sid: "Owner",
    principals: { AWS: ["arn:aws:iam::111111111111:root"] },
    actions: ["kms:*"],
    resources: ["*"],
  };
  expect(key({ policy: [owner] }).policy("key/key")).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Owner",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::111111111111:root"] },
        Action: ["kms:*"],
        Resource: ["*"],
      },
    ],
  });
});

test("a key and its alias are in the region of the given provider, or in the stack's own", () => {
  const elsewhere = synthModule((scope) => {
    const provider = new AwsProvider(scope, "elsewhere", { alias: "elsewhere", region: "us-east-1" });
    new EncryptionKey(scope, "key", { alias: "alias/mine", description: "Encrypts things", provider });
  });
  expect(elsewhere.resources.map(({ values }) => values["provider"])).toEqual(["aws.elsewhere", "aws.elsewhere"]);
  for (const { values } of key().resources) expect(values).not.toHaveProperty("provider");
});
