import { hash } from "node:crypto";
import type * as iamSimulate from "../../tools/access/decide/iam-simulate";
import { ContentCache } from "./content-cache";

/*
 * The library takes half a millisecond for a verdict, and the tests of an estate's access need thousands. A verdict
 * depends on its question and on the code that decides it, and on nothing else. So each test file keeps the verdicts of
 * its last run with the same code. Everything else, such as which question is asked, runs in each test.
 */

/** What a verdict depends on, besides its question. */
export const SOURCES = [
  "tools/access/decide",
  "tools/access/policy",
  "tools/support",
  ...["estate-error", "input", "secret-formats", "secret-text", "user-error"].map((name) => `config/${name}.ts`),
  "package-lock.json",
  "node_modules/.package-lock.json",
];

type Run = typeof iamSimulate.runQuestion;
type Verdicts = Readonly<Record<string, iamSimulate.LabelledDecision>>;

/** Verdicts for one test file, of an earlier run if it had the question. `keep` replaces them by those of this run. */
export class KeptVerdicts {
  private readonly used = new Map<string, iamSimulate.LabelledDecision>();
  private known?: Verdicts;
  private isComplete = true;

  constructor(
    private readonly testFile: string,
    private readonly cache = new ContentCache("verdicts", [...SOURCES, __filename]),
  ) {}

  /** Asks `run` if the verdict is unknown. An error is no verdict. */
  async get(question: iamSimulate.Question, run: Run): Promise<iamSimulate.LabelledDecision> {
    this.known ??= this.cache.get<Verdicts>(this.testFile, () => ({}));
    const key = hash("sha256", JSON.stringify(question), "base64");
    this.isComplete &&= key in this.known;
    const verdict = this.known[key] ?? (await run(question));
    this.used.set(key, verdict);
    return verdict;
  }

  keep(): void {
    if (!this.isComplete) this.cache.set(this.testFile, Object.fromEntries(this.used));
  }
}

const mockKept = new KeptVerdicts(expect.getState().testPath ?? "");

jest.mock("../../tools/access/decide/iam-simulate", () => {
  const actual = jest.requireActual<typeof iamSimulate>("../../tools/access/decide/iam-simulate");
  const runQuestion: Run = (question) => mockKept.get(question, actual.runQuestion);
  return { ...actual, runQuestion };
});

afterAll(() => {
  mockKept.keep();
});
