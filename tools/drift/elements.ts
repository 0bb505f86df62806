import { isEmpty, isObject } from "../support/json";
import type { Value } from "../review/value";
import { saying } from "./saying";
import { oneLine } from "../support/text";

/** What a list holds, apart from the others in it. */
export interface Element {
  /** The same of two that say the same. */
  readonly key: string;
  readonly words: string;
  /** Known only after an apply, wholly or in part: the same as no other. */
  readonly hasUnknown: boolean;
}

const GROUPS: readonly string[] = ["aws_security_group", "aws_default_security_group"];

/** Attributes that say whom a rule is about, with a list of them each. */
const PEERS: readonly string[] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"];

/**
 * The elements of a list, in whatever order it has them. Rules of security groups are taken apart, one for each whom
 * they are about: AWS puts rules together that differ in nothing else.
 */
export function elementsOf(value: Value, type: string, path: string): readonly Element[] {
  if (isRules(type, path)) return value.elements().flatMap((rule) => rulesIn(rule, path));
  return value
    .elements()
    .map((each) => ({ key: canonical(each.raw), words: saying(each), hasUnknown: each.hasUnknown }));
}

/** Whether an attribute holds the rules of a security group. */
export function isRules(type: string, path: string): path is "ingress" | "egress" {
  return GROUPS.includes(type) && (path === "ingress" || path === "egress");
}

/** One text for values that say the same: what is empty says the same as what is absent. */
export function canonical(raw: unknown): string {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const keys = Object.keys(value).filter((key) => !isEmpty(value[key])).sort(); // prettier-ignore
    return Object.fromEntries(keys.map((key) => [key, plain(value[key])]));
  };
  return JSON.stringify(plain(raw ?? null));
}

/** The elements that the other list does not have; one that stands in it once accounts for one. */
export function without(elements: readonly Element[], others: readonly Element[]): readonly Element[] {
  const left = others.filter(({ hasUnknown }) => !hasUnknown).map(({ key }) => key);
  return elements.filter(({ key, hasUnknown }) => {
    const index = hasUnknown ? -1 : left.indexOf(key);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function rulesIn(rule: Value, direction: "ingress" | "egress"): readonly Element[] {
  const preposition = direction === "ingress" ? "from" : "to";
  const description = rule.at("description");
  const said = description.isEmpty ? "" : ` (${saying(description)})`;
  const peers = PEERS.flatMap((attribute) => rule.at(attribute).elements());
  const whom = [
    ...peers.map((peer) => ({ key: String(peer.raw), words: peer.words, hasUnknown: peer.hasUnknown })),
    ...(rule.at("self").isTrue ? [{ key: "self", words: "its own members", hasUnknown: false }] : []),
  ];
  const traffic = trafficIn(rule);
  const parts = whom.length > 0 ? whom : [{ key: "", words: "nobody", hasUnknown: rule.hasUnknown }];
  return parts.map(({ key, words, hasUnknown }) => ({
    key: JSON.stringify([traffic, key, description.raw ?? ""]),
    words: oneLine(`${traffic} ${preposition} ${words}${said}`),
    hasUnknown,
  }));
}

/** "tcp 443", "udp 1024-2048", "everything". */
function trafficIn(rule: Value): string {
  const protocol = rule.at("protocol").text ?? "-1";
  const [first, last] = [rule.at("from_port").number ?? 0, rule.at("to_port").number ?? 0];
  if (protocol === "-1" || protocol === "all") return "everything";
  if (first === last && first <= 0) return protocol;
  return first === last ? `${protocol} ${first}` : `${protocol} ${first}-${last}`;
}
