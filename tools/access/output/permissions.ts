import { oncePerText } from "../../../config/maps";
import type { AccessGraph } from "../graph/access-graph";
import type { Cell as Answer, Matrix, Row } from "../decide/matrix";
import type { AccessModel, Principal } from "../read/model";
import { titleOf } from "../read/permission-set-role";
import { compareTexts, distinct, groupedBy } from "../../support/order";
import { conditionTexts, decisiveConditions, type Names } from "./names";
import { type RowCell, foldedRows, rowTexts } from "./rows";

/** What the table names, by the ids of the capabilities. */
const GROUPS: readonly { readonly title: string; readonly ids: readonly string[] }[] = [
  { title: "read config", ids: ["see-machines", "see-databases", "see-iam", "read-costs"] },
  {
    title: "read data",
    ids: [
      ...["read-logs", "list-objects", "read-objects", "read-secrets", "read-parameters", "decrypt"],
      ...["log-in-to-databases", "pull-images"],
    ],
  },
  { title: "write data", ids: ["write-objects", "delete-objects", "write-secrets", "push-images"] },
  {
    title: "manage resources",
    ids: [
      ...["handle-support", "launch-machines", "enter-machines", "open-security-groups", "delete-networks"],
      ...["stop-databases", "delete-databases", "delete-buckets", "change-bucket-policies", "delete-keys"],
      ...["make-stacks", "run-clusters"],
    ],
  },
  {
    title: "write IAM",
    ids: [
      ...["make-users", "make-access-keys", "make-roles", "change-role-policies", "change-trust", "remove-boundaries"],
    ],
  },
  { title: "pass roles", ids: ["pass-roles"] },
  { title: "assume roles", ids: ["assume-roles"] },
  { title: "stop auditing", ids: ["stop-trails", "delete-analyzers"] },
  {
    title: "manage organization",
    ids: ["leave-organization", "create-accounts", "close-accounts", "lift-guardrails"],
  },
];

const NOTHING = "none of these actions";

/** The largest number of accounts that a table has a column each for. */
const MOST_COLUMNS = 10;

interface Group {
  readonly title: string;
  readonly known: Matrix["capabilities"];
}

/** What every role and user may do in its own account. */
export class RolePermissions {
  private readonly rows: ReadonlyMap<string, Row>;
  /** Conditions on which a principal is administrator, by ARN. */
  private readonly administrators: ReadonlyMap<string, string>;
  private readonly principals: readonly Principal[];
  /** The groups with those of their capabilities that the matrix has. */
  private readonly groups: readonly Group[];
  // Several tables ask for the same principal.
  private readonly allowed = oncePerText((arn) => this.groups.flatMap((group) => allowedIn(group, this.cellsOf(arn))));
  private readonly limits = oncePerText((arn) => this.limitsOf(arn));

  constructor(
    { principals }: AccessModel,
    private readonly matrix: Matrix,
    { steps }: AccessGraph,
    private readonly names: Names,
  ) {
    this.rows = new Map(matrix.rows.map((row) => [row.arn, row]));
    const direct = steps.filter(({ way, to }) => way === "administer" && names.actor(to).kind === "administrator");
    this.administrators = new Map(
      direct.map(({ from, conditions }) => [from, decisiveConditions(conditions).join(", ")]),
    );
    this.principals = [...principals].sort(
      (a, b) => compareTexts(a.kind, b.kind) || compareTexts(titleOf(a), titleOf(b)) || compareTexts(a.arn, b.arn),
    );
    const grouped = new Set(GROUPS.flatMap(({ ids }) => ids));
    const others = matrix.capabilities.map(({ id }) => id).filter((id) => !grouped.has(id));
    this.groups = [...GROUPS, { title: "other actions", ids: others }].map(({ title, ids }) => ({
      title,
      known: matrix.capabilities.filter(({ id }) => ids.includes(id)),
    }));
  }

  /** `administer`; `read config, read data*`: a star marks what holds only in part. */
  summary(arn: string): string {
    if (this.administrators.has(arn)) return this.limits(arn).length > 0 ? "administer*" : "administer";
    const texts = this.allowed(arn).map(({ title, isWhole }) => (isWhole ? title : `${title}*`));
    return texts.join(", ") || NOTHING;
  }

  /** Role, accounts, and what it may do there, without stars; of these principals, and without administrators. */
  exact(arns: ReadonlySet<string>): string[][] {
    return this.folded(({ arn }) => {
      if (!arns.has(arn) || this.administrators.has(arn)) return [];
      const whole = this.summary(arn)
        .split(", ")
        .filter((text) => !text.endsWith("*"));
      const texts = this.limits(arn).map(([actions = "", resources = "", condition = ""]) => {
        const on = resources === "all" ? "" : ` on ${resources}`;
        return `${actions}${on}${condition === "" ? "" : ` if ${condition}`}`;
      });
      return [[[...whole, ...texts].join("; ")]];
    });
  }

  /** Role, accounts, and what it may do there. */
  list(): string[][] {
    return this.folded(({ arn }) => [[this.summary(arn)]]);
  }

