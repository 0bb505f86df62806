import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDocument, RenderedStatement } from "./policy";

const FOLDER = join(__dirname, "..", "fixtures");

/**
 * A policy of the documents that the project follows, kept letter by letter in `__tests__/fixtures`, with its
 * placeholders filled in. Some of them have a single statement that is no list, and some no `Version`.
 */
export function documentedPolicy(file: string, placeholders: Readonly<Record<string, string>> = {}): PolicyDocument {
  const filled = Object.entries(placeholders).reduce(
    (text, [placeholder, value]) => text.replaceAll(placeholder, value),
    readFileSync(join(FOLDER, file), "utf8"),
  );
  const document = JSON.parse(filled) as { Version?: string; Statement: RenderedStatement | RenderedStatement[] };
  return { ...document, Statement: [document.Statement].flat() };
}
