import { join } from "node:path";
import { loadEstate } from "../../../config/load";
import { stacksOf } from "../../../config/layout";
import { UserError } from "../../../config/user-error";
import { readStacks } from "../../../tools/synth/read-stacks";
import {
  checkDestroy,
  inAws,
  reachable,
  selectEnvironments,
  selectStacks,
  stacksOfEnvironments,
} from "../../../tools/synth/selection";
import { awkward, example } from "../../support/estates";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

describe("selectStacks", () => {
  const ids = (...selectors: string[]) => selectStacks(example(), selectors, false).map(({ id }) => id);

  test("an environment selects all its stacks, in every account", () => {
    expect(ids("environment:dev")).toEqual(
      expect.arrayContaining(["dev-network", "dev-database", "dev-master-role", "dev-member-analytics"]),
    );
    expect(
      ids("environment:dev").every((id) => id.startsWith("dev-") && !["dev-iam", "dev-bootstrap"].includes(id)),
    ).toBe(true);
  });

  test("an account selects all stacks that deploy into it, of every environment", () => {
    const master = ids("account:master");
    expect(master).toEqual(
      expect.arrayContaining(["master-iam", "master-organization", "dev-master-role", "prod-master-role"]),
    );
    expect(master).not.toContain("dev-network");
  });

  test("a name of both an environment and an account selects both", () => {
    expect(new Set(ids("dev"))).toEqual(new Set([...ids("environment:dev"), ...ids("account:dev")]));
  });

  test("an id selects one stack, a glob selects all matching stacks", () => {
    expect(ids("dev-network")).toEqual(["dev-network"]);
    expect(ids("*-iam")).toEqual(stacksOf(example()).map(({ id }) => id).filter((id) => id.endsWith("-iam"))); // prettier-ignore
    expect(ids("{dev,ci}-network")).toHaveLength(2);
  });

  test("several selectors add up: each stack once, in the estate's order", () => {
    expect(ids("dev-network", "*-network", "dev-iam")).toEqual(stacksOf(example()).map(({ id }) => id).filter((id) => id.endsWith("-network") || id === "dev-iam")); // prettier-ignore
  });

  test.each([example, awkward])("--all selects every stack", (estate) => {
    expect(selectStacks(estate(), [], true)).toEqual(stacksOf(estate()));
  });

  test("reports all selectors without a match at once, with the known names", () => {
    expect(() => ids("dev", "production", "environment:master", "nothing-*")).toThrow(
      /^no stack is selected by "production", "environment:master", "nothing-\*", expected an environment \(dev, ci, staging, prod\), an account \(master, /,
    );
  });

  test("reports a selector of any length, shortened", () => {
    expect(() => ids("a*".repeat(40_000))).toThrow(/^no stack is selected by "(a\*){39}a…", expected an environment/);
  });

  test("refuses an empty selection, and --all together with a selector", () => {
    expect(() => ids()).toThrow(/nothing is selected, expected --all, or any of/);
    expect(() => selectStacks(example(), ["dev"], true)).toThrow("got --all and dev, expected one or the other");
  });
});

describe("selectEnvironments", () => {
  const estate = loadEstate();
  const names = (environments: readonly { name: string }[]) => environments.map(({ name }) => name);
  const idsOf = (...environments: string[]) =>
    stacksOfEnvironments(estate, selectEnvironments(estate, environments, false)).map(({ id }) => id);

  test("no name selects the first environment in promotion order", () => {
    expect(names(selectEnvironments(estate, [], false))).toEqual(["dev"]);
  });

  test("returns named environments once each, in promotion order", () => {
    expect(names(selectEnvironments(estate, ["prod", "ci", "prod"], false))).toEqual(["ci", "prod"]);
  });

  test("--all selects every environment and every stack of the estate", () => {
    const all = selectEnvironments(estate, [], true);
    expect(names(all)).toEqual(["dev", "ci", "staging", "prod"]);
    expect(stacksOfEnvironments(estate, all)).toEqual(stacksOf(estate));
  });

  test("reports every unknown name, with the known ones", () => {
    expect(() => selectEnvironments(estate, ["qa", "dev", "live"], false)).toThrow(
      new UserError("no environment qa, live; known: dev, ci, staging, prod"),
    );
  });

  test("refuses --all together with names", () => {
    expect(() => selectEnvironments(estate, ["dev"], true)).toThrow(
      new UserError("got --all and dev, expected one or the other"),
    );
  });

  test("an environment includes the account-wide stacks of exactly the accounts that it deploys into", () => {
    expect(idsOf("ci")).toEqual([
      "master-bootstrap",
      "master-iam",
      "master-organization",
      "master-identity",
      "ci-bootstrap",
      "ci-iam",
      "ci-network",
      "ci-database",
      "ci-application",
      "ci-master-role",
    ]);
    expect(idsOf("dev")).toEqual(
      expect.arrayContaining(["dev-analytics-iam", "partner-lab-bootstrap", "dev-member-partner-lab"]),
    );
    expect(idsOf("dev").filter((id) => /^(ci|staging|prod)/.test(id))).toEqual([]);
  });
});

describe("checkDestroy", () => {
  const folder = temporaryFolder();
  const stacks = () =>
    readStacks(
      writeOutput(join(folder(), "out"), {
        network: {},
        database: { dependencies: ["network"] },
        application: { dependencies: ["network"] },
        member: { dependencies: ["application"] },
        iam: {},
      }),
    );
  const check = (...ids: string[]) => {
    checkDestroy(stacks().filter(({ id }) => ids.includes(id)), stacks()); // prettier-ignore
  };

  test("refuses to destroy a stack without its dependents, and names the command that destroys all of them", () => {
    expect(() => {
      check("network", "iam");
    }).toThrow(
      /Select them too:\n {2}database needs network\n {2}application needs network\n {2}member needs application\nnpm run destroy -- network database application member iam$/,
    );
  });

  test("accepts stacks without dependents, and stacks together with all their dependents", () => {
    check("database");
    check("iam", "application", "member");
    check("network", "database", "application", "member");
  });
});

describe("stacks outside AWS", () => {
  const stacks = stacksOf(loadEstate("examples/seed-002.ts"));
  const { AWS_ENDPOINT_URL } = process.env;
  const printed = jest.spyOn(console, "error").mockImplementation(() => undefined);

  afterEach(() => {
    printed.mockClear();
    if (AWS_ENDPOINT_URL === undefined) delete process.env["AWS_ENDPOINT_URL"];
    else process.env["AWS_ENDPOINT_URL"] = AWS_ENDPOINT_URL;
  });

  test("are left out on an emulator, in one line that names them", () => {
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:5000";
    const rest = reachable(stacks).map(({ id }) => id);
    expect(rest).toHaveLength(stacks.length - 3);
    expect(printed.mock.calls).toEqual([
      ["note: left out, since the emulator has AWS only: prod-aiven, prod-microsoft, prod-google (docs/beyond-aws.md)"],
    ]);
  });

  test("are left out of a rehearsal, and of nothing else", () => {
    delete process.env["AWS_ENDPOINT_URL"];
    expect(reachable(stacks)).toBe(stacks);
    expect(printed).not.toHaveBeenCalled();
    expect(reachable(stacks, true)).toHaveLength(stacks.length - 3);
  });

  test("an estate without them prints nothing", () => {
    const all = stacksOf(example());
    expect(inAws(all, "of a reason")).toBe(all);
    expect(printed).not.toHaveBeenCalled();
  });
});
