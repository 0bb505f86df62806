import type { ComponentChildren } from "preact";
import { ABANDONED, ABANDONED_REMEDY, type StackFinding } from "../review/summary/findings";
import { counted } from "../support/text";
import { addressId, Badge, linkTo, Panel } from "./components";
import { Overview, PlanChanges } from "./plan-changes";
import type { ReportedPlan } from "./plan-file";
import { groupSection, SECTIONS, type Verdict } from "./plan-verdict";

export interface PlanProps {
  readonly plan: ReportedPlan;
  readonly verdict: Verdict;
  /** The environment of a stack; undefined for account-wide ones. */
  readonly environmentOf: (stack: string) => string | undefined;
  /** What the other tabs show, if not the plan's commit. @default the commit of the plan */
  readonly otherCommit?: string;
}

/** A plan for somebody who has to approve it: verdict and reasons, findings, then every change. */
export function PlanView({ plan, verdict, environmentOf, otherCommit }: PlanProps) {
  const { summary } = plan;
  const { findings, headline } = verdict;
  return (
    <Panel id="plan" title={plan.summary.kind === "destroy" ? "Plan of a destroy" : "Plan"} intro={headline.stacks}>
      <p class="quiet">
        <code>{plan.id}</code> · {headline.origin}
      </p>
      {otherCommit !== undefined && (
        <p class="warning">The other tabs show commit {otherCommit.slice(0, 12)}, not the plan's commit.</p>
      )}
      <VerdictBox verdict={verdict} />
      <Counts plan={plan} />
      <Overview stacks={summary.stacks} />
      {headline.costs !== undefined && <p>{headline.costs.replace(/^list/, "List")}</p>}
      <Findings id={SECTIONS.loss} title="Data loss" kind="bad" findings={findings.destroyed} />
      <Findings id={SECTIONS.refused} title="Refused changes" kind="bad" findings={findings.refused} />
      {findings.waiting.length > 0 && (
        <Card id={SECTIONS.waiting} title="Stacks without a complete plan" kind="bad">
          <ul>
            {findings.waiting.map(({ id, status, reasons = [], error }) => (
              <li>
                <strong>{id}</strong> <Badge kind={status.replaceAll(" ", "-")}>{status}</Badge> {reasons.join("; ")}
                {error !== undefined && <pre>{error}</pre>}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {summary.access?.widens && <AccessChange lines={summary.access.lines} title="Access widens" kind="risk" />}
      {findings.groups.map(({ title, isOpening, findings: each }) => (
        <Findings id={groupSection(title)} title={title} kind={isOpening ? "risk" : "info"} findings={each} />
      ))}
      {summary.access?.widens === false && (
        <AccessChange lines={summary.access.lines} title="Access narrows" kind="info" />
      )}
      <Drift plan={plan} findings={findings.drifted} />
      {findings.abandoned.length > 0 && (
        <Card id={SECTIONS.abandoned} title={ABANDONED} kind="info">
          <ul>
            {findings.abandoned.map((text) => (
              <li>{text}</li>
            ))}
          </ul>
          <p>{ABANDONED_REMEDY}</p>
        </Card>
      )}
      {headline.through !== undefined && (
        <details class="quiet">
          <summary>How the plan was made</summary>
          {headline.through}
        </details>
      )}
      <PlanChanges stacks={summary.stacks} environmentOf={environmentOf} />
    </Panel>
  );
}

function VerdictBox({ verdict: { word, meaning, advice, reasons, headline, findings } }: Pick<PlanProps, "verdict">) {
  return (
    <section class={`verdict ${word.replaceAll(" ", "-")}`} aria-label="Verdict">
      <p class="word">{word}</p>
      <div>
        <p>
          <strong>{meaning}</strong>
        </p>
        {reasons.length > 0 && (
          <ul class="reasons">
            {reasons.map(({ title, count, section, blocks }) => (
              <li>
                <a href={linkTo(section)}>{title}</a> <span class="number">{count}</span>{" "}
                {blocks && <Badge kind="blocked">blocks</Badge>}
              </li>
            ))}
          </ul>
        )}
        <p>{advice}</p>
        {[headline.rehearsed, headline.endpoint].map((text) => text !== undefined && <p class="warning">{text}</p>)}
        {findings.remedy !== undefined && (
          <details>
            <summary>To allow the data loss</summary>
            <pre>{findings.remedy}</pre>
          </details>
        )}
      </div>
    </section>
  );
}

const ACTIONS = ["create", "update", "replace", "destroy", "import", "forget", "move"] as const;
const VERBS: Readonly<Record<(typeof ACTIONS)[number], string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  destroy: "destroyed",
  import: "imported",
  forget: "left to AWS",
  move: "renamed",
};

function Counts({ plan: { summary } }: Pick<PlanProps, "plan">) {
  const reviews = summary.stacks.flatMap(({ status, review }) => (review && status !== "kept" ? [review] : []));
  const counts = ACTIONS.map(
    (action) => [action, reviews.reduce((sum, each) => sum + each.counts[action], 0)] as const,
  );
  const outputs = reviews.reduce((sum, { outputChanges }) => sum + outputChanges.length, 0);
  return (
    <ul class="counts" aria-label="What the plan does">
      {counts
        .filter(([, count], index) => count > 0 || index < 4)
        .map(([action, count]) => (
          <li class={count > 0 ? action : "none"}>
            <strong>{count}</strong> {VERBS[action]}
          </li>
        ))}
      {outputs > 0 && (
        <li>
          <strong>{outputs}</strong> {outputs === 1 ? "output" : "outputs"} changed
        </li>
      )}
    </ul>
  );
}

/** What somebody changed since the last apply, and whether this plan touches it. */
function Drift({ plan: { summary }, findings }: Pick<PlanProps, "plan"> & Pick<FindingsProps, "findings">) {
  const changed = new Set(
    summary.stacks.flatMap(({ id, review }) => (review?.changes ?? []).map(({ address }) => addressId(id, address))),
  );
  const effect = ({ stack, address }: StackFinding) =>
    changed.has(addressId(stack, address)) ? "this plan changes it" : "this plan leaves it as it is in AWS";
  const described = findings.map((each) => ({ ...each, message: effect(each) }));
  return <Findings id={SECTIONS.drifted} title="Changed outside of Terraform" kind="info" findings={described} />;
}

interface CardProps {
  readonly id: string;
  readonly title: string;
  readonly kind: "bad" | "risk" | "info";
  readonly children: ComponentChildren;
}

function Card({ id, title, kind, children }: CardProps) {
  return (
    <section class={`card ${kind}`} id={id} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface FindingsProps extends Omit<CardProps, "children"> {
  readonly findings: readonly StackFinding[];
}

function Findings({ findings, ...card }: FindingsProps) {
  if (findings.length === 0) return null;
  return (
    <Card {...card} title={`${card.title} (${String(findings.length)})`}>
      <ul>
        {findings.map(({ stack, address, message }) => (
          <li>
            <a href={linkTo(addressId(stack, address))}>
              <code>{address}</code>
            </a>{" "}
            <span class="quiet">{stack}</span>
            <br />
            {message}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function AccessChange({ lines, ...card }: Pick<CardProps, "title" | "kind"> & { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Card id={SECTIONS.access} {...card}>
      <AccessLines lines={lines} />
    </Card>
  );
}

/** More lines of one subject than this are folded. */
const MOST_LINES = 12;

/** Lines of `accessChangeLines`: subjects, and what each of them gains (`  + `) and loses (`  - `). */
export function AccessLines({ lines }: { readonly lines: readonly string[] }) {
  const groups: { subjects: string[]; lines: string[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (line.startsWith("  ")) last?.lines.push(line.trim());
    else if (last?.lines.length === 0) last.subjects.push(line);
    else groups.push({ subjects: [line], lines: [] });
  }
  return (
    <>
      {groups.map((group) => (
        <details class="access" open={group.lines.length <= MOST_LINES && groups.length <= MOST_LINES}>
          <summary>
            <strong>{group.subjects.join(", ")}</strong>{" "}
            <span class="quiet">{counted(group.lines.length, "change")}</span>
          </summary>
          <ul>
            {group.lines.map((line) => (
              <li class={line.startsWith("+") ? "gained" : "lost"}>
                <span class="sign">{line.startsWith("+") ? "gained" : line.startsWith("-") ? "lost" : ""}</span>{" "}
                {line.replace(/^[+-] /, "")}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}
