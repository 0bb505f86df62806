import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { DataTerraformRemoteStateS3 } from "cdktf";
import { UserError } from "../../config/user-error";
import { accountStack, environmentStack, stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { refuseSharedStates, synthesizeGroups } from "../../stacks";
import { BaseStack } from "../../stacks/base-stack";
import { groupsOf } from "../../stacks/groups";
import { awkward, example, exampleWith, found, smallWith } from "../support/estates";
import { ContentCache } from "../support/content-cache";
import { SOURCES, type SynthesizedEstate, synthesize, synthesizeAnew } from "../support/synthesize";
import { TYPESCRIPT } from "../../tools/support/project";

let outdir = "";
beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "estate-"))));
afterEach(() => {
  rmSync(outdir, { recursive: true, force: true });
});

describe.each([
  ["the shipped estate", example()],
  ["the awkward estate", awkward()],
])("%s", (_, estate) => {
  const synthesized = synthesize(estate);

  test("has exactly the stacks that the estate describes", () => {
    expect([...synthesized.texts.keys()].sort()).toEqual(
      stacksOf(estate)
        .map(({ id }) => id)
        .sort(),
    );
    expect(Object.keys(synthesized.manifest.stacks).sort()).toEqual([...synthesized.texts.keys()].sort());
  });

  test("only a database depends on its network, a member on its application, and Identity Center on the organization", () => {
    const expected = stacksOf(estate).map(({ id, name, environment }) => {
      if (environment && /^database(-|$)/.test(name)) return [id, [`${environment.name}-network`]];
      if (environment && name.startsWith("member-")) return [id, [`${environment.name}-application`]];
      return [id, name === "identity" ? ["master-organization"] : []];
    });
    expect(Object.fromEntries([...synthesized.texts.keys()].map((id) => [id, synthesized.dependenciesOf(id)]))).toEqual(
      Object.fromEntries(expected),
    );
  });
});

describe("the shipped estate", () => {
  test("has 37 stacks in eight accounts and four environments", () => {
    const ids = synthesize(example()).stacks.map(({ id }) => id);
    expect(ids).toHaveLength(37);
    expect(ids.filter((id) => id.startsWith("dev-"))).toEqual([
      "dev-analytics-bootstrap",
      "dev-analytics-iam",
      "dev-application",
      "dev-bootstrap",
      "dev-database",
      "dev-iam",
      "dev-master-role",
      "dev-member-analytics",
      "dev-member-partner-lab",
      "dev-network",
    ]);
  });
});

describe("without", () => {
  const idsOf = (estate: Estate) => synthesize(estate).stacks.map(({ id }) => id);

  test("a database, an environment has no database stack", () => {
    const ids = idsOf(smallWith((file) => delete found(file.environments, "ci").database));
    expect(ids).not.toContain("ci-database");
    expect(ids).toContain("ci-network");
  });

  test("a master account, an estate has no Master roles, and the application's roles may assume none", () => {
    const estate = smallWith((file) => delete file.accounts["master"]);
    expect(idsOf(estate).filter((id) => id.includes("master"))).toEqual([]);
    expect(synthesize(estate).stack("ci-application").inlinePolicies("roles/api-handler")).toEqual({});
  });
});

describe("synthesizing", () => {
  /** The stacks whose text differs, is new or was removed. */
  function changed(before: SynthesizedEstate, after: SynthesizedEstate): string[] {
    const ids = new Set([...before.texts.keys(), ...after.texts.keys()]);
    return [...ids].filter((id) => before.texts.get(id) !== after.texts.get(id)).sort();
  }
  const shipped = synthesize(example());

  test("twice writes the same bytes", () => {
    const again = synthesizeAnew(exampleWith(() => undefined));
    expect(changed(shipped, again)).toEqual([]);
    expect(again.manifest).toEqual(shipped.manifest);
  });

  test("with one environment changed does not change the stacks of other environments", () => {
    const after = synthesize(
      exampleWith((file) => {
        const staging = found(file.environments, "staging");
        staging.network = { cidrBlock: "10.9.0.0/20" };
        staging.database = { ...staging.database, allowedCidrBlocks: ["10.9.8.0/23"] };
        staging.externalId = "another-one";
        staging.profile = "documented";
        staging.chargeCode = "other";
        staging.application = {};
      }),
    );
    expect(changed(shipped, after)).toEqual([
      "staging-application",
      "staging-database",
      // An account-wide stack of the environment's account: its registry user pushes to other repositories.
      "staging-iam",
      "staging-master-role",
      "staging-network",
    ]);
  });

  test("with one more environment adds its stacks, and its pipeline's access to its accounts and to earlier records", () => {
    const after = synthesize(
      exampleWith((file) => {
        file.accounts["qa"] = { ...found(file.accounts, "ci"), id: "999999999999", email: "aws-qa@example.com" };
        file.environments["qa"] = { account: "qa", profile: "hardened" };
      }),
    );
    expect(changed(shipped, after)).toEqual([
      "master-bootstrap",
      // Its groups work in the new account too.
      "master-identity",
      // The organization has a unit for it.
      "master-organization",
      // It follows prod, whose records it reads.
      "prod-bootstrap",
      "qa-application",
      "qa-bootstrap",
      "qa-iam",
      "qa-master-role",
      "qa-network",
    ]);
  });
});

