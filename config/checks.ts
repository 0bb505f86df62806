import type { Problem } from "./estate-error";
import { memberships, oneMaster, uniqueAccounts } from "./checks/accounts";
import type { Draft } from "./checks/draft";
import { order, production, references } from "./checks/environments";
import { members, sharedMembers } from "./checks/members";
import { builtNames, reservedNames, stackIds } from "./checks/names";
import { networks } from "./checks/networks";

/** Every problem that a draft's values have with each other. What one value may be is in schema.ts. */
export function checkDraft(draft: Draft): Problem[] {
  const checks = [
    reservedNames,
    uniqueAccounts,
    oneMaster,
    memberships,
    references,
    order,
    networks,
    members,
    sharedMembers,
    production,
    builtNames,
    stackIds,
  ];
  return checks.flatMap((check) => [...check(draft)]);
}
