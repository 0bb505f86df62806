/** A command of a page, and its stated exit code. */
export interface DocCommand {
  readonly text: string;
  /** The exit code in a comment: `# exit code 2: there are changes`. @default 0 */
  readonly exitCode: number;
}

/** A block of commands of a page, with the stated output. */
export interface DocStep {
  readonly commands: readonly DocCommand[];
  /** Empty if no `text` block follows: the commands print nothing. */
  readonly printed: readonly string[];
}

/** Alone on a line it matches any lines, within a line any text; also none. */
const LEFT_OUT = "…";

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** Every `sh` block of a page in order, with the `text` block after it. */
export function stepsOf(markdown: string): DocStep[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap(({ language, lines }, index) => {
    if (language !== "sh") return [];
    const next = blocks[index + 1];
    return [{ commands: lines.map(commandOf), printed: next?.language === "text" ? next.lines : [] }];
  });
}

/** Every fenced block, without its blank lines. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", body = ""]) => ({
    language,
    lines: written(body),
  }));
}

function commandOf(text: string): DocCommand {
  const [, code = "0"] = /# exit code (\d+)\b/.exec(text) ?? [];
  return { text, exitCode: Number(code) };
}

/**
 * The first difference between a page and the output; undefined if there is none. The page lists all printed lines in
 * order, without gaps except at `…`. Blank lines, npm's own lines, seconds, plan ids and commits are ignored.
 */
export function untruthOf(printed: readonly string[], output: string): string | undefined {
  const lines = comparable(written(output));
  let rest = lines;
  let maySkip = false;
  for (const passage of passagesOf(comparable(printed))) {
    if (passage === LEFT_OUT) {
      maySkip = true;
      continue;
    }
    const at = maySkip
      ? rest.findIndex((_, index) => startsWith(rest.slice(index), passage))
      : startsWith(rest, passage)
        ? 0
        : -1;
    if (at === -1) return ["it does not print", ...passage, maySkip ? "after" : "next after", lines.at(-rest.length - 1) ?? "the beginning"].join("\n"); // prettier-ignore
    rest = rest.slice(at + passage.length);
    maySkip = false;
  }
  return maySkip || rest.length === 0 ? undefined : ["it prints, too:", ...rest].join("\n");
}

/** Consecutive lines, and the marks between them. */
function passagesOf(lines: readonly string[]): (string[] | typeof LEFT_OUT)[] {
  const passages: (string[] | typeof LEFT_OUT)[] = [];
  for (const line of lines) {
    const last = passages.at(-1);
    if (line === LEFT_OUT) passages.push(LEFT_OUT);
    else if (Array.isArray(last)) last.push(line);
    else passages.push([line]);
  }
  return passages;
}

function startsWith(lines: readonly string[], passage: readonly string[]): boolean {
  return lines.length >= passage.length && passage.every((text, index) => isSaid(text, lines[index] ?? ""));
}

function isSaid(text: string, line: string): boolean {
  const parts = text.split(LEFT_OUT).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}

function written(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** Removes what differs in every run, and npm's own lines. */
function comparable(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/^> |^npm (warn|notice)/.test(line))
    .map((line) =>
      line
        .replace(/^ *\d+ s {2}/, "<s> s  ")
        .replaceAll(/\b\d{8}T\d{6}Z-[0-9a-f]{40}\b/g, "<id>")
        .replace(/^\[main [0-9a-f]{7,}\]/, "[main <commit>]"),
    );
}
