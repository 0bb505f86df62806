import { ACCOUNT_WIDE } from "../../config/naming";
import { ABSENT } from "../review/value";
import type { AttributeChange, ReviewedChange, StackReview, StackSummary } from "../review/review";
import { inOrder, quietChanges } from "../review/summary/headline";
import { overviewOf } from "../review/summary/overview";
import { addressId, Badge, Filters, linkTo, Table } from "./components";
import type { ReportedStack } from "./estate-view";
import { SECTIONS } from "./plan-verdict";
import { awsService } from "./resources";

/** Of more changes than this, those that create something or change tags alone are closed at first. */
const MOST_OPEN = 40;

/** What changes, by type and attribute. */
export function Overview({ stacks }: Pick<ChangesProps, "stacks">) {
  return (
    <ul class="overview" aria-label="What changes, by type">
      {overviewOf(stacks).map(({ action, types, attributes }) => (
        <li>
          <Badge kind={action}>{action}</Badge> {types}
          {attributes.length > 0 && (
            <ul>
              {attributes.map((text) => (
                <li>{text}</li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}

interface ChangesProps {
  readonly stacks: readonly StackSummary[];
  /** The stack of the map. */
  readonly onMap: (stack: string) => ReportedStack | undefined;
}

/** Every change of every stack, attribute by attribute. */
export function PlanChanges({ stacks, onMap }: ChangesProps) {
  const changed = stacks.flatMap(({ review }) => review?.changes ?? []);
  const environments = (stack: string) => onMap(stack)?.environments ?? [ACCOUNT_WIDE];
  const environment = (stack: string) => onMap(stack)?.environment ?? ACCOUNT_WIDE;
  const distinct = (texts: readonly string[]) => [...new Set(texts)].sort();
  return (
    <section id={SECTIONS.changes} aria-label="Changes">
      <h3>Changes by stack</h3>
      <StackTable stacks={stacks} environment={environment} />
      <Filters
        panel="plan"
        choices={{
          environment: distinct(stacks.flatMap(({ id }) => environments(id))),
          action: distinct(changed.map(({ action }) => action)),
          service: distinct(changed.map(({ type }) => awsService(type))),
        }}
        placeholder="address, attribute, value"
      />
      {stacks.map(({ id, status, review }) =>
        review && (review.changes.length > 0 || quietChanges(review).length > 0) ? (
          <details class="stack" id={`plan-${id}`} data-group open>
            <summary>
              <strong>{id}</strong> <Badge kind={status.replaceAll(" ", "-")}>{status}</Badge>
            </summary>
            {inOrder(review.changes).map((change) => (
              <Change
                stack={id}
                change={change}
                environments={environments(id)}
                isOpen={isOpen(change, changed.length)}
              />
            ))}
            <QuietChanges review={review} />
          </details>
        ) : (
          <span id={`plan-${id}`} />
        ),
      )}
    </section>
  );
}

/** A removed resource has no attributes to show. */
const isOpen = ({ action, attributes }: ReviewedChange, count: number): boolean =>
  attributes.length > 0 && (count <= MOST_OPEN || !(action === "create" || attributes.every(isTag)));

const isTag = ({ path, forcesReplacement }: AttributeChange): boolean =>
  /^tags(_all)?\b/.test(path) && !forcesReplacement;

/** On a narrow screen the last columns need scrolling: what destroys comes first. */
const COLUMNS = ["destroy", "replace", "update", "create"] as const;

function StackTable({
  stacks,
  environment,
}: Pick<ChangesProps, "stacks"> & { environment: (stack: string) => string }) {
  return (
    <Table
      name="Changes by stack"
      head={["stack", "status", ...COLUMNS, "environment", "account"]}
      rows={stacks.map(({ id, accountName, accountId, status, review }) => [
        <a href={linkTo(`plan-${id}`)}>{id}</a>,
        <Badge kind={status.replaceAll(" ", "-")}>{status}</Badge>,
        ...COLUMNS.map((action) => {
          const count = review?.counts[action] ?? 0;
          return count > 0 ? <Badge kind={action}>{count}</Badge> : "–";
        }),
        environment(id),
        `${accountName} ${accountId}`,
      ])}
    />
  );
}

interface ChangeProps {
  readonly stack: string;
  readonly change: ReviewedChange;
  readonly environments: readonly string[];
  readonly isOpen: boolean;
}

function Change({ stack, change: { address, type, action, attributes }, environments, isOpen }: ChangeProps) {
  const id = addressId(stack, address);
  return (
    <details
      class={`change ${action}`}
      id={id}
      open={isOpen}
      data-item=""
      data-environment={environments.join("|")}
      data-action={action}
      data-service={awsService(type)}
      data-address={address}
    >
      <summary>
        <Badge kind={action}>{action}</Badge> <code>{address}</code>
      </summary>
      {attributes.length > 0 && <Attributes action={action} attributes={attributes} />}
      {action === "forget" && <p class="quiet">It stays in AWS, and Terraform no longer manages it.</p>}
      <p class="quiet">
        {awsService(type)} · <a href={linkTo(id)}>link to this change</a>
      </p>
    </details>
  );
}

interface AttributesProps {
  readonly action: ReviewedChange["action"];
  readonly attributes: readonly AttributeChange[];
}

function Attributes({ action, attributes }: AttributesProps) {
  if (action === "create")
    return <Table head={["attribute", "value"]} rows={attributes.map(({ path, after }) => [<code>{path}</code>, <code>{after}</code>])} />; // prettier-ignore
  return (
    <Table
      head={["attribute", "old", "new"]}
      rows={attributes.map(({ path, before, after, forcesReplacement }) => [
        <>
          <code>{path}</code> {forcesReplacement && <Badge kind="replace">forces replacement</Badge>}
        </>,
        <ValueText text={before} kind="old" />,
        <ValueText text={after} kind="new" />,
      ])}
    />
  );
}

function ValueText({ text, kind }: { readonly text: string; readonly kind: "old" | "new" }) {
  if (text === ABSENT) return <span class="quiet">none</span>;
  return kind === "old" ? (
    <del>
      <code>{text}</code>
    </del>
  ) : (
    <ins>
      <code>{text}</code>
    </ins>
  );
}

function QuietChanges({ review }: { readonly review: StackReview }) {
  const quiet = quietChanges(review);
  if (quiet.length === 0) return null;
  return (
    <ul class="quiet">
      {quiet.map(({ what, names }) => (
        <li>
          {what} <code>{names.join(" → ")}</code>
        </li>
      ))}
    </ul>
  );
}
