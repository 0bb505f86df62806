import { Address4, Address6 } from "ip-address";
import type { Span } from "./box";

/** A space of addresses, and those of it that are meant. */
export interface Network {
  readonly space: string;
  readonly addresses: Span;
}

const ONE: Span = { first: 0n, last: 0n };

/** What is no network, or cannot be read as one, is equal to itself alone. */
export function named(space: string): Network {
  return { space, addresses: ONE };
}

export function everyIpv4(): Network {
  return { space: "ipv4", addresses: { first: 0n, last: 2n ** 32n - 1n } };
}

export function everyIpv6(): Network {
  return { space: "ipv6", addresses: { first: 0n, last: 2n ** 128n - 1n } };
}

/** The addresses of a CIDR block of either kind. */
export function networkOf(cidrBlock: string): Network {
  try {
    const isIpv6 = cidrBlock.includes(":");
    const network = isIpv6 ? new Address6(cidrBlock) : new Address4(cidrBlock);
    const addresses = { first: network.startAddress().bigInt(), last: network.endAddress().bigInt() };
    return { space: isIpv6 ? "ipv6" : "ipv4", addresses };
  } catch {
    return named(`network ${cidrBlock}`);
  }
}
