import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { cliConfigText, readCliConfig, type CliSettings } from "../../../tools/terraform/cli-config-file";
import { UserError } from "../../../config/user-error";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();

function read(text: string): CliSettings {
  const file = join(folder(), "own.tfrc");
  writeFileSync(file, text);
  return readCliConfig(file);
}

test("reads comments, settings without effect, and every admitted form", () => {
  const text = `# a comment
    // another
    /* and
       a third */
    disable_checkpoint = true
    plugin_cache_may_break_dependency_lock_file = true
    plugin_cache_dir = "/a \\"cache\\""
    credentials "app.terraform.io" { token = "secret" }
    provider_installation {
      filesystem_mirror {
        path    = "/mirror"
        include = ["a/b/c", "d/e/f",]
      }
      direct {}
    }`;
  expect(read(text)).toEqual({
    pluginCache: '/a "cache"',
    credentials: [{ host: "app.terraform.io", token: "secret" }],
    installation: [
      { kind: "filesystem_mirror", at: "/mirror", include: ["a/b/c", "d/e/f"], exclude: undefined },
      { kind: "direct", at: undefined, include: undefined, exclude: undefined },
    ],
  });
  expect(read("")).toEqual({ credentials: [] });
});

test.each([
  { what: "an override", text: 'provider_installation { dev_overrides { "a/b" = "/x" } }', names: 'got a/b = "/x"' },
  {
    what: "services of a host",
    text: 'host "registry.terraform.io" { services = { "a" = "b" } }',
    names: "got host",
  },
  {
    what: "a helper that is a program",
    text: 'credentials_helper "x" { args = ["y"] }',
    names: "got credentials_helper",
  },
  { what: "the old form of overrides", text: 'providers { aws = "/x" }', names: "got providers" },
  {
    what: "an unknown installation",
    text: 'provider_installation { oci_mirror { a = "b" } }',
    names: "got oci_mirror",
  },
  {
    what: "a mirror without a path",
    text: "provider_installation { filesystem_mirror {} }",
    names: "an absolute path",
  },
  {
    what: "a mirror relative to a stack's folder",
    text: 'provider_installation { filesystem_mirror { path = "here" } }',
    names: "an absolute path",
  },
  {
    what: "an unknown key of a mirror",
    text: 'provider_installation { network_mirror { url = "https://x/" also = "y" } }',
    names: "network_mirror must hold a url",
  },
  { what: "credentials of another kind", text: 'credentials "x.example" { program = "y" }', names: "x.example" },
  { what: "an interpolation", text: 'plugin_cache_dir = "${x}"', names: "line 1 must be" },
  { what: "a heredoc", text: "\nplugin_cache_dir = <<E\n/x\nE\n", names: "line 2 must be" },
  { what: "JSON", text: '{"provider_installation": []}', names: "line 1 must be" },
  { what: "an unfinished block", text: "provider_installation {", names: "line 1 must be" },
])("refuses $what", ({ text, names }) => {
  expect(() => read(text)).toThrow(UserError);
  expect(() => read(text)).toThrow(names);
});

test("lists everything that it refuses at once", () => {
  expect(() => read('host "a" {}\nproviders { b = "c" }')).toThrow(/got host\..*\n.*got providers\./);
});

test("fails only by a refusal, whatever the text", () => {
  const piece = fc.constantFrom(
    "a",
    '"b"',
    "=",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "#",
    "/*",
    "true",
    "${",
    "\\",
    "<<",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        read(pieces.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
  );
});

test("reads what it writes", () => {
  const text = fc.string().filter((value) => !value.includes("${"));
  const list = fc.option(fc.array(text, { maxLength: 3 }), { nil: undefined });
  const installation = fc.oneof(
    fc.record({ kind: fc.constant("direct" as const), at: fc.constant(undefined), include: list, exclude: list }),
    fc.record({ kind: fc.constant("network_mirror" as const), at: text, include: list, exclude: list }),
  );
  fc.assert(
    fc.property(fc.array(installation), fc.option(text, { nil: undefined }), (installations, pluginCache) => {
      const settings = { pluginCache, installation: installations };
      expect(read(cliConfigText(settings))).toEqual({ ...settings, credentials: [] });
    }),
  );
});

test("an empty configuration switches the user's own off, and anything but a file is refused at once", () => {
  expect(readCliConfig("/dev/null")).toEqual({ credentials: [], pluginCache: undefined, installation: undefined });
  expect(() => readCliConfig(folder())).toThrow(UserError);
});
