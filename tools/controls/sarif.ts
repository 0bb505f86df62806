import { withoutSecrets } from "../../config/secret-text";
import type { Decisions, DecidedFinding } from "./decide";
import { idsText, type Control } from "./list";
import { whyAccepted } from "./output";

/**
 * The findings as SARIF 2.1.0, for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0). Accepted findings are
 * suppressed.
 *
 * @param estate the estate file, which the findings are about
 */
export function controlsSarif({ controls }: Decisions, estate: string): string {
  const rules = controls.map(({ control }) => ({
    id: control.key,
    shortDescription: { text: control.asks },
    fullDescription: { text: `${idsText(control)}: ${control.asks}` },
  }));
  const results = controls.flatMap(({ control, findings }, ruleIndex) =>
    findings.map((finding) => resultOf(control, ruleIndex, finding, estate)),
  );
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "npm run controls", rules } }, columnKind: "utf16CodeUnits", results }],
  };
  return JSON.stringify(withoutSecrets(log), null, 2);
}

function resultOf(control: Control, ruleIndex: number, finding: DecidedFinding, estate: string) {
  const { stack, address, what, expected, accepted } = finding;
  return {
    ruleId: control.key,
    ruleIndex,
    level: accepted ? "note" : "error",
    message: { text: `${stack}: ${address} ${what}, expected ${expected}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodeURI(estate) }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: `${stack}/${address}`, kind: "resource" }],
      },
    ],
    partialFingerprints: { "resource/v1": `${control.key} ${stack} ${address} ${what}` },
    suppressions: accepted ? [{ kind: "external", status: "accepted", justification: whyAccepted(accepted) }] : [],
  };
}
