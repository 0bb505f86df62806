import {
  type Actor,
  type AccessGraph,
  type Step,
  pathsToAdministrator,
} from "../../../../tools/access/graph/access-graph";
import type { AccountAccess } from "../../../../tools/access/read/model";

/** Accounts of these names: `111111111111`, `222222222222` … */
export function accountsNamed<const N extends readonly string[]>(
  ...names: N
): { readonly [K in keyof N]: AccountAccess } {
  const accounts = names.map((name, index) => ({
    id: String(index + 1).repeat(12),
    name,
    region: "eu-west-1",
    management: false,
  }));
  return accounts as unknown as { readonly [K in keyof N]: AccountAccess };
}

export function role(accountId: string, name: string): Actor {
  return { id: `arn:aws:iam::${accountId}:role/${name}`, kind: "role", name, accountId };
}

export function person(accountId: string, name: string): Actor {
  return { id: `arn:aws:iam::${accountId}:user/${name}`, kind: "person", name, accountId };
}

export function everything({ id, name }: AccountAccess): Actor {
  return { id: `administrator:${id}`, kind: "administrator", name: `everything in ${name}`, accountId: id };
}

export function assumes(from: Actor, to: Actor, ...conditions: readonly string[]): Step {
  return { from: from.id, to: to.id, way: "assume", text: "assumes", conditions };
}

export function administers(from: Actor, to: Actor, way = "administer", text = "may do everything in"): Step {
  return { from: from.id, to: to.id, way, text, conditions: [] };
}

/** A graph of these actors and steps, with its paths. */
export function graphOf(actors: readonly Actor[], steps: readonly Step[]): AccessGraph {
  return { actors, steps, paths: pathsToAdministrator(actors, steps) };
}

/** The same graph in another order. */
export function reordered({ actors, steps, paths }: AccessGraph): AccessGraph {
  return { actors: actors.toReversed(), steps: steps.toReversed(), paths: paths.toReversed() };
}

/** A person who can assume `Admin` in each account with MFA. */
export function adminOf(accounts: readonly AccountAccess[]): AccessGraph {
  const lead = person("999999999999", "ann");
  const admins = accounts.map(({ id }) => role(id, "Admin"));
  const all = accounts.map(everything);
  const steps = admins.flatMap((admin, index) => [
    assumes(lead, admin, "MFA"),
    administers(admin, all[index] ?? admin),
  ]);
  return graphOf([lead, ...admins, ...all], steps);
}

/** A name with every special character of Mermaid, HTML and Markdown. */
export const NASTY = `a"b'c<script>alert(1)</script>-->|[x](y){z}\\n&amp;#34;\`--%%`;
