import Ajv from "ajv";
import { type ControlStatus, decideControls, newFailures } from "../../../tools/controls/decide";
import { controlsJson, controlsReport, countsText } from "../../../tools/controls/output";
import { controlsSarif } from "../../../tools/controls/sarif";
import { example } from "../../support/estates";
import { StackEditor } from "../../support/laws/law";
import { synthesize } from "../../support/synthesize";

const acceptance = (control: string, ...resources: readonly string[]) => ({
  ...{ control, resources, reason: "we know", date: "2026-11-30" },
});
const { stacks } = synthesize(example());
const statusIn = (key: string, accepted: Parameters<typeof decideControls>[1] = []) =>
  decideControls(stacks, accepted).controls.find(({ control }) => control.key === key)?.status;

test("a control holds, fails, is accepted by a document, or is not by Terraform", () => {
  expect(statusIn("RDS.2")).toBe("holds");
  expect(statusIn("RDS.8")).toBe("fails");
  expect(statusIn("RDS.5")).toBe("accepted");
  expect(statusIn("IAM.6")).toBe("not by Terraform");
});

test("a control is accepted only if every finding is", () => {
  expect(statusIn("RDS.8", [acceptance("RDS.8", "dev-database *")])).toBe("fails");
  expect(statusIn("RDS.8", [acceptance("RDS.8", "{dev,ci}-database aws_db_instance.*")])).toBe("accepted");
  expect(statusIn("RDS.8", [acceptance("RDS.25", "*")])).toBe("fails");
  // An id is enough.
  expect(statusIn("IAM.2", [acceptance("IAM.2", "*")])).toBe("accepted");
});

test("what the project accepts of one resource does not accept another", () => {
  const dev = new StackEditor(structuredClone(synthesize(example()).stack("dev-network").json));
  const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
  dev.add("aws_iam_role_policy", { name: "a", policy: JSON.stringify(everything) });
  const changed = stacks.map(({ id, json }) => ({ id, json: id === "dev-network" ? dev.json : json }));
  const failing = newFailures(decideControls(changed, [])).filter(({ control }) => control.key === "IAM.21");
  expect(failing.map(({ stack, address }) => `${stack} ${address}`)).toEqual(["dev-network aws_iam_role_policy.added"]);
});

test("an acceptance of what is not found any more is reported", () => {
  const [used, unused] = [acceptance("RDS.8", "dev-database *"), acceptance("RDS.8", "none *")];
  expect(decideControls(stacks, [used, unused]).unused).toEqual([unused]);
});

test("a control that concerns nothing is neither kept nor failing", () => {
  const { controls, unconcerned } = decideControls(stacks, []);
  expect(unconcerned.map(({ key }) => key)).toEqual(["SQS.1", "SQS.3"]);
  expect(controls.some(({ control }) => control.key === "SQS.1")).toBe(false);
});

test("a module of Terraform, whose resources no rule reads, is reported", () => {
  const json = { ...synthesize(example()).stack("dev-network").json, module: { warehouse: { source: "./assets/x" } } };
  const decisions = decideControls([{ id: "dev-network", json }], []);
  expect(decisions.unread).toEqual(["dev-network module.warehouse"]);
  expect(controlsReport(decisions).find(({ title }) => title === "Not read")?.tables[0]?.rows).toEqual([
    ["dev-network module.warehouse"],
  ]);
  expect(JSON.parse(controlsJson(decisions))).toMatchObject({ unread: decisions.unread });
});

