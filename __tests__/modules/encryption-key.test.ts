import { EncryptionKey } from "../../modules/encryption-key";
import { synthModule } from "../support/module";

const key = (props: { preventDestroy?: boolean } = {}) =>
  synthModule((scope) => {
    new EncryptionKey(scope, "key", { alias: "alias/mine", description: "Encrypts things", ...props });
  });

test("is rotated every year, and can be had back for 30 days", () => {
  expect(key().one("aws_kms_key")).toMatchObject({
    enable_key_rotation: true,
    deletion_window_in_days: 30,
    description: "Encrypts things",
  });
});

test("has no policy of its own, so that the account's IAM decides and nobody is locked out", () => {
  expect(key().one("aws_kms_key")).not.toHaveProperty("policy");
});

test("is protected from being destroyed where asked for, and only there", () => {
  expect(key({ preventDestroy: true }).one("aws_kms_key")["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(key().one("aws_kms_key")).not.toHaveProperty("lifecycle");
});

test("stands under its alias", () => {
  const stack = key();
  expect(stack.one("aws_kms_alias")).toEqual({ name: "alias/mine", target_key_id: `\${${stack.resourceAt("key/key").address}.key_id}` });
});
