import type { AccessGraph } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { type ActorBlock, actorGroups } from "./actor-blocks";
import { type Way, waysOf } from "./ways";
import { wrapped } from "./wrapped";
import { groupedBy } from "../../support/order";

const COLUMNS = 120;

/**
 * Who can become whom, for a terminal: all ways to everything in an account, shortest first, then each actor with its
 * steps. What accounts have in common is said once. A way that is more than assuming roles is marked with `!`.
 */
export function graphText(accessGraph: AccessGraph, accounts: readonly AccountAccess[]): string {
  const { toFirst, onwards } = waysOf(accessGraph, accounts);
  const groups = actorGroups(accessGraph, accounts);
  const idle = groups.flatMap(({ accounts: each, blocks }) =>
    blocks
      .filter(({ steps }) => steps.length === 0)
      .map((block) => (each === "" ? block.names : `${block.names} in ${each}`) + letters(block)),
  );
  return [
    ...section("Ways to everything in an account, shortest first (!: more than assuming roles)", wayLines(toFirst)),
    ...section("From everything in one account to everything in the next", wayLines(onwards)),
    ...groups.flatMap(({ accounts: each, blocks }) =>
      section(each === "" ? "Outside of accounts" : `In ${each}`, blocks.flatMap(blockLines)),
    ),
    ...section(
      "They become nobody",
      idle.flatMap((text) => wrapped(text, { indent: "  ", columns: COLUMNS })),
    ),
  ]
    .join("\n")
    .trimEnd();
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines, ""];
}

function wayLines(ways: readonly Way[]): string[] {
  return [...groupedBy(ways, ({ steps }) => String(steps))].flatMap(([steps, each]) => [
    `  ${steps} ${steps === "1" ? "step" : "steps"}`,
    ...each.flatMap((way) => [
      ...wrapped(`${way.isEscalation ? "! " : "  "}${way.from}${letters(way)}`.trimStart(), {
        indent: way.isEscalation ? "  " : "    ",
        columns: COLUMNS,
      }),
      ...wrapped(way.how, { indent: "        ", columns: COLUMNS }),
    ]),
  ]);
}

function blockLines(block: ActorBlock): string[] {
  if (block.steps.length === 0) return [];
  return [
    ...wrapped(block.names + letters(block), { indent: "  ", columns: COLUMNS }),
    ...block.steps.flatMap((step) => wrapped(step, { indent: "      ", columns: COLUMNS })),
  ];
}

function letters({ where }: { readonly where: string }): string {
  return where === "" ? "" : ` (${where})`;
}
