import { plainFiles } from "../../../tools/export/plain-files";

test("blocks are in the file of their kind, without cdktf's notes, and other keys named // stay", () => {
  const note = { metadata: { path: "x", uniqueId: "x" } };
  const files = plainFiles({
    "//": note,
    terraform: { backend: { s3: {} }, required_providers: { aws: { source: "aws", version: "1" } } },
    provider: { aws: [{ region: "x" }] },
    removed: [{ from: "aws_x.y" }],
    resource: { aws_x: { a: { "//": note, tags: { "//": "kept" } } } },
    output: { id: { value: 1 } },
    variable: { v: {} },
  });
  expect(files).toEqual({
    "terraform.tf.json": {
      terraform: { backend: { s3: {} }, required_providers: { aws: { source: "hashicorp/aws", version: "1" } } },
      provider: { aws: [{ region: "x" }] },
    },
    "main.tf.json": {
      removed: [{ from: "aws_x.y" }],
      resource: { aws_x: { a: { tags: { "//": "kept" } } } },
      variable: { v: {} },
    },
    "outputs.tf.json": { output: { id: { value: 1 } } },
  });
});

test.each([
  { required: { source: "registry.example.com/team/dns", version: "1.0.0" }, source: "registry.example.com/team/dns" },
  { required: { version: "1.0.0" }, source: "hashicorp/dns" },
])("the source of a provider is $source", ({ required, source }) => {
  const files = plainFiles({ terraform: { required_providers: { dns: required } } });
  expect(files["terraform.tf.json"]).toEqual({
    terraform: { required_providers: { dns: { source, version: "1.0.0" } } },
  });
});
