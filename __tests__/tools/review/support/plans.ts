import type { PlannedChange, PlanJson, ResourceChange } from "../../../../tools/review/plan-json";
import { plannedResources, type PlannedResource } from "../../../../tools/review/planned-resource";

/* Small plans in the format of `terraform show -json`, written by hand. */

type Values = Readonly<Record<string, unknown>>;

interface Wish extends Omit<Partial<ResourceChange>, "change">, Partial<PlannedChange> {
  /**
   * The attributes that the code sets: a reference, `true` for a constant, or a list in JSON. @default every attribute,
   * without references
   */
  readonly written?: Readonly<Record<string, string | true | readonly object[]>>;
}

/** A resource in a plan, with the attributes that the code sets. */
export interface Planned {
  readonly change: ResourceChange;
  readonly written?: Wish["written"];
}

function planned(address: string, actions: PlannedChange["actions"], { written, ...wish }: Wish): Planned {
  const [type = "", name = ""] = address.replace(/^(module\.[^.]+\.)*/, "").split(".");
  const {
    mode = "managed",
    previous_address,
    action_reason,
    before = null,
    after = null,
    after_unknown = {},
    ...rest
  } = wish;
  const change: PlannedChange = {
    actions,
    before,
    after,
    after_unknown,
    before_sensitive: {},
    after_sensitive: {},
    ...rest,
  };
  return { change: { address, previous_address, action_reason, mode, type, name, change }, written };
}

export const created = (address: string, after: Values, wish: Wish = {}): Planned =>
  planned(address, ["create"], { after, ...wish });
export const destroyed = (address: string, before: Values, wish: Wish = {}): Planned =>
  planned(address, ["delete"], { before, ...wish });
export const forgotten = (address: string, before: Values, wish: Wish = {}): Planned =>
  planned(address, ["forget"], { before, ...wish });
export const unchanged = (address: string, values: Values, wish: Wish = {}): Planned =>
  planned(address, ["no-op"], { before: values, after: values, ...wish });
export const updated = (address: string, before: Values, after: Values, wish: Wish = {}): Planned =>
  planned(address, ["update"], { before, after, ...wish });
export const replaced = (address: string, before: Values, after: Values, wish: Wish = {}): Planned =>
  planned(address, ["delete", "create"], { before, after, ...wish });

/** A plan of these resources. It has a configuration if any has `written`; the others then set no attribute. */
export function planOf(resources: readonly Planned[], rest: Partial<PlanJson> = {}): PlanJson {
  const isWritten = resources.some(({ written }) => written !== undefined);
  const configured = resources.map(({ change: { address, type, name, mode }, written = {} }) => ({
    ...{ address, type, name, mode },
    expressions: Object.fromEntries(
      Object.entries(written).map(([attribute, to]) => [
        attribute,
        to === true
          ? { constant_value: "written" }
          : typeof to === "string"
            ? { references: referred(to) }
            : asInJson(to),
      ]),
    ),
  }));
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: resources.map(({ change }) => change),
    ...(isWritten && { configuration: { root_module: { resources: configured } } }),
    ...rest,
  };
}

/** Terraform lists a reference, and then its resource. */
const referred = (to: string) => [to, to.split(".").slice(0, 2).join(".")];

/** For JSON, a plan contains the original texts and their references. */
function asInJson(value: readonly object[]) {
  const references = [...JSON.stringify(value).matchAll(/(?<!\$)\$\{([^}]+)\}/g)].flatMap(([, to = ""]) =>
    referred(to),
  );
  return { constant_value: value, references: [...new Set(references)] };
}

export function resourcesOf(...resources: Planned[]): readonly PlannedResource[] {
  return plannedResources(planOf(resources));
}
