import { Address4 } from "ip-address";
import { overlaps } from "../../config/cidr";
import { isObject, listOf, objectOf, type JsonObject } from "../support/json";
import { sortedBy } from "../support/order";
import { textOr } from "./resources";
import { stackJson, type Stack } from "../synth/stacks";

/** A part of a VPC's addresses. */
interface Extent {
  readonly cidr: string;
  /** From the beginning of the VPC, as a share of its size. */
  readonly start: number;
  readonly size: number;
}

export interface ReportedSubnet extends Extent {
  readonly zone: string;
  /** Whether its routes lead to an internet gateway. */
  readonly isPublic: boolean;
}

export interface ReportedVpc {
  readonly stack: string;
  readonly name: string;
  readonly cidr: string;
  readonly subnets: readonly ReportedSubnet[];
  /** Other VPCs of the estate with addresses of its range. */
  readonly overlapsWith: readonly string[];
}

/** The VPCs of stacks with their subnets, where their addresses are literal. */
export function vpcsOf(stacks: readonly Pick<Stack, "id" | "directory">[]): readonly ReportedVpc[] {
  const found = stacks.flatMap((stack) => vpcsOfStack(stack.id, objectOf(stackJson(stack))));
  return found.map((vpc) => ({
    ...vpc,
    overlapsWith: found.filter((other) => other !== vpc && overlaps(other.cidr, vpc.cidr)).map((other) => other.stack),
  }));
}

function vpcsOfStack(stack: string, json: JsonObject): Omit<ReportedVpc, "overlapsWith">[] {
  const resources = objectOf(json["resource"]);
  const named = (type: string) =>
    Object.entries(objectOf(resources[type])).map(([name, block]) => ({ name, block: objectOf(block) }));
  const publicTables = publicRouteTables(named);
  const publicSubnets = named("aws_route_table_association")
    .filter(({ block }) => publicTables.has(referred(block["route_table_id"])))
    .map(({ block }) => referred(block["subnet_id"]));
  return named("aws_vpc").flatMap(({ name, block: vpc }) => {
    const cidr = String(vpc["cidr_block"]);
    if (!Address4.isValid(cidr)) return [];
    const subnets = named("aws_subnet")
      .filter(
        ({ block }) => referred(block["vpc_id"]) === `aws_vpc.${name}` && Address4.isValid(String(block["cidr_block"])),
      ) // prettier-ignore
      .map(({ name: subnet, block }) => ({
        ...rangeIn(cidr, String(block["cidr_block"])),
        zone: textOr(block["availability_zone"], "any zone"),
        isPublic: publicSubnets.includes(`aws_subnet.${subnet}`),
      }));
    const title = textOr(objectOf(vpc["tags"])["Name"], name);
    return [{ stack, name: title, cidr, subnets: sortedBy(subnets, ({ start }) => start.toFixed(9)) }]; // prettier-ignore
  });
}

/** Route tables with a route to an internet gateway, in blocks of their own or inside. */
function publicRouteTables(named: (type: string) => { name: string; block: JsonObject }[]): ReadonlySet<string> {
  const leads = (route: unknown) => isObject(route) && /aws_(egress_only_)?internet_gateway\./.test(String(route["gateway_id"])); // prettier-ignore
  const routes = named("aws_route").filter(({ block }) => leads(block)).map(({ block }) => referred(block["route_table_id"])); // prettier-ignore
  const inside = named("aws_route_table").filter(({ block }) => [block["route"]].flatMap((each) => listOf(each)).some(leads)).map(({ name }) => `aws_route_table.${name}`); // prettier-ignore
  return new Set([...routes, ...inside]);
}

/** `${aws_vpc.a.id}` refers to `aws_vpc.a`. */
const referred = (value: unknown): string => /^\$\{(\w+\.[\w-]+)\.\w+\}$/.exec(String(value))?.[1] ?? String(value);

function rangeIn(vpc: string, cidr: string): Extent {
  const [outer, inner] = [new Address4(vpc), new Address4(cidr)];
  const total = 2 ** (32 - outer.subnetMask);
  const offset = Number(inner.startAddress().bigInt() - outer.startAddress().bigInt());
  return { cidr, start: offset / total, size: 2 ** (32 - inner.subnetMask) / total };
}
