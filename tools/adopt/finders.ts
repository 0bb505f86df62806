import type { Finder } from "./finder";
import { DATABASE } from "./finders/database";
import { LOGS } from "./finders/logs";
import { NETWORK } from "./finders/network";
import { SECURITY_GROUPS } from "./finders/security-groups";

const SERVICES = [NETWORK, SECURITY_GROUPS, LOGS, DATABASE];

/** Finders by Terraform's type. */
export const FINDERS: ReadonlyMap<string, Finder> = new Map(SERVICES.flatMap((each) => Object.entries(each)));
