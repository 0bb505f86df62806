import type { Finder } from "./finder";
import { NETWORK } from "./finders/network";

/** Finders by Terraform's type. */
export const FINDERS: ReadonlyMap<string, Finder> = new Map([NETWORK].flatMap((each) => Object.entries(each)));
