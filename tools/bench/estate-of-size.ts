import type { EstateFile } from "../../config/schema";

/** An estate with one master account and this many environments, each in its own main account. */
export function estateOfSize(environments: number): EstateFile {
  const person = ["arn:aws:iam::100000000000:user/platform-engineer"];
  const account = (index: number) => ({
    id: String(100000000000 + index),
    email: `aws-${index}@example.com`,
    operators: person,
    admins: person,
    monthlyBudgetUsd: 50,
  });
  const indexes = Array.from({ length: environments }, (_, index) => index + 1);
  return {
    solution: "bench",
    defaultRegion: "eu-west-1",
    chargeCode: "bench",
    repository: "example-org/aws-estate",
    accounts: {
      master: { kind: "master", ...account(0) },
      ...Object.fromEntries(indexes.map((index) => [`main-${index}`, { kind: "main", ...account(index) }])),
    },
    environments: Object.fromEntries(
      indexes.map((index) => [
        `env-${index}`,
        {
          account: `main-${index}`,
          profile: "hardened",
          externalId: `bench-${index}`,
          database: {},
          application: { repositories: ["app"] },
        },
      ]),
    ),
  };
}
