import { isDeepStrictEqual } from "node:util";
import type { PlannedChange, PlanJson } from "../../../../tools/review/plan-json";
import { found, usersWith } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import type { StackReader, Values } from "../../../support/stack-reader";
import type { EstateFile } from "../../../../config/schema";
import { created, destroyed, planOf, replaced, unchanged, updated, type Planned } from "./plans";

/** The example with IAM Identity Center: two groups, of which it creates one. */
export const withGroups = (change: (file: EstateFile) => void = () => undefined): StackReader =>
  synthesize(
    usersWith((file) => {
      file.identityCenter = { groups: { leads: { members: ["lead@example.com", "deputy@example.com"] } } };
      for (const name of ["dev", "prod"]) {
        const account = found(file.accounts, name);
        account.operators = ["group:engineers"];
        account.admins = ["group:leads"];
        account.sourceIps = undefined;
        account.operatorSessionSeconds = undefined;
        if (name === "prod") account.breakGlass = ["arn:aws:iam::111111111111:user/emergency"];
      }
      change(file);
    }),
  ).stack("master-identity");

const REFERENCE = /^\$\{((?:data\.)?\w+\.[^.}]+)\.(\w+)\}$/;

/** The attributes that AWS chooses, of each type. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  aws_identitystore_group: ["group_id"],
  aws_ssoadmin_permission_set: ["arn"],
};

/** A plan from one synthesized stack to another, with what Terraform and the provider add: ids, and what is not known yet. */
export function identityPlan(from: StackReader, to: StackReader): PlanJson {
  const byAddress = ({ resources }: StackReader) => new Map(resources.map(({ address, values }) => [address, values]));
  const [before, after] = [byAddress(from), byAddress(to)];
  const isNew = (address: string) => !address.startsWith("data.") && !before.has(address);
  const planned = [...new Set([...before.keys(), ...after.keys()])].map((address): Planned => {
    const [was, will] = [before.get(address), after.get(address)];
    const old = was && valuesAt(address, was, () => false);
    if (!will) return destroyed(address, old ?? {});
    const references = Object.entries(will).flatMap(([key, value]) => {
      const [, to, attribute] = REFERENCE.exec(String(value)) ?? [];
      return to === undefined ? [] : [[key, `${to}.${String(attribute)}`] as const];
    });
    const unknown = references.filter(([, to]) => isNew(to.split(".").slice(0, 2).join("."))).map(([key]) => key);
    const values = valuesAt(address, will, isNew);
    const wish = {
      written: Object.fromEntries(references),
      after_unknown: Object.fromEntries(unknown.map((key) => [key, true])),
    };
    if (!old) return created(address, values, wish);
    if (JSON.stringify(old) === JSON.stringify(values)) return unchanged(address, old, wish);
    return unknown.length > 0 || old["name"] !== values["name"]
      ? replaced(address, old, values, wish)
      : updated(address, old, values, wish);
  });
  return planOf(planned, {
    prior_state: { values: { root_module: { resources: dataOf(to) } } },
    output_changes: Object.fromEntries(Object.keys(to.outputs).map((name) => [name, outputChange(from, to, name)])),
  });
}

function valuesAt(address: string, written: Values, isNew: (address: string) => boolean): Values {
  const [type = ""] = address.split(".");
  const own = isNew(address) ? [] : (COMPUTED[type] ?? []).map((key) => [key, `${address}.${key}`]);
  const known = Object.entries(written).flatMap(([key, value]) => {
    if (key === "depends_on" || key === "lifecycle") return [];
    const [, to, attribute] = REFERENCE.exec(String(value)) ?? [];
    if (to === undefined) return [[key, value]];
    return isNew(to) ? [] : [[key, `${to}.${String(attribute)}`]];
  });
  return Object.fromEntries([...own, ...known]) as Values;
}

/** What the data sources of the present code have read. Terraform forgets all others. */
const dataOf = ({ json }: StackReader): object[] =>
  Object.entries(json.data ?? {}).flatMap(([type, named]) =>
    Object.keys(named).map((name) => ({
      ...{ address: `data.${type}.${name}`, mode: "data", type, name },
      values: { [type.endsWith("user") ? "user_id" : "group_id"]: `data.${type}.${name}.${type.endsWith("user") ? "user_id" : "group_id"}` }, // prettier-ignore
    })),
  );

function outputChange(from: StackReader, to: StackReader, name: string): PlannedChange {
  const [before, after] = [from, to].map(
    ({ outputs }) => JSON.parse(JSON.stringify(outputs[name]?.value).replaceAll(/\$\{([^}]+)\}/g, "$1")) as unknown,
  );
  return { actions: [isDeepStrictEqual(before, after) ? "no-op" : "update"], before, after };
}