describe("the outputs", () => {
  const decisions = decideControls(stacks, [acceptance("RDS.8", "dev-database *")]);

  test("the report lists failures last, and why others are accepted", () => {
    const sections = controlsReport(decisions);
    expect(sections.map(({ title }) => title)).toEqual(["Controls", "Accepted", "Fails"]);
    const rows = sections.flatMap(({ tables }) => tables.flatMap((table) => table.rows.map((row) => row.join(" | "))));
    expect(rows).toContain(
      "RDS.8 | ci-database | aws_db_instance.database_instance_D7FC2283 | can be deleted | deletion protection",
    );
    expect(rows).toContain("RDS.8 | dev-database aws_db_instance.database_instance_D7FC2283 | we know (2026-11-30)");
    expect(rows.find((row) => row.startsWith("RDS.5 | 4: "))).toContain('"5. Single zone" (2. AWS) (2026-11-30)');
    expect(countsText(decisions)).toMatch(/^\d+ fail, \d+ accepted, \d+ hold, 10 not by Terraform$/);
    const [first] = decisions.controls;
    const counts = (...statuses: ControlStatus[]) =>
      countsText({ ...decisions, controls: statuses.flatMap((status) => (first ? [{ ...first, status }] : [])) });
    expect(counts("fails", "holds")).toBe("1 fails, 0 accepted, 1 holds, 0 not by Terraform");
    expect(counts("accepted", "holds", "holds")).toBe("0 fail, 1 accepted, 2 hold, 0 not by Terraform");
  });

  test("the JSON has every decision, with its findings and acceptances", () => {
    const { format, controls } = JSON.parse(controlsJson(decisions)) as {
      format: number;
      controls: { key: string; status: string; checked: number; findings: object[] }[];
    };
    expect(format).toBe(1);
    expect(controls).toHaveLength(decisions.controls.length);
    expect(controls.find(({ key }) => key === "RDS.8")).toMatchObject({
      status: "fails",
      checked: 4,
      findings: [
        { stack: "ci-database", what: "can be deleted", expected: "deletion protection" },
        { stack: "dev-database", accepted: { reason: "we know", date: "2026-11-30" } },
      ],
    });
  });

  test("the SARIF is valid: accepted findings are suppressed, others are errors", () => {
    const log = JSON.parse(controlsSarif(decisions, "config/example.ts")) as SarifLog;
    const validate = new Ajv({ allErrors: true, strict: true }).compile(SARIF);
    expect(validate(log)).toBe(true);
    expect(validate.errors).toBeNull();
    const [run] = log.runs;
    const results = run?.results ?? [];
    expect(results).toHaveLength(decisions.controls.flatMap(({ findings }) => findings).length);
    expect(results.filter(({ level }) => level === "error")).toHaveLength(newFailures(decisions).length);
    for (const { ruleId, ruleIndex, level, suppressions } of results) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(level).toBe(suppressions.length > 0 ? "note" : "error");
    }
  });

  test("the SARIF has the path of the estate as a URI", () => {
    const sarif = controlsSarif(decisions, "../our estates/a.json");
    expect(sarif).toContain('"uri": "../our%20estates/a.json"');
  });

  test.each([
    ["a result without a message", (log: SarifLog) => delete log.runs[0]?.results[0]?.message],
    ["another version", (log: SarifLog) => (log.version = "2.0.0")],
    ["an unknown level", (log: SarifLog) => Object.assign(log.runs[0]?.results[0] ?? {}, { level: "failed" })],
    ["a rule without an id", (log: SarifLog) => Object.assign(log.runs[0]?.tool.driver.rules[0] ?? {}, { id: "" })],
  ])("the schema refuses %s", (_, breakIt) => {
    const log = JSON.parse(controlsSarif(decisions, "config/example.ts")) as SarifLog;
    breakIt(log);
    expect(new Ajv().compile(SARIF)(log)).toBe(false);
  });
});

interface SarifLog {
  version: string;
  readonly runs: {
    readonly tool: { readonly driver: { readonly rules: { readonly id: string }[] } };
    readonly results: {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      message?: object;
      readonly suppressions: object[];
    }[];
  }[];
}

const text = { type: "string", minLength: 1 };
const message = { type: "object", properties: { text }, required: ["text"], additionalProperties: false };
const closed = (properties: Readonly<Record<string, object>>, ...optional: readonly string[]) => ({
  ...{ type: "object", properties, additionalProperties: false },
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const listOf = (items: object, minItems = 0) => ({ type: "array", items, minItems });

/** The part of SARIF 2.1.0 that is used, as its specification (sections 3.13 to 3.35) describes it. */
const SARIF = closed({
  $schema: text,
  version: { type: "string", const: "2.1.0" },
  runs: listOf(
    closed({
      tool: closed({
        driver: closed({
          name: text,
          rules: listOf(closed({ id: text, shortDescription: message, fullDescription: message }), 1),
        }),
      }),
      columnKind: { type: "string", enum: ["utf16CodeUnits", "unicodeCodePoints"] },
      results: listOf(
        closed({
          ruleId: text,
          ruleIndex: { type: "integer", minimum: 0 },
          level: { type: "string", enum: ["none", "note", "warning", "error"] },
          message,
          locations: listOf(
            closed({
              physicalLocation: closed({
                artifactLocation: closed({ uri: { type: "string", pattern: "^[^\\\\ ]+$" } }),
                region: closed({ startLine: { type: "integer", minimum: 1 } }),
              }),
              logicalLocations: listOf(closed({ fullyQualifiedName: text, kind: text })),
            }),
            1,
          ),
          partialFingerprints: { type: "object", additionalProperties: text },
          suppressions: listOf(
            closed({
              kind: { type: "string", enum: ["inSource", "external"] },
              status: { type: "string", enum: ["accepted", "underReview", "rejected"] },
              justification: text,
            }),
          ),
        }),
      ),
    }),
    1,
  ),
});
