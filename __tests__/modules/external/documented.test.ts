import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import documented from "../../../modules/external/arguments.json";
import { DocumentedProvider, DocumentedResource, type Arguments } from "../../../modules/external/documented";

const stack = () => new TerraformStack(new App({ outdir: join(tmpdir(), "out") }), "stack");
const problemsOf = (type: string, values: Arguments) =>
  new DocumentedResource(stack(), "resource", type, values).node.validate();

const VALID = { name: "Example", project_id: "example" };

test("an argument that the documentation lacks is refused, with the documented ones", () => {
  expect(problemsOf("google_project", VALID)).toEqual([]);
  expect(problemsOf("google_project", { ...VALID, lables: {} })).toEqual([
    "google_project: an argument must be one that hashicorp/google 6.41.0 documents (name, project_id, org_id, folder_id, " +
      "billing_account, labels, auto_create_network, deletion_policy, tags), got lables.",
  ]);
});

test("a required argument that is missing or undefined is refused", () => {
  const problem = "google_project.name must be given, as hashicorp/google 6.41.0 documents it, got nothing.";
  expect(problemsOf("google_project", { project_id: "example" })).toEqual([problem]);
  expect(problemsOf("google_project", { project_id: "example", name: undefined })).toEqual([problem]);
});

test("blocks are checked too, each of a list", () => {
  const project = {
    project: "example",
    tag: [{ key: "a", value: "b" }, { key: "a" }, { key: "a", value: "b", more: 1 }],
  };
  expect(problemsOf("aiven_project", project)).toEqual([
    "aiven_project.tag.value must be given, as aiven/aiven 4.45.0 documents it, got nothing.",
    "aiven_project.tag: an argument must be one that aiven/aiven 4.45.0 documents (key, value), got more.",
  ]);
});

test("an argument that holds a secret is refused, and so is a type that is not in the list", () => {
  expect(problemsOf("azuread_application", { display_name: "a", password: { display_name: "b" } })).toEqual([
    expect.stringContaining("got password"),
  ]);
  expect(problemsOf("azuread_application_password", {})).toEqual([expect.stringContaining("the type must be one of")]);
});

test("a provider takes only its documented arguments", () => {
  const problems = (values: Arguments) => new DocumentedProvider(stack(), "azuread", values).node.validate();
  expect(problems({ tenant_id: "id" })).toEqual([]);
  expect(problems({ client_secret: "secret" })).toEqual([expect.stringContaining("got client_secret")]);
});

test("no listed argument is a secret", () => {
  const names = JSON.stringify(
    Object.values(documented.providers).map(({ provider, resources }) => [provider, resources]),
  );
  expect(names).not.toMatch(/password|secret|credentials|private_key/);
});
