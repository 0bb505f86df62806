import { UNKNOWN, type Value } from "../value";
import type { Span } from "./ranges";
import { ALL_PROTOCOLS } from "./rule";

/** A protocol with its ports; for ICMP, its types. */
export interface Traffic {
  readonly protocol: string;
  readonly ports: Span;
  /** "port 443", "udp ports 1000-2000", "every protocol and port". */
  readonly label: string;
}

/** Protocols by the numbers that AWS uses: https://www.iana.org/assignments/protocol-numbers */
const PROTOCOLS: Readonly<Record<string, string>> = {
  ...{ "-1": ALL_PROTOCOLS, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" },
};

const EVERY: Span = { first: 0n, last: 65535n };

export interface TrafficValues {
  readonly protocol: Value;
  readonly from: Value;
  readonly to: Value;
}

/** An unknown protocol or port counts as all, and its label says so. */
export function trafficOf({ protocol: given, from, to }: TrafficValues): Traffic {
  if (given.isUnknown) return { protocol: ALL_PROTOCOLS, ports: EVERY, label: `a protocol and ports ${UNKNOWN}` };
  const text = given.text?.toLowerCase() ?? String(given.number ?? "-1");
  const protocol = PROTOCOLS[text] ?? text;
  if (protocol === ALL_PROTOCOLS) return { protocol, ports: EVERY, label: "every protocol and port" };
  if (protocol === "icmp" || protocol === "icmpv6") return icmp(protocol, from, to);
  if (protocol !== "tcp" && protocol !== "udp") return { protocol, ports: EVERY, label: `protocol ${given.display}` };
  return tcpOrUdp(protocol, from, to);
}

function tcpOrUdp(protocol: "tcp" | "udp", from: Value, to: Value): Traffic {
  const prefix = protocol === "tcp" ? "" : "udp ";
  if (from.isUnknown || to.isUnknown) return { protocol, ports: EVERY, label: `${prefix}ports ${UNKNOWN}` };
  const [first, last] = [from.number ?? -1, to.number ?? from.number ?? -1];
  if (first < 0 || last < 0) return { protocol, ports: EVERY, label: `every ${protocol} port` };
  const ports = { first: BigInt(Math.trunc(Math.min(first, last))), last: BigInt(Math.trunc(Math.max(first, last))) };
  return { protocol, ports, label: `${prefix}${portLabel(from, to, ports)}` };
}

function portLabel(from: Value, to: Value, { first, last }: Span): string {
  if (from.isSensitive || to.isSensitive) return `ports ${from.display}-${to.display}`;
  if (first === EVERY.first && last === EVERY.last) return "every port";
  return first === last ? `port ${first}` : `ports ${first}-${last}`;
}

/** ICMP has its type in the first port and its code in the last one; -1 means all. */
function icmp(protocol: string, from: Value, to: Value): Traffic {
  const name = protocol === "icmp" ? "ICMP" : "ICMPv6";
  const [type, code] = [from.number ?? -1, to.number ?? -1].map(Math.trunc) as [number, number];
  if (from.isUnknown || type < 0) return { protocol, ports: EVERY, label: name };
  const first = BigInt(type) * 256n;
  if (to.isUnknown || code < 0)
    return { protocol, ports: { first, last: first + 255n }, label: `${name} of type ${from.display}` };
  const one = first + BigInt(code);
  return { protocol, ports: { first: one, last: one }, label: `${name} of type ${from.display}, code ${to.display}` };
}
