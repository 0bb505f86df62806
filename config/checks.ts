import type { Problem } from "./estate-error";
import {
  alarmTrails,
  createdOnly,
  dataEvents,
  memberships,
  oneMaster,
  uniqueUsers,
  uniqueAccounts,
} from "./checks/accounts";
import { bucketSettings } from "./checks/buckets";
import { foreignRoles, foreignUsers, stackIds } from "./checks/collisions";
import { databases } from "./checks/databases";
import type { Draft } from "./checks/draft";
import { existing } from "./checks/existing";
import { external } from "./checks/external";
import { existingNames } from "./checks/existing-names";
import { order, production, references } from "./checks/environments";
import { joining, members, sharedMembers, securityAccount } from "./checks/members";
import { builtNames, reservedNames } from "./checks/names";
import { breakGlass, groups, identityCenter, permissionSetNames } from "./checks/identity-center";
import { networks } from "./checks/networks";
import { organizationSettings } from "./checks/organization";
import { pipelineSettings } from "./checks/pipelines";
import { securityGroupCycles } from "./checks/security-group-cycles";
import { securityGroups } from "./checks/security-groups";
import { recordedMembers } from "./checks/recorded-members";
import type { MembersRecord } from "./members-record";

/** In the order in which their problems are listed. */
const CHECKS: readonly ((draft: Draft) => Iterable<Problem>)[] = [
  reservedNames,
  uniqueAccounts,
  uniqueUsers,
  oneMaster,
  securityAccount,
  memberships,
  joining,
  createdOnly,
  alarmTrails,
  dataEvents,
  organizationSettings,
  external,
  identityCenter,
  groups,
  breakGlass,
  permissionSetNames,
  pipelineSettings,
  references,
  order,
  networks,
  members,
  sharedMembers,
  securityGroups,
  securityGroupCycles,
  production,
  databases,
  bucketSettings,
  existing,
  existingNames,
  builtNames,
  foreignRoles,
  foreignUsers,
  stackIds,
];

/**
 * The problems that depend on several values of a draft, or on the recorded members. schema.ts checks single values.
 */
export function checkDraft(draft: Draft, record?: MembersRecord): Problem[] {
  const problems: Problem[] = [];
  for (const check of CHECKS) for (const problem of check(draft)) problems.push(problem);
  return record ? [...problems, ...recordedMembers(draft, record)] : problems;
}
