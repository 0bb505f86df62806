import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDocument, RenderedStatement } from "./policy";

const FOLDER = join(__dirname, "..", "fixtures");

/**
 * A policy of the project's reference documents, copied verbatim to `__tests__/fixtures`, with its
 * placeholders replaced. Some have a single statement instead of a list, and some have no `Version`.
 */
export function documentedPolicy(file: string, placeholders: Readonly<Record<string, string>> = {}): PolicyDocument {
  const filled = Object.entries(placeholders).reduce(
    (text, [placeholder, value]) => text.replaceAll(placeholder, value),
    readFileSync(join(FOLDER, file), "utf8"),
  );
  const document = JSON.parse(filled) as { Version?: string; Statement: RenderedStatement | RenderedStatement[] };
  return { ...document, Statement: [document.Statement].flat() };
}
