import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isStateOnly } from "../../../tools/review/state-only";

const ROOT = join(__dirname, "../../..");
const SOURCES = ["modules", "stacks"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
);
/** The bindings of every type that the project makes. */
const BINDINGS = new Set(
  SOURCES.flatMap((text) => [...text.matchAll(/provider-aws\/lib\/(?!data-|provider)([\w-]+)"/g)]).map(
    ([, folder = ""]) => folder,
  ),
);

/** What the provider calls arguments of a creation, a deletion or a wait. */
const NAMED_LIKE_IT =
  /^(force|skip|bypass|create)_|_on_delet|_(immediately|confirms)$|final_snapshot|automated_backups|major_version|(window|recovery).*_days|confirmation_timeout/;
function argumentsIn(folder: string): string[] {
  const text = readFileSync(join(ROOT, "node_modules/@cdktf/provider-aws/lib", folder, "index.d.ts"), "utf8");
  const config = /interface \w+Config extends cdktf\.TerraformMetaArguments \{[^]*?\n\}/.exec(text)?.[0] ?? "";
  return [...config.matchAll(/readonly (\w+)\??:/g)].map(([, name = ""]) =>
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}

test.each([...BINDINGS])("every argument of %s that only the state holds is listed", (folder) => {
  const [type, all] = [`aws_${folder.replaceAll("-", "_")}`, argumentsIn(folder)];
  const named = all.filter((name) => NAMED_LIKE_IT.test(name));
  expect(all.length).toBeGreaterThan(0);
  expect(all.filter((name) => isStateOnly(type, name))).toEqual(named);
});

test.each([
  ["aws_db_instance", "deletion_protection"],
  ["aws_db_instance", "multi_az"],
  ["aws_iam_user", "path"],
  ["aws_kms_key", "enable_key_rotation"],
  ["aws_vpc_endpoint", "auto_accept"],
  ["toString", "force_destroy"],
])("%s.%s is in AWS", (type, attribute) => {
  expect(isStateOnly(type, attribute)).toBe(false);
});
