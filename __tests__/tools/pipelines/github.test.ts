import fc from "fast-check";
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { putDriftIssues, readDrift } from "../../../tools/pipelines/github/drift-issues";
import { planComment, pullRequestNumber, putComment } from "../../../tools/pipelines/github/plan-comment";
import { expectNewest, reviewedRun } from "../../../tools/pipelines/github/main-branch";
import { githubRepository } from "../../../tools/pipelines/github/repository";
import { findPlans } from "../../../tools/pipelines/handover";
import { GithubServer } from "../../e2e/support/github-server";
import { SECRETS } from "../../support/secrets";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { VPC, writePlan } from "./support";

const folder = temporaryFolder();
const REPOSITORY = "example-org/aws-estate";
let server: GithubServer;

beforeEach(async () => {
  server = new GithubServer(REPOSITORY);
  await server.start();
});
afterEach(async () => {
  await server.stop();
});

const github = () => githubRepository({ GITHUB_REPOSITORY: REPOSITORY, GITHUB_TOKEN: "t", GITHUB_API_URL: server.url });

test("reports all missing variables at once", () => {
  expect(() => githubRepository({ GITHUB_REPOSITORY: REPOSITORY })).toThrow("GITHUB_TOKEN, GITHUB_API_URL not set");
  const env = { GITHUB_TOKEN: "t", GITHUB_API_URL: "http://127.0.0.1:1" };
  for (const name of ["owner", "owner/", "/name", "a/b/c"]) {
    expect(() => githubRepository({ ...env, GITHUB_REPOSITORY: name })).toThrow(
      `GITHUB_REPOSITORY must be owner/name, got "${name}"`,
    );
  }
});

describe("the comment of a pull request", () => {
  const comment = (expected: readonly string[], removed: readonly string[] = []) =>
    planComment({ plans: findPlans(folder()), expected, removed, runUrl: "https://example.com/run/1" });

  test("is created once and then updated", async () => {
    await putComment(github(), 7, comment(["dev-network"]));
    writePlan(folder(), { "dev-network": { change: VPC } });
    await putComment(github(), 7, comment(["dev-network"]));
    await putComment(github(), 8, comment([]));
    expect(server.comments.map(({ pullRequest }) => pullRequest)).toEqual([7, 8]);
    expect(server.comments[0]?.body).toContain("1 stack, 1 with changes");
    expect(server.comments[1]?.body).toContain("No other stack is affected.");
  });

  test("does not change another user's comment that contains the marker", async () => {
    server.comments.push({ id: 1, pullRequest: 7, body: `> ${comment([])}` });
    await putComment(github(), 7, comment([]));
    expect(server.comments).toHaveLength(2);
  });

  test("names every stack that was not planned", () => {
    writePlan(folder(), { "dev-network": { change: VPC }, "dev-iam": { status: "failed" } });
    const text = comment(["dev-network", "dev-iam", "prod-network"]);
    expect(text).toContain("## Plan: 3 stacks, 1 with changes, **2 failed**");
    expect(text).toContain("Not planned (see the [run](https://example.com/run/1)): dev-iam, prod-network.");
  });

  test("names removed stacks, even if no other stack is affected", () => {
    for (const expected of [[], ["dev-network"]])
      expect(comment(expected, ["qa-network"])).toMatch(/\*\*Left in AWS, unmanaged, .*: qa-network\./);
    expect(comment([])).not.toContain("Left in AWS");
  });

  test("stays within the size limit, and says what is left out", () => {
    for (let index = 0; index < 200; index++) {
      const stacks = { [`env-${index}-network`]: { change: VPC } };
      writePlan(join(folder(), `plan-${index}`), stacks, {}, undefined, `## Plan ${"x".repeat(1000)}\n`);
    }
    const text = comment(Array.from({ length: 200 }, (_, index) => `env-${index}-network`));
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/left out: the \[run\]/);
  });

  test("an error of GitHub is reported as a UserError", async () => {
    const lost = { ...github(), repo: "another" };
    await expect(putComment(lost, 7, comment([]))).rejects.toThrow(/the comment on pull request 7: GitHub answers 404/);
  });

  test.each([undefined, "", "0", "7; rm -rf", "１"])("%p is not the number of a pull request", (text) => {
    expect(() => pullRequestNumber(text)).toThrow("PULL_REQUEST must be the number of a pull request");
  });
});

describe("the issues about drift", () => {
  const drift = (stacks: Record<string, string>, pages: Record<string, string> = {}) => {
    const account = join(folder(), "drift-dev");
    mkdirSync(account, { recursive: true });
    writeFileSync(
      join(account, "drift.json"),
      JSON.stringify({ stacks: Object.entries(stacks).map(([stack, status]) => ({ stack, status })) }),
    );
    for (const [stack, page] of Object.entries(pages)) writeFileSync(join(account, `${stack}.md`), page);
    return readDrift(folder());
  };
  const standing = () =>
    server.issues.map(({ title, state, body }) => `${title} ${state} ${body.split("\n").at(-1) ?? ""}`);

  test("are one for each stack: opened, updated, and closed once it is in sync", async () => {
    await putDriftIssues(
      github(),
      drift(
        { "dev-network": "drift", "dev-iam": "drift", "dev-database": "in sync" },
        { "dev-network": "a", "dev-iam": "b" },
      ),
    );
    expect(standing()).toEqual(["Drift: dev-network open a", "Drift: dev-iam open b"]);
    expect(
      await putDriftIssues(
        github(),
        drift({ "dev-network": "drift", "dev-iam": "drift" }, { "dev-network": "a", "dev-iam": "c" }),
      ),
    ).toEqual([expect.stringMatching(/^dev-iam: updated/)]);
    expect(standing()).toEqual(["Drift: dev-network open a", "Drift: dev-iam open c"]);
    await putDriftIssues(github(), drift({ "dev-network": "in sync", "dev-iam": "not applied yet" }));
    expect(standing()).toEqual(["Drift: dev-network closed a", "Drift: dev-iam closed c"]);
    expect(server.issues.map(({ comments }) => comments)).toEqual([
      ["In sync again."],
      ["Not applied any more: there is no state to compare."],
    ]);
    // New drift gets a new issue: a closed issue stays closed.
    await putDriftIssues(github(), drift({ "dev-network": "drift" }, { "dev-network": "d" }));
    expect(standing().at(-1)).toBe("Drift: dev-network open d");
    expect(server.issues).toHaveLength(3);
  });

  test.each(["failed", "locked", "never applied"])(
    "stay as they are if a stack could not be checked: %s",
    async (status) => {
      await putDriftIssues(github(), drift({ "dev-network": "drift" }, { "dev-network": "a" }));
      expect(await putDriftIssues(github(), drift({ "dev-network": status }))).toEqual([]);
      expect(standing()).toEqual(["Drift: dev-network open a"]);
    },
  );
});

