import type { Bootstrapped } from "../../../tools/accounts/bootstrap";
import { nextLines } from "../../../tools/cli/bootstrap-report";
import { example, exampleWithUsers } from "../../support/estates";

const withIdentityCenter = example();

const reported = (estate: typeof withIdentityCenter, status: "already" | "not started", ...names: string[]) =>
  estate.accounts.filter(({ name }) => names.includes(name)).map((account) => ({ account, status }) as Bootstrapped);

test("bootstrapped accounts are planned next, and IAM Identity Center once the organization is there", () => {
  expect(nextLines(reported(withIdentityCenter, "already", "master", "dev"), withIdentityCenter)).toEqual([
    "",
    "next: npm run plan -- master-iam master-organization dev-iam (docs/first-day.md)",
    "then: turn on IAM Identity Center (docs/identity-center.md), and run npm run plan -- master-identity",
  ]);
});

test("nothing is said of it in an estate without, or before its account is bootstrapped", () => {
  const without = nextLines(reported(exampleWithUsers(), "already", "master"), exampleWithUsers());
  expect(without).toEqual(["", "next: npm run plan -- master-iam master-organization (docs/first-day.md)"]);
  const later = nextLines(reported(withIdentityCenter, "not started", "master"), withIdentityCenter);
  expect(later).toEqual(["", "next: fix the errors above, then run npm run bootstrap -- master"]);
});
