import type { Cell, Matrix, Row } from "../decide/matrix";
import type { AccountAccess } from "../read/model";
import { Places } from "./places";
import { type Said, saidOnce } from "./said-once";
import { unvarying } from "./words-that-vary";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/** What several principals of the same name, or of the same account, may do alike. */
export interface PrincipalsAlike {
  /** `Operator in dev, ci`. */
  readonly names: string;
  /** What letters stand for. */
  readonly where: string;
  /** By capability. */
  readonly cells: Readonly<Record<string, Answer>>;
}

/** A cell in words. */
export interface Answer {
  readonly answer: "yes" | "some" | "if";
  /** The resources and the condition, in words; empty for a plain yes. */
  readonly note: string;
}

const BETWEEN = "\n";

/**
 * Everybody of the matrix; those who may do the same, in the same words, together. Whoever may nothing that is asked
 * for comes last.
 */
export function principalsAlike({ rows }: Matrix, accounts: readonly AccountAccess[]): PrincipalsAlike[] {
  const places = placesOf(rows, accounts);
  const said = saidOnce(
    rows.map((row) => rowText(row, places)),
    places.words,
  );
  const alike = groupedBy(said.map(parsed), ({ where, cells }) => JSON.stringify([where, cells]));
  return [...alike.values()]
    .flatMap(([first, ...others]) =>
      first ? [{ ...first, names: distinct([first, ...others].map(({ names }) => names)).join("; ") }] : [],
    )
    .sort((a, b) => widthOf(b) - widthOf(a) || compareTexts(a.names, b.names) || compareTexts(a.where, b.where));
}

/** The places of a matrix's principals. */
export function placesOf(rows: readonly Pick<Row, "arn">[], accounts: readonly AccountAccess[]): Places {
  const actors = rows.map(({ arn }) => {
    const kind: "role" | "user" = arn.includes(":user/") ? "user" : "role";
    return { id: arn, kind, name: arn.split("/").at(-1) ?? arn, accountId: arn.split(":")[4] ?? "" };
  });
  return new Places({ actors }, accounts);
}

function rowText({ arn, cells }: Row, places: Places): string {
  const accountId = arn.split(":")[4] ?? "";
  const answers = Object.entries(cells).sort(([a], [b]) => compareTexts(a, b));
  return [
    places.located(arn),
    ...answers.map(([id, cell]) => [id, answerOf(cell), noteText(cell, accountId, places)].join("\t")),
  ].join(BETWEEN);
}

function parsed({ text, where }: Said): PrincipalsAlike {
  const [names = "", ...lines] = text.split(BETWEEN);
  const cells = lines.map((line): readonly [string, Answer] => {
    const [id = "", answer = "", note = ""] = line.split("\t");
    return [id, { answer: answer as Answer["answer"], note }];
  });
  return { names, where, cells: Object.fromEntries(cells) };
}

function answerOf({ answer, on }: Cell): Answer["answer"] {
  return answer === "if" ? "if" : on ? "some" : "yes";
}

/** Resources and condition: `on studydata/*, if MFA`. */
function noteText({ on, condition }: Cell, accountId: string, places: Places): string {
  // In an order that does not depend on the words that vary: else accounts would not be alike.
  const named = (on ?? [])
    .map((arn) => resourceText(arn, accountId, places))
    .sort((a, b) => compareTexts(unvarying(a), unvarying(b)) || compareTexts(a, b));
  const resources = on ? `on ${named.join(", ")}` : "";
  return [resources, condition ?? ""].filter((part) => part !== "").join(" ");
}

/** An ARN without what is known already: its partition, its region, and the account that it is in. */
function resourceText(arn: string, accountId: string, places: Places): string {
  const [, , , , owner = "", ...rest] = arn.split(":");
  if (rest.length === 0) return arn;
  const name = places.words.mark(rest.join(":").replaceAll(accountId, "<account>"));
  if (owner === "" || owner === accountId) return name;
  return owner === "*" ? `${name} in any account` : `${name} in ${places.account(owner)}`;
}

/** What a principal may do only on some resources, or under a condition: capabilities with the same note together. */
export function notesOf({ cells }: Pick<PrincipalsAlike, "cells">, capabilities: Matrix["capabilities"]): string[] {
  const noted = capabilities.flatMap(({ id, label }) => {
    const note = cells[id]?.note ?? "";
    return note === "" ? [] : [{ label, note }];
  });
  return [...groupedBy(noted, ({ note }) => note)].map(
    ([note, each]) => `${each.map(({ label }) => label).join(", ")} ${note}`,
  );
}

/** All that a principal may do, its varying words marked: what it may do plainly, and what only in part. */
export function mayTexts(
  { arn, cells }: Row,
  capabilities: Matrix["capabilities"],
  places: Places,
): { plain: string; notes: string[] } {
  const accountId = arn.split(":")[4] ?? "";
  const answers = Object.entries(cells).map(([id, cell]): [string, Answer] => [
    id,
    { answer: answerOf(cell), note: noteText(cell, accountId, places) },
  ]);
  const noted = Object.fromEntries(answers);
  const plain = capabilities.filter(({ id }) => noted[id]?.note === "").map(({ label }) => label);
  return { plain: plain.join(", "), notes: notesOf({ cells: noted }, capabilities) };
}

function widthOf({ cells }: PrincipalsAlike): number {
  return Object.keys(cells).length;
}