test("a comment and an issue hide what looks like a secret, even if the page that a job handed over does not", async () => {
  for (const [text, secret] of [SECRETS["GitHub ghp"], SECRETS["URL with a password"]].flatMap((each) =>
    fc.sample(each ?? fc.constant(undefined as never), 2).map(({ text, secrets }) => [text, secrets[0] ?? ""] as const),
  )) {
    server.issues.length = 0;
    await putDriftIssues(github(), {
      stacks: [{ stack: "dev-network", status: "drift" }],
      pages: new Map([["dev-network", `AWS has ${text}`]]),
    });
    await putComment(github(), 7, `plan of ${text}`);
    const shown = JSON.stringify([server.issues, server.comments]);
    expect(shown).toContain("(sensitive value)");
    expect(shown).not.toContain(secret);
  }
});

test.each([
  ["PuTTY-User-Key-File-2:", "Private-MAC: 0"],
  ["a token = <<arn", "arn:aws:iam::111111111111:role/x"],
])("the begin of a secret in one line and its end in another hide no line between: %s", async (begin, end) => {
  const page = `${begin}\n+ everybody may assume Admin\n${end}`;
  await putDriftIssues(github(), {
    stacks: [{ stack: "dev-network", status: "drift" }],
    pages: new Map([["dev-network", page]]),
  });
  await putComment(github(), 7, page);
  for (const { body } of [server.issues.at(-1), server.comments.at(-1)] as { body: string }[])
    expect(body).toContain("everybody may assume Admin");
});

test("an unreadable result of one account is reported, and the issues of others are updated", async () => {
  for (const [account, text] of [
    ["dev", '{"stacks":[{"stack":"dev-network","status":"drift"}]}'],
    ["prod", ""],
  ] as const) {
    // prettier-ignore
    mkdirSync(join(folder(), account));
    writeFileSync(join(folder(), account, "drift.json"), text);
  }
  writeFileSync(join(folder(), "dev", "dev-network.md"), "a");
  const { problems, ...found } = readDrift(folder());
  await putDriftIssues(github(), found);
  expect(server.issues.map(({ title }) => title)).toEqual(["Drift: dev-network"]);
  expect(problems).toEqual([
    expect.stringMatching(/prod\/drift.json must be the output of npm run drift -- --json, got no JSON/),
  ]);
});

test("an older commit is refused, and so is one that cannot be checked", async () => {
  const [older, newer] = ["a".repeat(40), "b".repeat(40)];
  server.main = newer;
  await expectNewest(github(), "main", newer);
  await expect(expectNewest(github(), "main", older)).rejects.toThrow(
    /^main has moved on: it must be at aaaaaaaaaaaa, the commit of this run, got bbbbbbbbbbbb\./,
  );
  await expect(expectNewest({ ...github(), repo: "x" }, "main", newer)).rejects.toThrow(
    /the commit of the main branch: GitHub answers 404/,
  );
});

describe("the run whose plans were reviewed", () => {
  const [head, merge] = ["a".repeat(40), "b".repeat(40)];

  test("is the newest run of the pull request that merged the commit", async () => {
    server.pullRequests.push({ number: 1, headSha: head, mergeSha: merge });
    expect(await reviewedRun(github(), merge)).toBeUndefined();
    server.planRuns.push({ id: 11, headSha: head }, { id: 12, headSha: head }, { id: 13, headSha: "c".repeat(40) });
    expect(await reviewedRun(github(), merge)).toBe(12);
  });

  test.each([
    ["of a fork that has the same commit", { repository: "somebody/aws-estate" }],
    ["of another branch at the same commit", { branch: "other" }],
    ["made, or started again, after the merge", { startedAt: "2026-01-02T03:04:06Z" }],
  ])("is not a run %s", async (_, run) => {
    server.pullRequests.push({ number: 1, headSha: head, mergeSha: merge });
    server.planRuns.push({ id: 11, headSha: head }, { id: 12, headSha: head, ...run });
    expect(await reviewedRun(github(), merge)).toBe(11);
  });

  test("is none if the fork was deleted", async () => {
    server.pullRequests.push({ number: 1, headSha: head, mergeSha: merge, fork: "gone" });
    server.planRuns.push({ id: 11, headSha: head });
    expect(await reviewedRun(github(), merge)).toBeUndefined();
  });

  test("is none for a commit without a pull request", async () => {
    server.planRuns.push({ id: 11, headSha: merge });
    expect(await reviewedRun(github(), merge)).toBeUndefined();
  });
});
