import type { AccessGraph, Step } from "../graph/access-graph";
import type { Matrix, Row } from "../decide/matrix";
import type { AccessModel, Principal } from "../read/model";
import { compactNames } from "./compact-names";
import { inBrackets, Places } from "./places";
import { mayTexts } from "./principals-alike";
import { saidOnce } from "./said-once";
import { unmarked, unvarying } from "./words-that-vary";
import { codeCell, escapeMarkdown, table } from "../../support/markdown";
import { compareTexts, groupedBy } from "../../support/order";

/** Whose steps make a role one that people or pipelines use. */
const USERS = new Set(["person", "user", "subject"]);

/** The parts of the page that tell of roles and users. */
export class PageRoles {
  private readonly places: Places;
  private readonly rows: ReadonlyMap<string, Row>;
  private readonly into: ReadonlyMap<string, readonly Step[]>;
  private readonly administrators: ReadonlySet<string>;
  private readonly principals: readonly Principal[];

  constructor(
    model: AccessModel,
    private readonly matrix: Matrix,
    accessGraph: AccessGraph,
  ) {
    this.places = new Places(accessGraph, model.accounts);
    this.rows = new Map(matrix.rows.map((row) => [row.arn, row]));
    this.into = groupedBy(
      accessGraph.steps.filter(({ way }) => way === "assume"),
      ({ to }) => to,
    );
    this.administrators = new Set(
      accessGraph.steps
        .filter(({ way, to }) => way === "administer" && to.startsWith("administrator:"))
        .map(({ from }) => from),
    );
    this.principals = [...model.principals].sort((a, b) => compareTexts(a.arn, b.arn));
  }

  /** A part for each role that people or pipelines use, the same role of several accounts in one. */
  used(): string[] {
    const used = this.principals.filter((principal) => principal.kind === "role" && this.isUsed(principal));
    const parts = groupedBy(used, ({ name }) => unvarying(this.places.words.mark(name)));
    return [...parts].sort(([a], [b]) => compareTexts(a, b)).flatMap(([, roles]) => this.part(roles));
  }

  /** Roles of services and applications, and service users: what is alike is one row. */
  others(kind: Principal["kind"]): string[] {
    const texts = this.principals
      .filter((principal) => principal.kind === kind && !(kind === "role" && this.isUsed(principal)))
      .map((principal) =>
        [this.places.located(principal.arn), this.whoText(principal), this.may(principal)].join("\n"),
      );
    const rows = saidOnce(texts, this.places.words).map(({ text, where }) => {
      const [name = "", who = "", may = ""] = text.split("\n");
      return [
        name + (where === "" ? "" : ` (${where})`),
        ...(kind === "role" ? [who === "" ? "nobody" : who] : []),
        may,
      ].map(escapeMarkdown);
    });
    return table(
      kind === "role" ? ["role", "assumed by", "may"] : ["user", "may"],
      rows.sort(([a = ""], [b = ""]) => compareTexts(a, b)),
    );
  }

  private isUsed({ arn }: Principal): boolean {
    return (this.into.get(arn) ?? []).some(({ from }) => USERS.has(this.places.actor(from).kind));
  }

  private part(roles: readonly Principal[]): string[] {
    const names = compactNames(roles.map(({ name }) => name));
    const may = saidOnce(
      roles.map((role) => `${this.places.account(role.accountId)}\n${this.may(role)}`),
      this.places.words,
    ).map(({ text, where }) => {
      const [accounts = "", words = ""] = text.split("\n");
      return `- in ${accounts}${where === "" ? "" : ` (${where})`}: ${words}`;
    });
    const rows = roles.map((role) => [
      escapeMarkdown(unmarked(this.places.account(role.accountId))),
      codeCell(role.arn),
      escapeMarkdown(unmarked(this.whoText(role))),
      hours(role.maxSessionSeconds),
    ]);
    return [
      "",
      `### ${escapeMarkdown(names)}`,
      "",
      ...may.sort(compareTexts).map((line) => `- ${escapeMarkdown(line.slice(2))}`),
      "",
      ...table(["account", "role", "assumed by", "longest session"], rows),
    ];
  }

  private may({ arn }: Principal): string {
    const row = this.rows.get(arn);
    const { plain: words, notes } = row
      ? mayTexts(row, this.matrix.capabilities, this.places)
      : { plain: "", notes: [] };
    if (!this.administrators.has(arn))
      return [words, ...notes].filter((part) => part !== "").join("; ") || "nothing of what is asked for here";
    return notes.length === 0
      ? "everything in its account"
      : `everything in its account, though until it changes that only: ${notes.join("; ")}`;
  }

  /** `on-call-engineer, platform-engineer (MFA)`; those that meet the same conditions together. */
  private whoText({ arn, accountId }: Principal): string {
    const alike = groupedBy(this.into.get(arn) ?? [], ({ conditions }) => inBrackets(conditions));
    return [...alike]
      .map(([conditions, steps]) => {
        const names = steps
          .map(({ from }) => this.whoName(from, accountId))
          .sort((a, b) => compareTexts(unvarying(a), unvarying(b)) || compareTexts(a, b));
        return [...new Set(names)].join(", ") + conditions;
      })
      .sort(compareTexts)
      .join("; ");
  }

  private whoName(id: string, accountId: string): string {
    return this.places.actor(id).kind === "person" ? this.places.name(id) : this.places.located(id, accountId);
  }
}

function hours(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds % 3600 === 0 ? `${String(seconds / 3600)} h` : `${String(Math.floor(seconds / 60))} min`;
}
