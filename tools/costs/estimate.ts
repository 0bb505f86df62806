import table from "./prices.json";
import { listOf, type JsonObject } from "../support/json";

/** A resource, as synthesized or as a plan shows it. */
export interface PricedResource {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly region: string;
  readonly values: JsonObject;
}

/** What a resource costs. */
export interface CostLine {
  readonly stack: string;
  readonly address: string;
  /** "db.t4g.micro". */
  readonly item: string;
  /** USD a month, at list price. @default unknown, or by use */
  readonly usd?: number;
  /** What it costs by use: "by the gigabyte". */
  readonly byUse?: string;
}

/** What resources cost together. */
export interface CostEstimate {
  /** USD a month, of all that has a price in the table. */
  readonly usd: number;
  /** Each resource that costs something or may do so. */
  readonly lines: readonly CostLine[];
}

/** When the prices were compared with AWS's pages. */
export const PRICES_DATE = table.date;

/** A price of the table for a number of units; undefined if the table does not have it in the region. */
function priced(item: string, region: string, units: number): number | undefined {
  const found = table.prices.find((price) => price.item === item && [region, "*"].includes(price.region));
  if (!found) return undefined;
  return found.usd * units * (found.unit === "hour" ? table.hoursPerMonth : 1);
}

type Item = Pick<CostLine, "item" | "usd" | "byUse">;

const TYPES: Readonly<Record<string, (values: JsonObject, region: string) => readonly Item[]>> = {
  aws_db_instance: databaseItems,
  aws_kms_key: (_, region) => [{ item: "KMS key", usd: priced("KMS key", region, 1) }],
  aws_secretsmanager_secret: (_, region) => [{ item: "secret", usd: priced("secret", region, 1) }],
  aws_nat_gateway: (_, region) => [{ item: "NAT gateway", usd: priced("NAT gateway", region, 1) }],
  aws_eip: (_, region) => [{ item: "public IPv4 address", usd: priced("public IPv4 address", region, 1) }],
  aws_vpc_endpoint: (values, region) => {
    const type = values["vpc_endpoint_type"] ?? "Gateway";
    if (type === "Gateway") return [];
    if (type !== "Interface") return [{ item: "endpoint of another kind" }];
    const zones = listOf(values["subnet_ids"]).length;
    const item = `interface endpoint in ${zones} zones`;
    return [{ item, usd: zones > 0 ? priced("interface endpoint", region, zones) : undefined }];
  },
  // Only an analyzer of external access is free.
  aws_accessanalyzer_analyzer: ({ type = "ACCOUNT" }) =>
    /^(ACCOUNT|ORGANIZATION)$/.test(String(type)) ? [] : [{ item: "analyzer of unused or internal access" }],
};

/** Versions of PostgreSQL in RDS Extended Support, whose price is by vCPU and hour (RDS User Guide, 2026-11). */
const EXTENDED_SUPPORT = /^(9|1[0-3])(\.|$)/;

/** A standby costs what the database costs. */
function databaseItems(values: JsonObject, region: string): readonly Item[] {
  const copies = values["multi_az"] === true ? 2 : 1;
  const name = String(values["instance_class"]);
  const isPriced = values["engine"] === "postgres";
  const storage = `${String(values["storage_type"])} storage of a database`;
  const size = Number(values["allocated_storage"]);
  return [
    { item: name, usd: isPriced ? priced(name, region, copies) : undefined },
    {
      item: size > 0 ? `${size} GB ${storage}` : "storage of a database, of unknown size",
      usd: isPriced && size > 0 ? priced(storage, region, size * copies) : undefined,
    },
    ...(values["manage_master_user_password"] === true
      ? [{ item: "secret of the master user", usd: priced("secret", region, 1) }]
      : []),
    ...(isPriced && isExtended(values) ? [{ item: "extended support of its version" }] : []),
    ...(values["publicly_accessible"] === true
      ? [{ item: "public IPv4 address", usd: priced("public IPv4 address", region, 1) }]
      : []),
    ...(Number(values["monitoring_interval"] ?? 0) > 0
      ? [{ item: "enhanced monitoring", byUse: "by the gigabyte" }]
      : []),
  ];
}

const isExtended = ({ engine_version: version, engine_lifecycle_support: support }: JsonObject): boolean =>
  EXTENDED_SUPPORT.test(String(version)) && support !== "open-source-rds-extended-support-disabled";

/** How many there are of it, as code says; undefined if that is known to Terraform only. */
function copiesOf({ count = 1, for_each: each }: JsonObject): number | undefined {
  return each === undefined && typeof count === "number" ? count : undefined;
}

function itemsOf(resource: PricedResource): readonly Item[] {
  const copies = copiesOf(resource.values);
  const items = itemsOfOne(resource);
  if (copies === 1) return items;
  if (copies === undefined) return items.map(({ item, byUse }) => ({ item: `${item}, of unknown number`, byUse }));
  return Array.from({ length: copies }, () => items).flat();
}

function itemsOfOne({ type, values, region }: PricedResource): readonly Item[] {
  const rule = TYPES[type];
  if (rule) return rule(values, region);
  const byUse = (table.byUse as Readonly<Record<string, string | undefined>>)[type];
  if (byUse !== undefined) return [{ item: type, byUse }];
  const isFree = table.free.includes(type) || table.freePrefixes.some((prefix) => type.startsWith(prefix));
  return isFree ? [] : [{ item: type }];
}

/** What resources cost a month, at AWS's list prices. What the table does not have is unknown, never free. */
export function estimateCosts(resources: readonly PricedResource[]): CostEstimate {
  const lines = resources.flatMap((resource) =>
    itemsOf(resource).map((item) => ({ stack: resource.stack, address: resource.address, ...item })),
  );
  return { usd: sumOf(lines), lines };
}

/** USD a month, to the cent, of all that has a price. */
export const sumOf = (lines: readonly Pick<CostLine, "usd">[]): number =>
  Math.round(lines.reduce((sum, { usd = 0 }) => sum + usd, 0) * 100) / 100;

/** Lines whose price the table does not have. */
export const unknownLines = ({ lines }: CostEstimate) =>
  lines.filter(({ usd, byUse }) => usd === undefined && byUse === undefined);

/** Lines that cost by use. */
export const byUseLines = ({ lines }: CostEstimate) => lines.filter(({ byUse }) => byUse !== undefined);