describe("stacks with the same state", () => {
  const estate = example();
  const [first] = estate.environments;
  if (!first) throw new Error("the shipped estate has no environment");
  const network = environmentStack(first, "network");

  test("are refused, and the error names the state and both stacks", () => {
    const error =
      "every stack must have a state of its own, got 222222222222-galileo-terraform-state/dev/network.tfstate for both dev-network and dev-twin";
    expect(() => {
      refuseSharedStates([network, { ...network, id: "dev-twin" }]);
    }).toThrow(new UserError(error));
  });

  test("are not those with a different key or bucket", () => {
    expect(() => {
      refuseSharedStates([
        network,
        { ...network, id: "dev-other-key", state: { ...network.state, key: "dev/other.tfstate" } },
        { ...network, id: "dev-other-bucket", state: { ...network.state, bucket: "other" } },
      ]);
    }).not.toThrow();
  });
});

test.each<[string, string, (stack: BaseStack) => void]>([
  [
    "a data source",
    "ci-iam/other",
    (stack) => new DataTerraformRemoteStateS3(stack, "other", { bucket: "b", key: "k" }),
  ],
  [
    "an override",
    "ci-iam",
    (stack) => {
      stack.addOverride("data.terraform_remote_state.other", { backend: "s3" });
    },
  ],
])("a state that a stack reads through %s of its own is refused", (_, place, read) => {
  const prepare = jest.spyOn(BaseStack.prototype, "prepareStack").mockImplementation(function (this: BaseStack) {
    if (this.spec.id === "ci-iam") read(this);
  });
  const groups = groupsOf(example()).filter(({ specs }) => specs.some(({ id }) => id === "ci-iam"));
  try {
    expect(() => {
      synthesizeGroups(groups, outdir);
    }).toThrow(`${place} must read the state of a stack of its own group, got another state`);
  } finally {
    prepare.mockRestore();
  }
});

/** Synthesizes each estate in one app, in a process in which cdktf is as it was published. */
const ONE_APP = `
  const { App } = require("cdktf");
  const { addStacks } = require("./stacks");
  const { groupsOf } = require("./stacks/groups");
  const estates = require("./__tests__/support/estates");
  const [parent, ...names] = process.argv.slice(1);
  for (const name of names) {
    const app = new App({ outdir: parent + "/" + name });
    for (const { input } of groupsOf(estates[name]())) addStacks(app, input);
    app.synth();
  }
`;

describe("synthesizing in groups writes for the estate", () => {
  const estates = { example: example(), awkward: awkward() };
  const cache = new ContentCache("one-app", [...SOURCES, "__tests__/support", TYPESCRIPT, __filename]);
  let inOneApp: Readonly<Record<string, readonly (readonly [file: string, text: string])[]>>;
  beforeAll(() => {
    inOneApp = cache.get(estates, () => {
      const parent = mkdtempSync(join(tmpdir(), "one-app-"));
      try {
        const args = ["--require", TYPESCRIPT, "--eval", ONE_APP, parent, ...Object.keys(estates)];
        execFileSync(process.execPath, args, { cwd: join(__dirname, "../..") });
        return Object.fromEntries(Object.keys(estates).map((name) => [name, filesIn(join(parent, name))]));
      } finally {
        rmSync(parent, { recursive: true });
      }
    });
  }, 30_000);

  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(folder, path), readFileSync(path, "utf8")] as const);

  test.each(Object.entries(estates))("%s the bytes that one app with all its stacks writes", (name, estate) => {
    synthesizeGroups(groupsOf(estate), outdir);
    const files = inOneApp[name] ?? [];
    expect(files).toHaveLength(stacksOf(estate).length + 1);
    for (const [file, text] of files) expect([file, readFileSync(join(outdir, file), "utf8")]).toEqual([file, text]);
  });
});

describe("a configuration that AWS would refuse", () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => `arn:aws:iam::111111111111:user/somebody-with-a-name-${index}`);

  test("is reported completely, with each construct, and no manifest is written", () => {
    const estate = smallWith((file) => {
      found(file.accounts, "master").operators = people(60);
      found(file.accounts, "ci").admins = people(60);
    });
    const refused = () => {
      synthesizeGroups(groupsOf(estate), outdir);
    };
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(
      /^AWS or Terraform would refuse what this estate asks for:\n {2}master-iam\/operator\/role: trust policy must have at most 2048 characters, got \d+\n {2}ci-iam\/admin\/role: trust policy must have at most 2048 characters, got \d+$/,
    );
    expect(existsSync(join(outdir, "manifest.json"))).toBe(false);
  });
});

test("every account has its two account-wide stacks, even without an environment", () => {
  const estate = smallWith((file) => {
    file.accounts["spare"] = { ...found(file.accounts, "ci"), id: "999999999999", email: "aws-spare@example.com" };
  });
  const spare = found(Object.fromEntries(estate.accounts.map((account) => [account.name, account])), "spare");
  for (const name of ["bootstrap", "iam"]) {
    expect(synthesize(estate).stack(`spare-${name}`).backend).toMatchObject(accountStack(spare, name).state);
  }
});
