import { ALL, type AdministratorPicture } from "../access/output/picture";
import { groupedBy } from "../support/order";
import { counted } from "../support/text";

/** Of more boxes in one column than this, the picture is split. */
const MOST_ROWS = 26;

const byNumber = new Intl.Collator("en", { numeric: true });

type Edge = AdministratorPicture["edges"][number];

/**
 * A picture that would be one tall column in several parts, each with whole ways: an entry or an account that is on ways
 * of several parts is in each of them. Accounts that are reached alike share a box.
 */
export function pictureParts(picture: AdministratorPicture): readonly AdministratorPicture[] {
  const { boxes, accounts, edges } = picture;
  const rows = Math.max(accounts.length, ...(["entry", "role"] as const).map((look) => boxes.filter((box) => box.look === look).length)); // prettier-ignore
  if (rows <= MOST_ROWS) return [picture];
  const text = new Map(boxes.map((box) => [box.id, box.text]));
  const ways = waysOf(picture);
  ways.sort(([one], [other]) => byNumber.compare(text.get(one?.from ?? "") ?? "", text.get(other?.from ?? "") ?? ""));
  const parts: Edge[][] = [];
  for (const way of ways) {
    const [last, next] = [parts.at(-1), [...(parts.at(-1) ?? []), ...way]];
    if (last && rowsOf(next, picture) <= MOST_ROWS) last.push(...way);
    else parts.push([...way]);
  }
  const onward = edges.filter(({ isOnward }) => isOnward);
  const drawn = parts.map((part, index) => {
    // A link from account to account is drawn once: where its first account is.
    const isFirst = ({ from }: Edge) => parts.findIndex((each) => each.some(({ to }) => to === from)) === index;
    return partOf([...part, ...onward.filter(isFirst)], picture);
  });
  const linked = onward.filter(({ from }) => !parts.some((part) => part.some(({ to }) => to === from)));
  return linked.length > 0 ? [...drawn, partOf(linked, picture)] : drawn;
}

/** The edges of roles that assume each other, with those that lead to them; each entry's own ways to accounts. */
function waysOf({ boxes, edges }: AdministratorPicture): Edge[][] {
  const roles = new Set(boxes.filter(({ look }) => look === "role").map(({ id }) => id));
  const group = new Map<string, string>();
  const first = (id: string): string => {
    const parent = group.get(id);
    return parent === undefined ? id : first(parent);
  };
  for (const { from, to } of edges)
    if (roles.has(from) && roles.has(to) && first(from) !== first(to)) group.set(first(from), first(to));
  const assumed = edges.filter(({ isOnward }) => !isOnward);
  return [...groupedBy(assumed, ({ from, to }) => first(roles.has(from) || !roles.has(to) ? from : to)).values()].map(
    (each) => [...each].sort((one, other) => Number(roles.has(one.from)) - Number(roles.has(other.from))),
  );
}

/** The most boxes in one column. */
function rowsOf(edges: readonly Edge[], picture: AdministratorPicture): number {
  const { boxes, accounts } = partOf(edges, picture);
  return Math.max(accounts.length, ...["entry", "role"].map((look) => boxes.filter((box) => box.look === look).length));
}

function partOf(edges: readonly Edge[], { boxes, accounts }: AdministratorPicture): AdministratorPicture {
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const known = [
    ...(ends.has(ALL) ? [{ id: ALL, name: `all ${counted(accounts.length, "account")}` }] : []),
    ...accounts.filter(({ id }) => ends.has(id)),
  ];
  const edgesAt = (id: string) =>
    edges.filter(({ from, to }) => from === id || to === id).map((edge) => ({ ...edge, [edge.to === id ? "to" : "from"]: "" })); // prettier-ignore
  const alike = [...groupedBy(known, ({ id }) => JSON.stringify(edgesAt(id))).values()];
  const boxOf = new Map(alike.flatMap((each) => each.map(({ id }) => [id, each[0]?.id ?? id] as const)));
  const joined = edges.map((edge) => ({ ...edge, from: boxOf.get(edge.from) ?? edge.from, to: boxOf.get(edge.to) ?? edge.to })); // prettier-ignore
  return {
    boxes: boxes.filter(({ id }) => ends.has(id)).sort((one, other) => byNumber.compare(one.text, other.text)),
    accounts: alike.map((each) => ({ id: each[0]?.id ?? "", name: each.map(({ name }) => name).join(", ") })),
    edges: [...new Map(joined.map((edge) => [JSON.stringify(edge), edge])).values()],
  };
}
