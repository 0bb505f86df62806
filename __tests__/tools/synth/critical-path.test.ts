import { criticalPathSeconds, expectedSeconds, longestChain, longWaits } from "../../../tools/synth/critical-path";

test("expects a database to take longest, and counts each resource type once", () => {
  const seconds = (...types: string[]): number =>
    expectedSeconds({ resourceTypes: Object.fromEntries(types.map((type) => [type, 3])) });
  expect(seconds("aws_iam_role")).toBe(6);
  expect(seconds("aws_vpc", "aws_subnet")).toBe(26);
  expect(seconds("aws_db_instance")).toBe(86);
  expect(seconds("aws_kms_key", "aws_db_instance")).toBe(98);
});

test("counts a long wait for each database and each bucket's lifecycle rules, which follow its versioning", () => {
  const waits = (resourceTypes: Record<string, number>): number => longWaits({ resourceTypes });
  expect(waits({ aws_db_instance: 2, aws_vpc: 1 })).toBe(2);
  expect(waits({ aws_s3_bucket_versioning: 3 })).toBe(0);
  expect(waits({ aws_s3_bucket_lifecycle_configuration: 2, aws_s3_bucket_versioning: 1, aws_s3_bucket: 2 })).toBe(3);
});

test("gives each node the seconds of the longest chain that starts with it, and the longest of all", () => {
  const nodes = [
    { id: "bootstrap", seconds: 6, dependencies: [] },
    { id: "network", seconds: 20, dependencies: ["bootstrap"] },
    { id: "database", seconds: 86, dependencies: ["network"] },
    { id: "application", seconds: 7, dependencies: ["network", "not among the nodes"] },
  ];
  expect(Object.fromEntries(criticalPathSeconds(nodes, (node) => node.seconds))).toEqual({
    bootstrap: 112,
    network: 106,
    database: 86,
    application: 7,
  });
  expect(longestChain(nodes, (node) => node.seconds).map(({ id }) => id)).toEqual(["bootstrap", "network", "database"]);
});
