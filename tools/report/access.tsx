import type { ReportSection } from "../access/output/report";
import type { ControlStatus } from "../controls/decide";
import { accessGroups } from "../review/summary/findings";
import { counted } from "../support/text";
import { partName } from "./access-picture";
import { Badge, Filters, Panel, Picture, Table } from "./components";
import type { AllowedPrincipal, DecidingStatement } from "./deciding";

/** How access differs from another version. */
export interface AccessComparison {
  /** What it is compared with. */
  readonly with: string;
  readonly lines: readonly string[];
  /** Why there is nothing to compare with. @default nothing is wrong */
  readonly problem?: string;
}

interface AccessProps {
  readonly sections: readonly ReportSection[];
  /** The graph, in several parts if it is large. */
  readonly pictures: readonly string[];
  readonly principals: readonly AllowedPrincipal[];
  readonly comparison: AccessComparison;
}

/** Who may do what: the tables of `npm run access`, the graph, and the statement behind each answer. */
export function AccessView({ sections, pictures, principals, comparison }: AccessProps) {
  return (
    <Panel
      id="access"
      title="Access"
      intro="Who may do what, decided from the policies of all stacks. A name in angle brackets stands for each of the names in the same cell."
    >
      <h3>Who can become administrator</h3>
      <p class="legend">
        <span class="key entry">entry</span> <span class="key">role</span>{" "}
        <span class="key danger">administrator of an account</span> A blue line is a role that is assumed, a red line an
        escalation; a dashed line leads from the administrator of one account to another account.
      </p>
      <div class={pictures.length > 1 ? "parts" : undefined}>
        {pictures.map((svg, index) => (
          <Picture name={partName("Access graph", index, pictures.length)} svg={svg} />
        ))}
      </div>
      <h3>{`What has changed, compared with ${comparison.with}`}</h3>
      {comparison.lines.length > 0 ? (
        <AccessLines lines={comparison.lines} />
      ) : (
        <p>{comparison.problem ?? "Nobody gains or loses access."}</p>
      )}
      <Filters panel="access" placeholder="role, account, action, policy" />
      {sections.map((section, index) => (
        <ReportTables section={section} isOpen={index === 0} />
      ))}
      <details class="part" data-group>
        <summary>
          <h3>Which statement decides</h3>
        </summary>
        <p class="intro">What each role and user may do in its own account. Select a statement to read it.</p>
        {principals.map((principal) => (
          <Principal principal={principal} />
        ))}
      </details>
      {[...new Set(principals.flatMap(({ allowed }) => allowed.flatMap(({ statements }) => statements)))].map(
        (each) => (
          <Statement statement={each} />
        ),
      )}
    </Panel>
  );
}

/** More lines of one subject than this are folded. */
const MOST_LINES = 12;

const SIGNS: Readonly<Record<string, string>> = { "+": "gained", "~": "changed", "-": "lost" };
const signOf = (line: string): string => (line[1] === " " ? SIGNS[line.charAt(0)] : undefined) ?? "";

/** Lines of `accessChangeLines`: subjects, and what each gains (`  + `), loses (`  - `), or has otherwise (`  ~ `). */
export function AccessLines({ lines }: { readonly lines: readonly string[] }) {
  const groups = accessGroups(lines).map((each) => ({ ...each, lines: each.lines.map((line) => line.trim()) }));
  return (
    <>
      {groups.map((group) => (
        <details class="access" open={group.lines.length <= MOST_LINES && groups.length <= MOST_LINES}>
          <summary>
            <strong>{group.subjects.join(", ")}</strong>{" "}
            <span class="quiet">
              {counted(group.lines.length, group.lines.every((line) => signOf(line)) ? "change" : "problem")}
            </span>
          </summary>
          <ul>
            {group.lines.map((line) => (
              <li class={signOf(line) || "lost"}>
                <span class="sign">{signOf(line)}</span> {line.replace(/^[+~-] /, "")}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

interface ReportTablesProps {
  readonly section: ReportSection;
  /** @default false */
  readonly isOpen?: boolean;
}

/** A section of a report of the terminal. */
export function ReportTables({ section: { title, intro, tables, empty }, isOpen = false }: ReportTablesProps) {
  const filled = tables.filter(({ rows }) => rows.length > 0);
  return (
    <details class="part" open={isOpen} data-group>
      <summary>
        <h3>{title}</h3>
      </summary>
      <p class="intro">{intro}</p>
      {filled.length === 0 && <p>{empty}</p>}
      {filled.map((table) => (
        <>
          {table.title !== undefined && <h4>{table.title}</h4>}
          <Table name={table.title ?? title} head={table.head} rows={table.rows.map(cellsOf)} isFiltered />
        </>
      ))}
    </details>
  );
}

const STATUSES: readonly string[] = ["fails", "accepted", "holds"] satisfies ControlStatus[];

/** A cell that is the status of a control has its color. */
const cellsOf = (cells: readonly string[]) =>
  cells.map((cell) => (STATUSES.includes(cell) ? <Badge kind={cell}>{cell}</Badge> : cell));

function Principal({ principal: { names, summary, allowed } }: { readonly principal: AllowedPrincipal }) {
  const named = names.map(({ name, accounts }) => (
    <>
      <strong>{name}</strong> <span class="quiet">{accounts.join(", ")}</span>
      <br />
    </>
  ));
  const others = named.slice(MOST_NAMES);
  return (
    <details class="stack" data-item="">
      <summary>
        {named.slice(0, MOST_NAMES)}
        {others.length > 0 && <span class="quiet">{`and ${counted(others.length, "other")}: `}</span>}
        <span class="quiet">{summary}</span>
      </summary>
      {others.length > 0 && <p>{others}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">may</th>
            <th scope="col">on</th>
            <th scope="col">condition</th>
            <th scope="col">decided by</th>
          </tr>
        </thead>
        <tbody>
          {allowed.map(({ label, action, on, condition, statements }) => (
            <tr>
              <td>
                {label} <code>{action}</code>
              </td>
              <td>{on}</td>
              <td>{condition.replace(/^if /, "") || "none"}</td>
              <td>
                {statements.slice(0, MOST_STATEMENTS).map(({ id, title }) => (
                  <button type="button" class="link" popovertarget={id}>
                    {title}
                  </button>
                ))}
                {statements.length > MOST_STATEMENTS &&
                  ` and ${counted(statements.length - MOST_STATEMENTS, "more statement")}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

const MOST_STATEMENTS = 3;
const MOST_NAMES = 5;

function Statement({ statement: { id, title, source, text } }: { readonly statement: DecidingStatement }) {
  return (
    <div popover="auto" class="statement" id={id} role="dialog" aria-label={title}>
      <strong>{title}</strong>
      <br />
      <span class="quiet">{source}</span>
      <pre>{text}</pre>
      <button type="button" popovertarget={id} popovertargetaction="hide">
        Close
      </button>
    </div>
  );
}