  /** A row for each role and a column for each account; the list if there are too many accounts. */
  table(): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
    const { accounts } = this.names;
    if (accounts.length > MOST_COLUMNS) return { head: ["role", "accounts", "may"], rows: this.list() };
    const rows = [...groupedBy(this.principals, titleOf)].map(([title, each]) => {
      const inAccount = (id: string) =>
        distinct(each.filter(({ accountId }) => accountId === id).map(({ arn }) => this.summary(arn)));
      return { title, cells: accounts.map(({ id }) => inAccount(id).join("; ")) };
    });
    const folded = foldedRows(this.withOwnAccountsMerged(rows), this.names);
    return {
      head: ["role", ...accounts.map(({ name }) => name)],
      rows: folded.map((row) => rowTexts(row, this.names)),
    };
  }

  /** The words of the summary, each with its actions. */
  words(): string[][] {
    const words = this.groups.map(({ title, known }) => [title, known.map(({ action }) => action).join(", ")]);
    return words.filter(([, actions]) => actions !== "");
  }

  /** The rows behind each star: role, accounts, actions, resources, condition. */
  details(): string[][] {
    return this.folded(({ arn }) => this.limits(arn)).sort((a, b) => compareTexts(a[0] ?? "", b[0] ?? ""));
  }

  private folded(rowsOf: (principal: Principal) => readonly (readonly string[])[]): string[][] {
    const rows = this.principals.flatMap((principal) =>
      rowsOf(principal).map((cells): [string, ...RowCell[]] => [
        titleOf(principal),
        [this.names.account(principal.accountId)],
        ...cells,
      ]),
    );
    return foldedRows(rows, this.names).map((row) => rowTexts(row, this.names));
  }

  /** Roles that are named after their only account, such as `dev-app` in dev and `ci-app` in ci, as one row. */
  private withOwnAccountsMerged(
    rows: readonly { readonly title: string; readonly cells: readonly string[] }[],
  ): [string, ...RowCell[]][] {
    const parsed = rows.map(({ title, cells }) => {
      const used = cells.flatMap((cell, column) => (cell === "" ? [] : [this.names.accounts[column]?.name ?? ""]));
      const [own = ""] = used;
      const isOwn = used.length === 1 && title.startsWith(`${own}-`);
      return { key: isOwn ? `<account>${title.slice(own.length)}` : title, title, cells };
    });
    return [...groupedBy(parsed, ({ key }) => key)].map(([key, group]) => {
      const cells = this.names.accounts.map((_, column) => group.map((row) => row.cells[column] ?? "").join(""));
      return [group.length > 1 ? key : (group[0]?.title ?? key), ...cells];
    });
  }

  /** Actions, resources and condition of what holds only in part. */
  private limitsOf(arn: string): string[][] {
    const isAdministrator = this.administrators.has(arn);
    const when = this.administrators.get(arn) ?? "";
    const partial = this.allowed(arn).flatMap(({ isWhole, allowed }) => {
      if (isWhole) return [];
      // What limits the administrator itself is in a row of its own.
      return isAdministrator ? allowed.filter(({ cell }) => isPartial(cell) && !isLimitedOnly(cell, when)) : allowed;
    });
    const alike = groupedBy(partial, ({ cell: { on, except, condition } }) => JSON.stringify([on, except, condition]));
    const denied = isAdministrator ? this.matrix.capabilities.filter(({ id }) => !this.cellsOf(arn)[id]) : [];
    return [
      ...(when === "" ? [] : [["administer", "all", when]]),
      ...[...alike.values()].flatMap((group) =>
        group
          .slice(0, 1)
          .map(({ cell: { on, except, condition = "" } }) => [
            group.map(({ action }) => action).join(", "),
            on ? this.resourcesText(on, arn) : except ? `all but ${this.resourcesText(except, arn)}` : "all",
            condition.replace(/^if /, ""),
          ]),
      ),
      ...(denied.length > 0 ? [[`not ${denied.map(({ action }) => action).join(", ")}`, "all", ""]] : []),
    ];
  }

  /** ARNs without their partition, region and the principal's own account. */
  private resourcesText(arns: readonly string[], principal: string): string {
    const own = accountOf(principal);
    return (
      arns
        .map((arn) => {
          const owner = accountOf(arn);
          const name = arn.split(":").slice(5).join(":").replaceAll(own, "<account id>");
          if (name === "") return arn;
          if (owner === "" || owner === own) return name;
          return `${name} in ${owner === "*" ? "any account" : this.names.account(owner)}`;
        })
        // By length first: else the order would depend on the name of the environment.
        .sort((a, b) => a.length - b.length || compareTexts(a, b))
        .join(", ")
    );
  }

  private cellsOf(arn: string): Row["cells"] {
    return this.rows.get(arn)?.cells ?? {};
  }
}

/** What is allowed of a group; nothing if that is none of its actions. */
function allowedIn({ title, known }: Group, cells: Row["cells"]) {
  const allowed: { readonly action: string; readonly cell: Answer }[] = [];
  for (const { id, action } of known) {
    const cell = cells[id];
    if (cell) allowed.push({ action, cell });
  }
  const isWhole = allowed.length === known.length && !allowed.some(({ cell }) => isPartial(cell));
  return allowed.length > 0 ? [{ title, isWhole, allowed }] : [];
}

function isPartial({ answer, on, except, condition }: Answer): boolean {
  return answer !== "yes" || (on ?? except ?? condition) !== undefined;
}

/** Whether a cell has this condition, and no other limit. */
function isLimitedOnly({ on, except, condition = "" }: Answer, when: string): boolean {
  return on === undefined && except === undefined && conditionTexts([condition.replace(/^if /, "")]).join() === when;
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
