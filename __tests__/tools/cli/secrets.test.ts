import { loadEstate } from "../../../config/load";
import { checklist } from "../../../tools/cli/secrets";
import { example } from "../../support/estates";

const lines = checklist(loadEstate("examples/seed-002.ts"));

test("each secret has its place, its redirect URIs, and a name of its own in Secrets Manager", () => {
  expect(lines.filter((line) => line.startsWith("- [ ] "))).toHaveLength(4 + 4 + 1);
  expect(lines.slice(0, 2)).toEqual([
    "- [ ] aiven dev: create a token of an application user of the project example-search-dev, at https://console.aiven.io (Admin, Users, Application users)",
    "  - store it as platform/aiven/dev in Secrets Manager, account dev (222222222222), eu-west-1",
  ]);
  const at = lines.findIndex((line) => line.startsWith("- [ ] microsoft staging-london"));
  expect(lines.slice(at, at + 3)).toEqual([
    '- [ ] microsoft staging-london: create a client secret of the application "Platform (Staging London)", at https://entra.microsoft.com (App registrations, Certificates & secrets)',
    "  - redirect URI (Terraform sets it): https://login.london.staging.example.com/login/callback/azureOAuth",
    "  - store it as platform/microsoft/staging-london in Secrets Manager, account staging (444444444444), eu-west-2",
  ]);
  const names = lines.filter((line) => line.includes("store it as"));
  expect(new Set(names).size).toBe(names.length);
});

test("an OAuth client at Google is listed only with redirect URIs, which a person sets", () => {
  expect(lines.slice(-3)).toEqual([
    "- [ ] google platform: create an OAuth client of the type web application, at https://console.cloud.google.com/apis/credentials?project=example-platform",
    "  - redirect URI: https://login.example.com/login/callback/google",
    "  - store it as platform/google/platform in Secrets Manager, account prod (555555555555), eu-west-1",
  ]);
});

test("an estate without them needs none", () => {
  expect(checklist(example())).toEqual([]);
});
