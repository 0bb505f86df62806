import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf } from "../../../config/layout";
import { loadEstate } from "../../../config/load";
import { UnusableOutput } from "../../../tools/synth/stacks";
import { makesBucket, writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks, selectClosure } from "../../../tools/synth/read-stacks";
import { awkward, example, found, usersWith } from "../../support/estates";
import { synthesize } from "../../support/synthesize";

const folder = temporaryFolder();

describe("readStacks", () => {
  test("reads a stack's account, region, state location and resources", () => {
    const role = "arn:aws:iam::111111111111:role/Access";
    const resource = { "//": {}, aws_vpc: { main: {} }, aws_subnet: { a: {}, b: {} } };
    writeOutput(folder(), { "dev-network": { role, resource, bucket: "states", key: "dev/network.tfstate" } });

    expect(readStacks(folder())).toEqual([
      {
        id: "dev-network",
        directory: join(folder(), "stacks", "dev-network"),
        accountId: "111111111111",
        region: "eu-west-1",
        state: { bucket: "states", key: "dev/network.tfstate", region: "eu-west-1" },
        accessRoleArn: role,
        dependencies: [],
        resourceCount: 3,
        resourceTypes: { aws_vpc: 1, aws_subnet: 2 },
        bucketNames: [],
        createsOwnStateBucket: false,
        providerVersion: "5.100.0",
      },
    ]);
  });

  test("a stack depends on the stack that creates its state bucket, in the same or another account", () => {
    const elsewhere = { account: "222222222222", bucket: "states-111111111111" };
    writeOutput(folder(), { network: {}, bootstrap: { resource: makesBucket("states-111111111111") }, elsewhere });

    const stacks = readStacks(folder());

    expect(
      stacks.map(({ id, dependencies, createsOwnStateBucket }) => [id, dependencies, createsOwnStateBucket]),
    ).toEqual([
      ["network", ["bootstrap"], false],
      ["bootstrap", [], true],
      ["elsewhere", ["bootstrap"], false],
    ]);
  });

  test("a stack depends on the stack that creates the bucket of its trail, even if that is not synthesized", () => {
    const trail = { aws_cloudtrail: { trail: { s3_bucket_name: "222222222222-logs" } } };
    const own = { aws_cloudtrail: { trail: { s3_bucket_name: "${aws_s3_bucket_policy.trail.bucket}" } } };
    writeOutput(folder(), { organization: { resource: trail }, iam: { resource: own }, logs: { resource: makesBucket("222222222222-logs") } }); // prettier-ignore
    const dependencies = () => readStacks(folder(), layout).map((stack) => [stack.id, stack.dependencies]);
    let layout: ReturnType<typeof stacksOf> = [];
    expect(dependencies()).toEqual([
      ["organization", ["logs"]],
      ["iam", []],
      ["logs", []],
    ]);

    layout = stacksOf(awkward());
    const bucket = layout.find(({ id }) => id === "watch-trail-bucket")?.account.trailBucket?.bucket;
    writeOutput(folder(), { organization: { resource: { aws_cloudtrail: { trail: { s3_bucket_name: bucket } } } } });
    expect(dependencies()).toEqual([["organization", ["watch-trail-bucket"]]]);
  });

  test("what an account administers for the organization comes after the stack that registers it", () => {
    const delegated = usersWith((file) => {
      file.identityCenter = { account: "dev-analytics" };
      found(file.accounts, "dev").operators = ["group:engineers"];
    });
    const cases = [
      { estate: delegated, id: "dev-analytics-identity", first: "master-organization" },
      { estate: awkward(), id: "watch-iam", first: "hub-organization" }, // the analyzer of the organization
    ];
    for (const { estate, id, first } of cases) {
      const output = synthesize(estate);
      output.writeTo(folder());
      const dependencies = () =>
        readStacks(folder(), stacksOf(estate)).find((stack) => stack.id === id)?.dependencies ?? [];
      expect(dependencies()).toContain(first);
      // If only that stack is synthesized.
      const own = { [id]: output.manifest.stacks[id] };
      writeFileSync(join(folder(), "manifest.json"), JSON.stringify({ stacks: own }));
      expect(dependencies()).toContain(first);
    }
  });

  test("an analyzer of unused access in the organization comes after the registration, too", () => {
    const analyzerOf = (type: string) => ({ aws_accessanalyzer_analyzer: { own: { analyzer_name: "own", type } } });
    const service_principal = "access-analyzer.amazonaws.com";
    writeOutput(folder(), {
      organization: { resource: { aws_organizations_delegated_administrator: { hub: { service_principal } } } },
      unused: { resource: analyzerOf("ORGANIZATION_UNUSED_ACCESS") },
      own: { resource: analyzerOf("ACCOUNT_UNUSED_ACCESS") },
    });
    expect(readStacks(folder()).map(({ dependencies }) => dependencies)).toEqual([[], ["organization"], []]);
  });

  test("a stack depends on the bootstrap stack of its account even if only some stacks are synthesized", () => {
    const layout = stacksOf(example());
    const bucket = layout.find(({ id }) => id === "dev-bootstrap")?.state.bucket;
    writeOutput(folder(), {
      "dev-network": { bucket },
      "dev-database": { bucket, dependencies: ["dev-network", "dev-iam"] },
    });

    expect(readStacks(folder(), layout).map(({ dependencies }) => dependencies)).toEqual([
      ["dev-bootstrap"],
      ["dev-network", "dev-iam", "dev-bootstrap"],
    ]);
    writeOutput(folder(), { "dev-network": { dependencies: ["dev-netwrok"] } });
    expect(() => readStacks(folder(), layout)).toThrow(/one of dev-network, master-bootstrap, .*, got "dev-netwrok"/);
  });

  test("keeps the manifest's dependencies, each once", () => {
    const resource = makesBucket("states-111111111111");
    writeOutput(folder(), {
      bootstrap: { resource },
      network: { dependencies: ["bootstrap"] },
      database: { dependencies: ["network"] },
    });
    expect(readStacks(folder()).map(({ dependencies }) => dependencies)).toEqual([
      [],
      ["bootstrap"],
      ["network", "bootstrap"],
    ]);
  });

  test("reads region and role from the provider without alias", () => {
    const aws = [
      { alias: "signin", region: "us-east-1", allowed_account_ids: ["111111111111"] },
      { region: "eu-central-1", allowed_account_ids: ["111111111111"] },
    ];
    writeOutput(folder(), { iam: { json: { provider: { aws } } } });
    expect(readStacks(folder())[0]).toMatchObject({ region: "eu-central-1", accessRoleArn: undefined });
  });

  test.each([
    ["none", [{ region: "eu-west-1" }], '["any"]'],
    [
      "two",
      [{ region: "eu-west-1", allowed_account_ids: ["111111111111", "222222222222"] }],
      '["111111111111","222222222222"]',
    ],
    [
      "one provider without accounts",
      [
        { region: "r", allowed_account_ids: ["111111111111"] },
        { alias: "b", region: "r" },
      ],
      '["111111111111","any"]',
    ],
  ])("refuses a stack whose providers do not allow exactly one account: %s", (_, aws, got) => {
    writeOutput(folder(), { iam: { json: { provider: { aws } } } });
    expect(() => readStacks(folder())).toThrow(
      `exactly one account (allowed_account_ids), got ${got}. Run \`npx cdktf synth\``,
    );
  });

  test("prints the command to run when there is no output", () => {
    const missing = join(folder(), "nowhere");
    expect(() => readStacks(missing)).toThrow(UnusableOutput);
    expect(() => readStacks(missing)).toThrow(
      `${join(missing, "manifest.json")} can't be read (ENOENT). Run \`npx cdktf synth\`, which writes it again.`,
    );
  });

  test("reports the problem and the file of a corrupt output", () => {
    writeOutput(folder(), { network: {} });
    const file = join(folder(), "stacks", "network", "cdk.tf.json");
    writeFileSync(file, '{"terraform":');
    expect(() => readStacks(folder())).toThrow(`${file} is not JSON`);
    writeFileSync(file, '{"terraform":{"backend":{"local":{}}}}');
    expect(() => readStacks(folder())).toThrow(`${file}: terraform.backend.s3 must be an object, got nothing`);
    rmSync(file);
    expect(() => readStacks(folder())).toThrow(`${file} can't be read (ENOENT)`);
    writeFileSync(join(folder(), "manifest.json"), "[]");
    expect(() => readStacks(folder())).toThrow("manifest.json: the file must be an object, got []");
  });

  test("refuses two stacks with the same state", () => {
    writeOutput(folder(), { network: { key: "a.tfstate" }, database: { key: "a.tfstate" } });
    expect(() => readStacks(folder())).toThrow(
      "stacks network and database have the same state s3://states-111111111111/a.tfstate. Give each stack its own key.",
    );
  });

  test("reads account, region and role of a stack outside AWS from its state's backend", () => {
    synthesize(loadEstate("examples/seed-002.ts")).writeTo(folder());
    const stacks = readStacks(folder());
    expect(stacks.find(({ id }) => id === "prod-microsoft")).toMatchObject({
      provider: "azuread",
      accountId: "555555555555",
      region: "eu-west-1",
      dependencies: ["prod-bootstrap"],
      resourceTypes: { azuread_application: 4, azuread_service_principal: 4 },
    });
    expect(stacks.filter(({ provider }) => provider !== undefined).map(({ id }) => id).sort()).toEqual(["prod-aiven", "prod-google", "prod-microsoft"]); // prettier-ignore
  });

  test("refuses an unknown dependency", () => {
    writeOutput(folder(), { network: { dependencies: ["netwrok"] } });
    expect(() => readStacks(folder())).toThrow('the dependency of stack network must be one of network, got "netwrok"');
  });

  test("refuses a dependency cycle, also one through a state bucket, and prints it", () => {
    const resource = makesBucket("states-111111111111");
    writeOutput(folder(), { iam: {}, bootstrap: { resource, dependencies: ["iam"] } });
    expect(() => readStacks(folder())).toThrow("form a cycle: iam -> bootstrap -> iam");
  });
});

describe("selectClosure", () => {
  test("adds all dependencies, and keeps the order of the output", () => {
    const resource = makesBucket("states-111111111111");
    writeOutput(folder(), { database: { dependencies: ["network"] }, iam: {}, network: {}, bootstrap: { resource } });
    const stacks = readStacks(folder());
    expect(selectClosure(stacks, ["database"]).map(({ id }) => id)).toEqual(["database", "network", "bootstrap"]);
    expect(selectClosure(stacks, ["bootstrap"]).map(({ id }) => id)).toEqual(["bootstrap"]);
  });

  test("refuses an unknown id and lists the known ones", () => {
    writeOutput(folder(), { network: {}, iam: {} });
    expect(() => selectClosure(readStacks(folder()), ["databse"])).toThrow(
      'stack must be one of network, iam, got "databse"',
    );
  });
});
