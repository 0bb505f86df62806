// First, as in access.ts: the adapter of the library is then loaded with kept verdicts.
import { KeptVerdicts, SOURCES } from "./kept-verdicts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as iamSimulate from "../../tools/access/decide/iam-simulate";
import { policyOf } from "../../tools/access/policy/policy";
import { ROOT } from "../../tools/support/project";
import { ContentCache } from "./content-cache";

const { runQuestion } = jest.requireActual<typeof iamSimulate>("../../tools/access/decide/iam-simulate");

const folder = mkdtempSync(join(tmpdir(), "verdicts-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const question = (resource: string, allowed = "arn:aws:s3:::files/*") => {
  const policy = policyOf("own", "here", { Effect: "Allow", Action: "s3:GetObject", Resource: allowed });
  return iamSimulate.questionOf({
    request: {
      ...{ principal: "arn:aws:iam::111111111111:role/me", action: "s3:GetObject", resource },
      ...{ resourceAccountId: "111111111111", context: {} },
    },
    ...{ identity: [{ label: "policy 0", policy }], organization: [], discover: true, absentKeys: [] },
  });
};

/** The verdicts of a new run of a test file. */
const newRun = (testFile = "one") => new KeptVerdicts(testFile, new ContentCache("verdicts", [], folder));

/** Whether each question was asked anew. All verdicts are those of the library. */
async function askedAnew(run: KeptVerdicts, ...questions: readonly iamSimulate.Question[]): Promise<boolean[]> {
  const anew: boolean[] = [];
  for (const each of questions) {
    const ask = jest.fn(runQuestion);
    expect(await run.get(each, ask)).toEqual(await runQuestion(each));
    anew.push(ask.mock.calls.length > 0);
  }
  return anew;
}

test("a verdict is that of the library, which the next run of the same file does not ask again", async () => {
  const [here, elsewhere] = [question("arn:aws:s3:::files/a"), question("arn:aws:s3:::other/a")];
  expect((await runQuestion(here)).allowed).toBe(true);
  expect((await runQuestion(elsewhere)).allowed).toBe(false);
  const first = newRun();
  expect(await askedAnew(first, here, elsewhere)).toEqual([true, true]);
  first.keep();
  expect(await askedAnew(newRun(), elsewhere, here)).toEqual([false, false]);
  expect(await askedAnew(newRun(), question("arn:aws:s3:::files/a", "arn:aws:s3:::other/*"))).toEqual([true]);
  expect(await askedAnew(newRun("another"), here)).toEqual([true]);
});

test("an error is passed on, and the library is asked again", async () => {
  const bad = question("arn:aws:ec2:eu-west-1:111111111111:vpc/a");
  const first = newRun("of errors");
  await expect(first.get(bad, runQuestion)).rejects.toThrow("does not act on");
  first.keep();
  await expect(newRun("of errors").get(bad, runQuestion)).rejects.toThrow("does not act on");
});

test("the tests of access use the kept verdicts", () => {
  expect(iamSimulate.runQuestion).not.toBe(runQuestion);
});

test("the cache knows every source that decides", () => {
  const loaded = Object.keys(require.cache).map((file) => relative(ROOT, file));
  const ours = loaded.filter((file) => !/^(node_modules|__tests__)\//.test(file));
  expect(ours).toEqual(expect.arrayContaining(["tools/access/decide/iam-simulate.ts"]));
  expect(ours.filter((file) => !SOURCES.some((source) => file.startsWith(source)))).toEqual([]);
});
