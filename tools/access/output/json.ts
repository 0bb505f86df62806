import type { Actor, AccessGraph, PathToAdministrator, Step } from "../graph/access-graph";
import type { Cell, Matrix } from "../decide/matrix";
import type { AccessModel, IdentityCenterSetup, IdentityGroup, OrganizationLevel, Principal } from "../read/model";
import { withoutSecrets } from "../../../config/secret-text";
import { distinct, sortedBy } from "../../support/order";

/** The version of the shape: a change that readers must know of raises it. */
const FORMAT = 2;

type StepJson = Omit<Step, "text"> & { readonly words: string };

/** The shape that {@link accessJson} writes. Undefined values are left out. */
export interface AccessJson {
  readonly format: typeof FORMAT;
  /** By id. */
  readonly accounts: readonly {
    readonly id: string;
    readonly name: string;
    readonly region: string;
    readonly management: boolean;
    /** From the root of the organization to the account; left out if it is in none. */
    readonly organizationPath?: readonly { readonly name: string; readonly policies: readonly string[] }[];
  }[];
  /** By ARN. */
  readonly principals: readonly {
    readonly arn: string;
    readonly kind: Principal["kind"];
    readonly name: string;
    /** An id. */
    readonly account: string;
    readonly environment?: string;
    /** Of the role that Identity Center creates for it. */
    readonly permissionSet?: string;
    /** Principals that a role's trust policy names, by kind (`AWS`, `Service`, `Federated`, `IdentityCenterGroup`). */
    readonly trusts?: Readonly<Record<string, readonly string[]>>;
    readonly maxSessionSeconds?: number;
    /** By capability; refused ones are left out. */
    readonly may: Readonly<Record<string, Cell>>;
  }[];
  /** Left out without permission sets. */
  readonly identityCenter?: {
    /** An id. */
    readonly account: string;
    readonly region: string;
    readonly groups: readonly IdentityGroup[];
  };
  /** What the matrix asks for every principal, in order. */
  readonly capabilities: readonly { readonly id: string; readonly words: string; readonly action: string }[];
  /** By id. */
  readonly actors: readonly Actor[];
  readonly steps: readonly StepJson[];
  /** Paths to administrator. */
  readonly paths: readonly (Omit<PathToAdministrator, "steps"> & { readonly steps: readonly StepJson[] })[];
}

/**
 * An estate's accounts, principals and access graph as JSON of the shape {@link AccessJson}. The same estate gives the
 * same bytes.
 */
export function accessJson(model: AccessModel, matrix: Matrix, accessGraph: AccessGraph): string {
  const cells = new Map(matrix.rows.map((row) => [row.arn, row.cells]));
  const written: AccessJson = {
    format: FORMAT,
    accounts: sortedBy(model.accounts, ({ id }) => id).map(({ id, name, region, management, organizationPath }) => ({
      ...{ id, name, region, management },
      organizationPath: organizationPath?.map(levelJson),
    })),
    principals: sortedBy(model.principals, ({ arn }) => arn).map((principal) =>
      principalJson(principal, cells.get(principal.arn) ?? {}),
    ),
    identityCenter: model.identityCenter && identityCenterJson(model.identityCenter),
    capabilities: matrix.capabilities.map(({ id, label, action }) => ({ id, words: label, action })),
    actors: sortedBy(accessGraph.actors, ({ id }) => id).map(({ id, kind, name, accountId }) => ({
      id,
      kind,
      name,
      accountId,
    })),
    steps: sortedBy(accessGraph.steps, stepKey).map(stepJson),
    paths: sortedBy(accessGraph.paths, ({ from, accountId }) => JSON.stringify([from, accountId])).map(
      ({ from, accountId, steps }) => ({ ...{ from, accountId }, steps: steps.map(stepJson) }),
    ),
  };
  return JSON.stringify(withoutSecrets(written), null, 2);
}

function principalJson(
  { arn, kind, name, accountId, environment, permissionSet, trust, maxSessionSeconds }: Principal,
  cells: Readonly<Record<string, Cell>>,
) {
  const may = sortedBy(Object.entries(cells), ([id]) => id).map(
    ([id, { answer, on, except, condition }]): [string, Cell] => [id, { answer, on, except, condition }],
  );
  return {
    arn,
    kind,
    name,
    account: accountId,
    environment,
    permissionSet,
    trusts: trust && trusted(trust),
    maxSessionSeconds,
    may: Object.fromEntries(may),
  };
}

function identityCenterJson({ accountId, region, groups }: IdentityCenterSetup) {
  return {
    account: accountId,
    region,
    groups: groups.map(({ name, created, members }) => ({ name, created, members })),
  };
}

function levelJson({ name, policies }: OrganizationLevel) {
  return { name, policies: distinct(policies.map((policy) => policy.name)) };
}

function trusted(trust: NonNullable<Principal["trust"]>): Record<string, string[]> {
  const named = trust.statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ principals = {} }) =>
      Object.entries(principals).flatMap(([kind, values]) => values.map((value) => [kind, value] as const)),
    );
  const kinds = distinct(named.map(([kind]) => kind));
  return Object.fromEntries(
    kinds.map((kind) => [kind, distinct(named.filter(([each]) => each === kind).map(([, value]) => value))]),
  );
}

function stepJson({ from, to, way, text, conditions }: Step): StepJson {
  return { from, to, way, words: text, conditions };
}

function stepKey({ from, to, way, conditions }: Step): string {
  return JSON.stringify([from, to, way, conditions]);
}
