import { literalText, type SynthesizedResource } from "../../accounts/bootstrap/stack-resources";
import { UNIQUE_NAMES } from "../../review/taken-names";
import { asList, objectOf } from "../../support/json";
import { stackJson, type Stack } from "../../synth/stacks";
import { addressOf } from "../../terraform/state/state-difference";
import type { StateDocument } from "../../terraform/terraform";

/** A resource in a stack's JSON, or a data source. */
export interface Declared extends SynthesizedResource {
  readonly stack: Stack;
  readonly type: string;
  /** The region of its provider. */
  readonly region: string;
}

type Kind = "resource" | "data";

/** The resources of a stack, or its data sources, in the order of its JSON. Those with an import block are left out. */
export function declaredIn(stack: Stack, kind: Kind = "resource"): Declared[] {
  const imported = asList(objectOf(stackJson(stack))["import"]).map((block) => objectOf(block)["to"]);
  return everythingIn(stack, kind).filter(({ address }) => !imported.includes(address));
}

/** Like `declaredIn`, with those that have an import block. */
export function everythingIn(stack: Stack, kind: Kind = "resource"): Declared[] {
  const json = objectOf(stackJson(stack));
  const providers = asList(objectOf(json["provider"])["aws"]).map(objectOf);
  const regionOf = (provider: unknown): string => {
    const alias = typeof provider === "string" ? provider.split(".")[1] : undefined;
    const { region } = providers.find((each) => each["alias"] === alias) ?? {};
    return typeof region === "string" ? region : stack.region;
  };
  return Object.entries(objectOf(json[kind])).flatMap(([type, named]) =>
    Object.entries(objectOf(named)).flatMap(([name, value]) => {
      const address = `${type}.${name}`;
      if (type === "//") return [];
      const values = objectOf(value);
      return [{ stack, type, address, values, region: regionOf(values["provider"]) }];
    }),
  );
}

/** A security group is in a VPC that the estate creates, and an e-mail address belongs to one account of AWS. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.entries(UNIQUE_NAMES).map(([type, [attribute]]) => [type, attribute])),
  aws_security_group: undefined,
  aws_organizations_account: "email",
};

/** What AWS gives to one resource only: its name, if the JSON has it without references. */
export function uniqueNameOf(resource: Declared): string | undefined {
  const attribute = NAMES[resource.type];
  return attribute === undefined ? undefined : literalText(resource, attribute);
}

/** What applies of stacks would create: the resources that no state of these stacks holds, whatever their address. */
export function creationsOf(states: ReadonlyMap<Stack, StateDocument | undefined>): Declared[] {
  const held = new Set([...states].flatMap(([stack, state]) => heldBy(stack, state)));
  return [...states.keys()]
    .flatMap((stack) => declaredIn(stack))
    .filter((resource) => {
      const { stack, type, address } = resource;
      return !held.has(`${stack.id} ${address}`) && !held.has(`${type} ${uniqueNameOf(resource) ?? ""}`);
    });
}

function heldBy(stack: Stack, state: StateDocument | undefined): string[] {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  return managed.flatMap((resource) =>
    resource.instances.flatMap((instance) => {
      const attribute = NAMES[resource.type];
      const name = attribute === undefined ? undefined : instance.attributes?.[attribute];
      return [
        `${stack.id} ${addressOf(resource, instance)}`,
        ...(typeof name === "string" ? [`${resource.type} ${name}`] : []),
      ];
    }),
  );
}
