/** An AWS region. */
interface Region {
  /** The short, unique code that namespaces use. */
  readonly code: string;
  /** The letters of its availability zones; those that every account has come first. */
  readonly zones: string;
}

/**
 * The regions of the `aws` partition. GovCloud and China are other partitions, whose ARNs begin differently.
 *
 * Codes are those of the original system's region map. That map gave `ca` to two regions: here us-west-1 keeps `ca`,
 * and ca-central-1 is `mtl`. Changing a code renames every resource of the environments in that region. Zones have
 * AWS's letters: ap-northeast-1 has a `b` for old accounts only, ca-central-1 has no `c`, and us-west-1 shows two of its three
 * zones to each account.
 */
export const REGIONS: Readonly<Record<string, Region>> = {
  "af-south-1": { code: "cpt", zones: "abc" },
  "ap-east-1": { code: "hk", zones: "abc" },
  "ap-east-2": { code: "tpe", zones: "abc" },
  "ap-northeast-1": { code: "ty", zones: "acdb" },
  "ap-northeast-2": { code: "sel", zones: "abcd" },
  "ap-northeast-3": { code: "osa", zones: "abc" },
  "ap-south-1": { code: "mum", zones: "abc" },
  "ap-south-2": { code: "hyd", zones: "abc" },
  "ap-southeast-1": { code: "sg", zones: "abc" },
  "ap-southeast-2": { code: "syd", zones: "abc" },
  "ap-southeast-3": { code: "jkt", zones: "abc" },
  "ap-southeast-4": { code: "mel", zones: "abc" },
  "ap-southeast-5": { code: "kul", zones: "abc" },
  "ap-southeast-6": { code: "akl", zones: "abc" },
  "ap-southeast-7": { code: "bkk", zones: "abc" },
  "ca-central-1": { code: "mtl", zones: "abd" },
  "ca-west-1": { code: "cal", zones: "abc" },
  "eu-central-1": { code: "fr", zones: "abc" },
  "eu-central-2": { code: "zrh", zones: "abc" },
  "eu-north-1": { code: "sth", zones: "abc" },
  "eu-south-1": { code: "mil", zones: "abc" },
  "eu-south-2": { code: "zaz", zones: "abc" },
  "eu-west-1": { code: "irl", zones: "abc" },
  "eu-west-2": { code: "ldn", zones: "abc" },
  "eu-west-3": { code: "par", zones: "abc" },
  "il-central-1": { code: "tlv", zones: "abc" },
  "me-central-1": { code: "uae", zones: "abc" },
  "me-south-1": { code: "bhr", zones: "abc" },
  "mx-central-1": { code: "qro", zones: "abc" },
  "sa-east-1": { code: "sao", zones: "abc" },
  "us-east-1": { code: "va", zones: "abcdef" },
  "us-east-2": { code: "oh", zones: "abc" },
  "us-west-1": { code: "ca", zones: "abc" },
  "us-west-2": { code: "or", zones: "abcd" },
};

/** The names of a region's availability zones, for example `eu-west-1a`. Empty for an unknown region. */
export const zonesOf = (region: string): readonly string[] => ZONES.get(region) ?? [];

const ZONES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(REGIONS).map(([region, { zones }]) => [region, Array.from(zones, (letter) => region + letter)]),
);

/**
 * The regions that every account has. AWS enables newer ones for an account on request only, and until then accepts no
 * credentials there. No region was added since 2019-03-20 ("Enable or disable AWS Regions in your account" in the
 * reference guide of Account Management, read in November 2026).
 */
const ALWAYS_ENABLED = new Set([
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
]);

/** The regions among these that an account must enable first. */
export const optInRegions = (regions: readonly string[]): string[] =>
  regions.filter((region) => !ALWAYS_ENABLED.has(region));
