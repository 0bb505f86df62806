import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { serialize } from "node:v8";
import { writeAtomically } from "../../tools/support/files";
import { ROOT } from "../../tools/support/project";

/** The number of code versions whose results are kept: an edit and its revert find both. */
const KEPT_VERSIONS = 3;

/**
 * Results that are expensive and depend on nothing but the content of sources and of an input, for all test files and
 * runs. Another content of any source or input is another entry. An entry is written completely or not at all, and one
 * that was damaged afterwards is not used.
 */
export class ContentCache {
  private folder: string | undefined;

  /**
   * @param sources files, and folders with everything below, relative to the project or absolute
   * @param parent the folder of all versions
   */
  constructor(
    name: string,
    private readonly sources: readonly string[],
    private readonly parent = join(ROOT, ".cache", "tests", name),
  ) {}

  /** The result for an input: the known one, or that of `make`. A result is JSON. An error is no result. */
  public get<T>(input: unknown, make: () => T): T {
    return this.getAll([input], () => [make()])[0] as T;
  }

  /** Replaces the result for an input. */
  public set(input: unknown, result: unknown): void {
    write(this.fileOf(input), JSON.stringify(result));
  }

  /** The results for inputs. `make` returns those of the inputs without a known result, all at once. */
  public getAll<I, T>(inputs: readonly I[], make: (inputs: readonly I[]) => readonly T[]): T[] {
    const entries = inputs.map((input) => {
      const file = this.fileOf(input);
      return { input, file, text: read(file) };
    });
    const missing = entries.filter(({ text }) => text === undefined);
    const made = missing.length > 0 ? [...make(missing.map(({ input }) => input))] : [];
    for (const [index, { file }] of missing.entries()) write(file, JSON.stringify(made[index]));
    return entries.map(({ text }) => (text === undefined ? (made.shift() as T) : (JSON.parse(text) as T)));
  }

  private fileOf(input: unknown): string {
    this.folder ??= this.open();
    return join(this.folder, `${sha256(serialize(input))}.json`);
  }

  /** The folder of the sources' present content. Removes those of older contents except the last few. */
  private open(): string {
    const hash = createHash("sha256");
    for (const file of this.sources.flatMap((source) => filesIn(resolve(ROOT, source))))
      hash.update(`${file}\0${sha256(readFileSync(file))}\0`);
    const folder = join(this.parent, hash.digest("hex"));
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      const age = (name: string) => statSync(join(this.parent, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const versions = readdirSync(this.parent).sort((one, other) => age(other) - age(one));
      for (const name of versions.slice(KEPT_VERSIONS))
        rmSync(join(this.parent, name), { recursive: true, force: true });
    }
    return folder;
  }
}

function write(file: string, text: string): void {
  try {
    writeAtomically(file, `${sha256(text)}\n${text}`);
  } catch {
    // The disk is full, or another run has removed the folder.
  }
}

/** None if nothing is there. */
function filesIn(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name)).sort(); // prettier-ignore
}

/** The content of an entry; undefined without one, or if its text is not the one that was written. */
function read(file: string): string | undefined {
  try {
    const [digest, text = ""] = readFileSync(file, "utf8").split("\n", 2);
    return digest === sha256(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
