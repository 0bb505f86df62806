import { existsSync } from "node:fs";
import { z } from "zod";
import { fileNextTo, parsedFile } from "../../config/address-files";
import { EstateError, formatValue, type Problem } from "../../config/estate-error";
import { writeAtomically } from "../support/files";
import { CONTROLS, type Acceptance } from "./list";

/** What an estate accepts, in the file next to it. */
export interface EstateAcceptance extends Acceptance {
  /** The key of a control, or one of its ids. */
  readonly control: string;
  readonly resources: readonly string[];
  readonly reason: string;
}

/** `config/estate.controls.json` for `config/estate.ts`. */
export const acceptancesFile = (estateFile: string): string => fileNextTo(estateFile, "controls");

const TEXT = "a text in one line";
const text = z.string(TEXT).regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u, TEXT);
const DATE = "a day such as 2026-11-30";
const EXPECTED =
  'JSON such as { "accepted": [{ "control": "EC2.6", "resources": ["dev-network *"], "reason": "…", "date": "2026-11-30" }] }';
const RESOURCES = 'a list of patterns such as "dev-network aws_vpc.*", without !';
/** A pattern that excludes would accept whatever is added later. */
const pattern = text.regex(/^[^!]*$/, 'a pattern such as "dev-network aws_vpc.*", without !');
const schema = z.strictObject(
  {
    accepted: z.array(
      z.strictObject(
        {
          control: text,
          resources: z.array(pattern, RESOURCES).min(1, RESOURCES),
          reason: text,
          date: z.iso.date(DATE),
        },
        EXPECTED,
      ),
      EXPECTED,
    ),
  },
  EXPECTED,
);

/**
 * What an estate accepts; nothing without a file.
 *
 * @param name the file's name in errors
 * @throws EstateError that lists every problem, such as a control that is not in the list
 */
export function readAcceptances(file: string, name: string): readonly EstateAcceptance[] {
  if (!existsSync(file)) return [];
  const { accepted } = parsedFile(file, name, schema);
  const known = new Set(CONTROLS.flatMap(({ key, ids }) => [key, ...ids]));
  const today = new Date().toISOString().slice(0, 10);
  const problems = accepted.flatMap(({ control, date }, index): Problem[] => [
    ...(known.has(control)
      ? []
      : [
          {
            ...{ path: `accepted[${index}].control`, expected: "a control of the list", got: formatValue(control) },
            remedy: "npm run controls lists them",
          },
        ]),
    ...(date <= today
      ? []
      : [{ path: `accepted[${index}].date`, expected: "a day that is not in the future", got: formatValue(date) }]),
  ]);
  if (problems.length > 0) throw new EstateError(name, problems, "what the estate accepts is");
  return accepted;
}

const WIDTH = 120;

/** Whether a reason can be read again once it is written. */
export const isReason = (reason: string): boolean => reason.trim() !== "" && text.safeParse(reason).success;

/** Writes the file, as prettier formats it: a list is on one line if it fits. */
export function writeAcceptances(file: string, accepted: readonly EstateAcceptance[]): void {
  const lines = JSON.stringify({ accepted }, null, 2);
  const text = lines.replace(
    /^( *"resources": )\[\n([^\]]*?)\n *\](,?)$/gm,
    (all, start: string, items: string, end) => {
      const line = `${start}[${items
        .split("\n")
        .map((item) => item.trim())
        .join(" ")}]${String(end)}`;
      return line.length <= WIDTH ? line : all;
    },
  );
  writeAtomically(file, `${text}\n`);
}
