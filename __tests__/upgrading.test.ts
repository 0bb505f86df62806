import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEAM_ESTATE, TeamClone, teamCommits, THEIRS } from "./support/team-clone";

/* docs/upgrading.md: a team merges a later version. What holds after it is in e2e/long/upgrading.test.ts. */

const parent = mkdtempSync(join(tmpdir(), "upgrading-"));
let clone: TeamClone;
beforeAll(() => {
  clone = new TeamClone(parent);
}, 60_000);
afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

test("the project ships no file that teams commit", () => {
  expect(clone.files(clone.upstream).length).toBeGreaterThan(800);
  expect(clone.files(clone.upstream).filter((file) => THEIRS.test(file))).toEqual([]);
});

describe("a later version that changes every file", () => {
  let before: string[];
  let conflicts: string[];
  beforeAll(() => {
    teamCommits(clone);
    before = clone.files();
    clone.release();
    conflicts = clone.merge();
  }, 60_000);

  test("has no conflict with what a team has committed", () => {
    expect(conflicts).toEqual([]);
    expect(clone.files()).toEqual(before);
  });

  test("changes the project's files as released, and no file of the team", () => {
    const ofBoth = ["README.md"];
    const released = (file: string) => readFileSync(join(clone.upstream, file), "utf8");
    const ours = clone.files(clone.upstream).filter((file) => !ofBoth.includes(file));
    expect(ours.filter((file) => clone.read(file) !== released(file))).toEqual([]);
    expect(clone.read("config/estate.ts")).toBe(TEAM_ESTATE(56));
    expect(clone.read(".github/CODEOWNERS")).toContain("@shop/orders");
    expect(clone.read("README.md")).toContain("\n\nThis is the estate of the shop.\n\nAsk #platform.\n");
    expect(clone.read("README.md")).toMatch(/^<!-- the next version -->\n[^]*<!-- the next version -->\n$/);
  });

  test("conflicts with a team that has changed a file of the project", () => {
    clone.commit("an edit of ours", { "config/naming.ts": `${clone.read("config/naming.ts")}// ours\n` });
    clone.release(["config/naming.ts"]);
    expect(clone.merge()).toEqual(["config/naming.ts"]);
  });
});
