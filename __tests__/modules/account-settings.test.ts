import { AccountSettings } from "../../modules/account-settings";
import { synthModule } from "../support/module";

const stack = synthModule((scope) => {
  new AccountSettings(scope, "settings", { alias: "galileo-dev", analyzerName: "account" });
});

test("demands passwords of 14 characters of all four classes, new every 90 days, none of the last 24", () => {
  expect(stack.one("aws_iam_account_password_policy")).toEqual({
    minimum_password_length: 14,
    require_lowercase_characters: true,
    require_uppercase_characters: true,
    require_numbers: true,
    require_symbols: true,
    max_password_age: 90,
    password_reuse_prevention: 24,
    allow_users_to_change_password: true,
  });
});

test("gives the account its alias", () => {
  expect(stack.one("aws_iam_account_alias")).toEqual({ account_alias: "galileo-dev" });
});

test("encrypts every new disk", () => {
  expect(stack.one("aws_ebs_encryption_by_default")).toEqual({ enabled: true });
});

test("lets no bucket of the account be public", () => {
  expect(stack.one("aws_s3_account_public_access_block")).toEqual({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
});

test("has the free access analyzer", () => {
  expect(stack.one("aws_accessanalyzer_analyzer")).toEqual({ analyzer_name: "account", type: "ACCOUNT" });
});
