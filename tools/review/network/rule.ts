import { type Box, subtractBoxes } from "./ranges";

/**
 * A part of a rule of a security group or network ACL: one protocol, one range of ports, and one network, group or
 * prefix list.
 */
export interface NetworkRule {
  /** The address of the resource that contains it. */
  readonly address: string;
  /** Group or ACL, and direction. A rule is compared with the rules of the same boundary. */
  readonly boundary: string;
  readonly isAllowed: boolean;
  /** The lowest matching rule decides. Security groups have no order and deny nothing. */
  readonly order: number;
  /** `tcp`, `50`, or ALL_PROTOCOLS. */
  readonly protocol: string;
  /** The space of the box's addresses: `ipv4`, `ipv6`, or a group. */
  readonly space: string;
  readonly box: Box;
  readonly message: string;
}

export const ALL_PROTOCOLS = "all";

/** Any protocol that no rule names. */
const ANY_OTHER = "any other";

/**
 * The new rules that allow something which the old rules did not. The comparison covers every port and address, so
 * splitting, joining, moving or renumbering rules opens nothing.
 */
export function openedRules(before: readonly NetworkRule[], after: readonly NetworkRule[]): readonly NetworkRule[] {
  const [then, now] = [byBoundary(before), byBoundary(after)];
  return [...now].flatMap(([boundary, rules]) => openedIn(then.get(boundary) ?? [], rules));
}

function openedIn(before: readonly NetworkRule[], after: readonly NetworkRule[]): readonly NetworkRule[] {
  const named = [...new Set([...before, ...after].map(({ protocol }) => protocol))].filter(
    (protocol) => protocol !== ALL_PROTOCOLS,
  );
  return after.filter((rule) => {
    if (!rule.isAllowed) return false;
    const protocols = rule.protocol === ALL_PROTOCOLS ? [...named, ANY_OTHER] : [rule.protocol];
    return protocols.some((protocol) => {
      const allowed = about(before, protocol, rule.space).flatMap((each, _, all) =>
        each.isAllowed ? passes(each, all) : [],
      );
      return subtractBoxes(passes(rule, about(after, protocol, rule.space)), allowed).length > 0;
    });
  });
}

/** What a rule allows that no earlier rule has decided. */
function passes(rule: NetworkRule, all: readonly NetworkRule[]): readonly Box[] {
  return subtractBoxes(
    [rule.box],
    all.filter(({ order }) => order < rule.order).map(({ box }) => box),
  );
}

/** The rules that apply to this protocol. */
function about(rules: readonly NetworkRule[], protocol: string, space: string): readonly NetworkRule[] {
  return rules.filter(
    (rule) => rule.space === space && (rule.protocol === protocol || rule.protocol === ALL_PROTOCOLS),
  );
}

function byBoundary(rules: readonly NetworkRule[]): ReadonlyMap<string, readonly NetworkRule[]> {
  const found = new Map<string, NetworkRule[]>();
  for (const rule of rules) found.set(rule.boundary, [...(found.get(rule.boundary) ?? []), rule]);
  return found;
}
