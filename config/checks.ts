import type { Problem } from "./estate-error";
import { securityGroupCycles } from "./checks/security-group-cycles";
import {
  createdOnly,
  alarmTrails,
  memberships,
  oneMaster,
  organizationSettings,
  recordedMembers,
  uniqueAccounts,
} from "./checks/accounts";
import type { Draft } from "./checks/draft";
import { order, production, references } from "./checks/environments";
import { members, sharedMembers } from "./checks/members";
import { builtNames, foreignRoles, reservedNames, stackIds } from "./checks/names";
import { networks } from "./checks/networks";
import { securityGroups } from "./checks/security-groups";
import type { MembersRecord } from "./members-record";

/**
 * Every problem that a draft's values have with each other, and with the members that were recorded. What one value may
 * be is in schema.ts.
 */
export function checkDraft(draft: Draft, record?: MembersRecord): Problem[] {
  const checks = [
    reservedNames,
    uniqueAccounts,
    oneMaster,
    memberships,
    createdOnly,
    alarmTrails,
    organizationSettings,
    references,
    order,
    networks,
    members,
    sharedMembers,
    securityGroups,
    securityGroupCycles,
    production,
    builtNames,
    foreignRoles,
    stackIds,
  ];
  return [...checks.flatMap((check) => [...check(draft)]), ...(record ? recordedMembers(draft, record) : [])];
}
