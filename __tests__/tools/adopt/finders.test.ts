import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FINDERS, NOT_IMPORTED } from "../../../tools/adopt/finders";
import { ROOT } from "../../../tools/support/project";

/** Terraform's types that a module or a stack creates, by the provider's classes that it imports. */
function createdTypes(): string[] {
  const sources = ["modules", "stacks"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
  );
  const names = sources.flatMap((text) =>
    [...text.matchAll(/provider-aws\/lib\/([\w-]+)"/g)].map(([, name = ""]) => name),
  );
  const types = names
    .filter((name) => name !== "provider" && !name.startsWith("data-"))
    .map((name) => `aws_${name.replaceAll("-", "_")}`);
  return [...new Set(types)].sort();
}

test("every type that the project creates has a finder, or a reason why Terraform cannot import it", () => {
  const created = createdTypes();
  expect(created.length).toBeGreaterThan(70);
  const isFound = (type: string) => FINDERS.has(type);
  const reasons = Object.keys(NOT_IMPORTED);
  expect(created.filter((type) => !isFound(type) && !reasons.includes(type))).toEqual([]);
  expect(reasons.filter((type) => isFound(type) || !created.includes(type))).toEqual([]);
});
