import type { Atom, Who } from "./atoms";
import { alternativesOf, follows } from "./requirements";
import { isWithin, mayMeet } from "./texts";

/** Whether a principal's own policies allow what the atom does, whomever the atom speaks of. */
export type Delegates = (arn: string, atom: Atom) => boolean;

/** More sets of alternatives of conditions than this are not looked at one by one. */
const MOST_ALTERNATIVES = 64;

/**
 * Atoms of which is asked whether they say all that another one says. Most of them are not even looked at: they are of
 * another service.
 */
export class Coverage {
  private readonly ids: ReadonlySet<string>;
  private readonly byService = new Map<string, Atom[]>();

  /**
   * @param delegates of a resource's account, to whom it may leave the decision. @default nobody is known to be allowed
   */
  constructor(
    readonly atoms: readonly Atom[],
    private readonly delegates: Delegates = () => false,
  ) {
    this.ids = new Set(atoms.map(({ id }) => id));
    for (const each of atoms) {
      const service = serviceOf(each);
      this.byService.set(service, [...(this.byService.get(service) ?? []), each]);
    }
  }

  /** Whether each request that the atom speaks of is spoken of here. True only where that is sure. */
  covers(atom: Atom): boolean {
    return this.ids.has(atom.id) || this.coversAll(atom, MOST_ALTERNATIVES);
  }

  private coversAll(atom: Atom, most: number): boolean {
    if (this.near(atom).some((each) => this.coversOne(each, atom))) return true;
    const alternatives = alternativesOf(atom.requirements) ?? [];
    if (alternatives.length === 0 || alternatives.length > most) return false;
    return alternatives.every((requirements) => this.coversAll({ ...atom, requirements }, most / alternatives.length));
  }

  /** The atoms that would cover it, were it not for their conditions. */
  coveringBut(atom: Atom): readonly Atom[] {
    return this.near(atom).filter((each) => this.coversOne({ ...each, requirements: [] }, atom));
  }

  /** Whether a request may be spoken of by both, whoever makes it. False only where there is surely none. */
  mayMeet(atom: Atom): boolean {
    const service = serviceOf(atom);
    const near = service === "" ? this.atoms : this.near(atom);
    return near.some((each) => mayMeet(each.actions, atom.actions) && mayMeet(each.resources, atom.resources));
  }

  private near(atom: Atom): readonly Atom[] {
    const service = serviceOf(atom);
    const any = this.byService.get("") ?? [];
    return service === "" ? any : [...any, ...(this.byService.get(service) ?? [])];
  }

  private coversOne(wide: Atom, narrow: Atom): boolean {
    return (
      isWithin(narrow.actions, wide.actions) &&
      isWithin(narrow.resources, wide.resources) &&
      follows(wide.requirements, narrow.requirements) &&
      this.coversWho(wide, narrow)
    );
  }

  private coversWho(wide: Atom, narrow: Atom): boolean {
    if (!wide.who) return true;
    if (!narrow.who) return isEverybody(wide.who);
    if (wide.who.not) return isOutside(narrow.who, wide.who);
    if (narrow.who.not) return isEverybody(wide.who);
    const [wideValue = "", value = ""] = [wide.who.values[0], narrow.who.values[0]];
    if (isEverybody(wide.who) || value === wideValue) return true;
    const account = rootOf(wideValue);
    if (account === undefined || accountOf(value) !== account) return false;
    // An account that is let in decides by its own policies whom it sends. A principal of the resource's own account
    // that is named needs none.
    return (
      wide.effect === "Deny" ||
      account !== wide.who.home ||
      this.delegates(value.replace(/^AWS /, ""), { ...narrow, who: undefined })
    );
  }
}

function serviceOf({ actions }: Atom): string {
  const [pattern = ""] = actions.patterns;
  return actions.not ? "" : (/^([^:*?]*):/.exec(pattern)?.[1] ?? "");
}

function isEverybody({ not, values }: Who): boolean {
  return !not && values[0] === "AWS *";
}

/**
 * Whether nobody of `narrow` is one of those that `wide` leaves out, by any reading of accounts and their principals.
 */
function isOutside(narrow: Who, wide: Who): boolean {
  if (narrow.not) return wide.values.every((value) => narrow.values.includes(value));
  const [value = ""] = narrow.values;
  const group = groupOf(value);
  return group !== undefined && wide.values.every((other) => groupOf(other) !== undefined && groupOf(other) !== group);
}

/** The account of a principal, or the service or identity provider that it is. Undefined where that is not known. */
function groupOf(value: string): string | undefined {
  return accountOf(value) ?? (/^(Service|Federated) /.test(value) ? value : undefined);
}

/** The account that a principal is the root of. */
function rootOf(value: string): string | undefined {
  return /^AWS arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1];
}

function accountOf(value: string): string | undefined {
  return /^AWS arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(value)?.[1];
}
