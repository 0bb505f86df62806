import type { Matrix } from "../decide/matrix";
import type { AccessGraph, Step } from "../graph/access-graph";
import type { BaselineComparison } from "../guard/changes";
import type { AccessModel } from "../read/model";
import { type AdministratorWay, administratorWays, howText, verbOf } from "./administrators";
import { compareTexts, groupedBy, sortedBy } from "../../support/order";
import { decisiveConditions, Names } from "./names";
import { RolePermissions } from "./permissions";
import { pipelinesOf } from "./pipelines";
import { cellText, type RowCell, foldedRows, rowTexts } from "./rows";
import { groupRows, trustRows } from "./trust";

/** A table of texts, none of them escaped yet. */
export interface ReportTable {
  readonly title?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The answer to one question. */
export interface ReportSection {
  readonly title: string;
  readonly intro: string;
  readonly tables: readonly ReportTable[];
  /** Printed if no table has a row. */
  readonly empty: string;
}

/** Which rules the rows of a service need, and what AWS checks of it. */
const RULES = {
  GitHub:
    "The other rows need approval by rules that are set on GitHub, for the main branch or for an environment. " +
    "AWS cannot see these rules: it checks the repository, and the event or the name of the environment.",
  GitLab:
    "The other rows need approval by rules that are set on GitLab, for the main branch or for its protected environments. " +
    "AWS cannot see these rules: it checks the project and the branch, and never the name of an environment.",
  "Azure DevOps":
    "The rows of Azure DevOps need what the checks of the service connection demand: its pipelines, branches and approvals. " +
    "AWS cannot see these checks: it checks the project and the name of the connection.",
} as const;

/** Everything that the terminal and the page print, from the same tables. */
export class Report {
  readonly names: Names;
  readonly permissions: RolePermissions;
  readonly ways: ReturnType<typeof administratorWays>;

  constructor(
    private readonly model: AccessModel,
    matrix: Matrix,
    private readonly graph: AccessGraph,
  ) {
    this.names = new Names(model, graph);
    this.permissions = new RolePermissions(model, matrix, graph, this.names);
    this.ways = administratorWays(graph, this.names);
  }

  administrators(): ReportSection {
    const { ways, onwards } = this.ways;
    return {
      title: "1. Who can become administrator",
      intro:
        "Worst first: jobs of pipelines and other identities outside AWS, AWS services, whole accounts, escalations, other roles, " +
        "people with MFA or of groups of Identity Center. Roles that are administrators themselves are last. The last column lists the accounts that an " +
        "administrator of these accounts can administer in turn.",
      tables: [
        {
          head: ["who", "how", "administrator of", "then also of"],
          rows: ways.map((way) => [...this.wayCells(way), this.cell(way, way.further)]),
        },
        {
          title: "From one account to the next",
          head: ["who", "how", "administrator of"],
          rows: onwards.map((way) => this.wayCells(way)),
        },
      ],
      empty: "Nobody can become administrator of any account.",
    };
  }

  /** @param isPage whether there is room for a column for each account @default false */
  rolePermissions(isPage = false): ReportSection {
    const list = { head: ["role", "accounts", "may"], rows: this.permissions.list() };
    return {
      title: "2. What each role may do",
      intro:
        "Each role in its own account. A star means: only some of the actions, only on some resources, or only under a condition. " +
        (isPage
          ? "The actions and the details are at the end of this page."
          : "The written page has the actions and the details."),
      tables: [isPage ? this.permissions.table() : list],
      empty: "The estate has no role and no user.",
    };
  }

  trust(): ReportSection {
    return {
      title: "3. Who may assume each role",
      intro: "All conditions must hold.",
      tables: [
        {
          head: ["role", "accounts", "assumed by", "conditions", "session"],
          rows: trustRows(this.model, this.graph, this.names),
        },
        {
          title: "Groups of Identity Center",
          head: ["group", "members decided by", "members"],
          rows: groupRows(this.model),
        },
      ],
      empty: "The estate has no role.",
    };
  }

