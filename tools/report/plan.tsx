import type { ComponentChildren } from "preact";
import { ABANDONED, ABANDONED_REMEDY, type StackFinding, type SummaryFindings } from "../review/summary/findings";
import { counted } from "../support/text";
import { AccessLines } from "./access";
import { addressId, Badge, linkTo, Panel } from "./components";
import type { ReportedStack } from "./estate-view";
import { Overview, PlanChanges } from "./plan-changes";
import { stackAnchor } from "./map-picture";
import type { ReportedPlan } from "./plan-file";
import { groupSection, SECTIONS, type Verdict } from "./plan-verdict";

export interface PlanProps {
  readonly plan: ReportedPlan;
  readonly verdict: Verdict;
  /** The stack of the map. */
  readonly onMap: (stack: string) => ReportedStack | undefined;
  /** What the other tabs show, if not the plan's commit. @default the commit of the plan */
  readonly otherCommit?: string;
}

/** A plan for somebody who has to approve it: verdict and reasons, findings, then every change. */
export function PlanView({ plan, verdict, onMap, otherCommit }: PlanProps) {
  const { summary } = plan;
  const { findings, headline } = verdict;
  const { access } = findings;
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
      <Waiting stacks={findings.waiting} onMap={onMap} />
      {access?.widens && <AccessChange {...access} kind="risk" />}
      {findings.groups.map(({ title, isOpening, findings: each }) => (
        <Findings id={groupSection(title)} title={title} kind={isOpening ? "risk" : "info"} findings={each} />
      ))}
      {access?.widens === false && <AccessChange {...access} kind="info" />}
      <Findings id={SECTIONS.drifted} title="Changed outside of Terraform" kind="info" findings={findings.drifted} />
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
      <PlanChanges stacks={summary.stacks} onMap={onMap} />
    </Panel>
  );
}

/** What is in a stack without a plan is not in the counts: the map shows it. */
function Waiting({ stacks, onMap }: Pick<PlanProps, "onMap"> & { readonly stacks: SummaryFindings["waiting"] }) {
  if (stacks.length === 0) return null;
  return (
    <Card id={SECTIONS.waiting} title="Stacks without a complete plan" kind="bad">
      <ul>
        {stacks.map(({ id, status, reasons = [], error, review }) => {
          const count = onMap(id)?.resources.length;
          return (
            <li>
              <strong>{id}</strong> <Badge kind={status.replaceAll(" ", "-")}>{status}</Badge> {reasons.join("; ")}
              {!review && count !== undefined && (
                <>
                  . Not counted: <a href={linkTo(stackAnchor(id))}>its {counted(count, "resource")}</a>
                </>
              )}
              {error !== undefined && <pre>{error}</pre>}
            </li>
          );
        })}
      </ul>
    </Card>
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
        {[headline.rehearsed, headline.endpoint].map((text) => text !== undefined && <p class="warning">{text}</p>)}
        {reasons.length > 0 && (
          <ul class="reasons">
            {reasons.map(({ title, count, section, blocks, examples = [] }) => (
              <li>
                <a href={linkTo(section)}>{title}</a> {count !== undefined && <span class="number">{count}</span>}{" "}
                {blocks && <Badge kind="blocked">blocks</Badge>}
                {examples.map((text) => (
                  <div class="quiet">{text}</div>
                ))}
              </li>
            ))}
          </ul>
        )}
        <p>{advice}</p>
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
  const unplanned = summary.stacks.filter(({ status, review }) => !review && status !== "no changes").length;
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
      {unplanned > 0 && (
        <li class="destroy">
          <strong>{unplanned}</strong> {unplanned === 1 ? "stack" : "stacks"} without a plan
        </li>
      )}
    </ul>
  );
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

function AccessChange({
  title,
  kind,
  lines,
}: Pick<CardProps, "title" | "kind"> & { readonly lines: readonly string[] }) {
  return (
    <Card id={SECTIONS.access} title={title} kind={kind}>
      <AccessLines lines={lines} />
    </Card>
  );
}
