import { displayPair, type Value } from "../review/value";
import { isEmpty, isObject, parsedJson } from "../support/json";
import { oneLine, shortened } from "../support/text";

/** Characters shown of a value. */
const LONGEST = 200;

/** A value of AWS or of the code for people: texts in quotes, an unset value as "nothing", unset parts left out. */
export function formatDriftValue(value: Value): string {
  return shortened(fullText(value), LONGEST);
}

/** Two different values, shortened so that the difference between them is visible. */
export function formatPair(one: Value, other: Value): readonly [string, string] {
  if (isPlainText(one) && isPlainText(other)) {
    const { before, after } = displayPair(one, other);
    return [quoted(before), quoted(after)];
  }
  return [formatDriftValue(one), formatDriftValue(other)];
}

function fullText(value: Value): string {
  if (value.isUnknown || value.isSensitive) return value.display;
  if (isEmpty(value.raw)) return "nothing";
  if (value.isList) return `[${value.elements().map(fullText).join(", ")}]`;
  if (value.isObject) {
    const parts = value.parts().filter(([, part]) => !part.isEmpty);
    return parts.length > 0
      ? `{${parts.map(([key, part]) => `${oneLine(key)}: ${fullText(part)}`).join(", ")}}`
      : "nothing";
  }
  return isPlainText(value) ? quoted(value.display) : value.display;
}

/** JSON has quotes of its own. */
function isPlainText(value: Value): boolean {
  return value.text !== undefined && !value.isSensitive && parsedJson(value.raw) === undefined;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** One element of a list. */
export interface ListElement {
  /** Equal for equal elements. */
  readonly key: string;
  readonly label: string;
  /** Known only after an apply, at least in part: equal to no other element. */
  readonly hasUnknown: boolean;
}

const GROUPS: readonly string[] = ["aws_security_group", "aws_default_security_group"];

/** Attributes that list the peers of a rule. */
const PEERS: readonly string[] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"];

/** The elements of a list. Rules of security groups are split by peer, since AWS joins rules that differ only in it. */
export function listElements(value: Value, type: string, path: string): readonly ListElement[] {
  if (isRules(type, path)) return value.elements().flatMap((rule) => rulesIn(rule, path));
  return value
    .elements()
    .map((each) => ({ key: canonicalValue(each.raw), label: formatDriftValue(each), hasUnknown: each.hasUnknown }));
}

/** Whether an attribute contains the rules of a security group. */
export function isRules(type: string, path: string): path is "ingress" | "egress" {
  return GROUPS.includes(type) && (path === "ingress" || path === "egress");
}

/** One text for equal values. An empty value equals an absent one. */
export function canonicalValue(raw: unknown): string {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const keys = Object.keys(value).filter((key) => !isEmpty(value[key])).sort(); // prettier-ignore
    return Object.fromEntries(keys.map((key) => [key, plain(value[key])]));
  };
  return JSON.stringify(plain(raw ?? null));
}

/** The elements that the other list does not have. Each element of the other list matches one. */
export function withoutMatches(
  elements: readonly ListElement[],
  others: readonly ListElement[],
): readonly ListElement[] {
  const left = others.filter(({ hasUnknown }) => !hasUnknown).map(({ key }) => key);
  return elements.filter(({ key, hasUnknown }) => {
    const index = hasUnknown ? -1 : left.indexOf(key);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function rulesIn(rule: Value, direction: "ingress" | "egress"): readonly ListElement[] {
  const preposition = direction === "ingress" ? "from" : "to";
  const description = rule.at("description");
  const suffix = description.isEmpty ? "" : ` (${formatDriftValue(description)})`;
  const peers = PEERS.flatMap((attribute) => rule.at(attribute).elements());
  const all = [
    ...peers.map((peer) => ({ key: String(peer.raw), label: peer.display, hasUnknown: peer.hasUnknown })),
    ...(rule.at("self").isTrue ? [{ key: "self", label: "its own members", hasUnknown: false }] : []),
  ];
  const traffic = trafficIn(rule);
  const parts = all.length > 0 ? all : [{ key: "", label: "nobody", hasUnknown: rule.hasUnknown }];
  return parts.map(({ key, label, hasUnknown }) => ({
    key: JSON.stringify([traffic, key, description.raw ?? ""]),
    label: oneLine(`${traffic} ${preposition} ${label}${suffix}`),
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