  pipelines(): ReportSection {
    const pipelines = pipelinesOf(this.graph, this.permissions, this.names);
    const services = [...new Set(pipelines.map(({ service }) => service))];
    return {
      title: "4. What the pipelines may do",
      intro: [
        `A stranger with push rights to a branch reaches every row that needs push rights alone, by a ${services.join() === "GitLab" ? "merge" : "pull"} request for example.`,
        ...(services.length === 0 ? [RULES.GitHub] : services.map((service) => RULES[service])),
        "Without rules, push rights reach these rows too.",
      ].join(" "),
      tables: pipelines.flatMap(({ service, repository, rows, exact }) => [
        {
          title: `Repository ${repository}`,
          head: [`${service} event`, "needs", "role", "accounts", "may", "then administrator of"],
          rows,
        },
        { title: "What these roles may do exactly", head: ["role", "accounts", "may"], rows: exact },
      ]),
      empty: "No role trusts GitHub Actions, GitLab or Azure DevOps.",
    };
  }

  /** Steps by which a principal gets another role or user without assuming it. */
  escalations(): ReportSection {
    const steps = this.graph.steps.filter(
      ({ way, from }) =>
        // Where administrators get on to is in the first section.
        way !== "assume" && way !== "administer" && this.names.actor(from).kind !== "administrator",
    );
    const alike = groupedBy(steps, ({ from, conditions }) => JSON.stringify([from, conditions]));
    const rows = [...alike.values()].flatMap((each) => {
      const texts = each.map((step) => this.stepText(step)).sort(compareTexts);
      return each.slice(0, 1).map(({ from, conditions }): [string, ...RowCell[]] => {
        const { accountId } = this.names.actor(from);
        const accounts = this.names.accountsOf(accountId === undefined ? [] : [accountId]);
        const required = decisiveConditions(conditions).join(", ");
        return [this.names.label(from, accountId), accounts, texts.join("; "), required === "" ? "none" : required];
      });
    });
    return {
      title: "Escalations",
      intro: "Steps of the access graph other than assuming a role, whether or not they lead to an administrator.",
      tables: [
        {
          head: ["who", "accounts", "steps", "conditions"],
          rows: foldedRows(sortedBy(rows, String), this.names).map((row) => rowTexts(row, this.names)),
        },
      ],
      empty: "No principal can escalate.",
    };
  }

  private stepText(step: Step): string {
    const { kind, accountId = "" } = this.names.actor(step.to);
    const verb = verbOf(step, this.names);
    if (kind !== "administrator") return `${verb} ${this.names.label(step.to, accountId)}`;
    const isElsewhere = this.names.actor(step.from).accountId !== accountId;
    return `${verb}, and is then administrator${isElsewhere ? ` of ${this.names.account(accountId)}` : ""}`;
  }

  private wayCells(way: AdministratorWay): string[] {
    return [way.who, howText(way.hops), this.cell(way, way.accounts)];
  }

  private cell({ row }: AdministratorWay, cell: RowCell): string {
    return cellText(cell, row, this.names);
  }
}

/**
 * The answer to the fifth question.
 *
 * @param problem why there is nothing to compare with @default nothing is wrong
 */
export function changesSection({ subjects }: BaselineComparison, baseline: string, problem?: string): ReportSection {
  const rows = subjects.flatMap(({ subject, gained, changed, lost }) => [
    ...gained.map(({ text }) => [subject, "gained", text]),
    ...changed.map(({ text }) => [subject, "changed", text]),
    ...lost.map(({ text }) => [subject, "lost", text]),
  ]);
  return {
    title: "5. What has changed",
    intro: `Compared with the accepted baseline ${baseline}. npm run access -- --check fails if access widens.`,
    tables: [{ head: ["who", "change", "what"], rows }],
    empty: problem ?? "nothing",
  };
}
