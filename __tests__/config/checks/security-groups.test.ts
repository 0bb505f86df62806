import { estateWith, problemsOf, problemsWith, PROD, type Changes } from "../estate-fixture";

const DEV = "environments.dev.securityGroups";
const PRODUCTION = "environments.prod.securityGroups";
const application = (rest: object = {}) => ({ work: "application", ...rest });
const computation = (rest: object = {}) => ({ work: "computation", ...rest });

/** Problems of a group `web` in dev, with these rules of ingress. */
const ingress = (...rules: object[]) => problemsWith({ [`${DEV}.web`]: application({ ingress: rules }) });
const RULE = `${DEV}.web.ingress[0]`;

describe("charge codes", () => {
  const both = "is given beside chargeCode, expected one of the two: one charge code a group, unless several are meant";

  test("are one or several, not both", () => {
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCode: "a" }) })).toEqual([]);
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCodes: ["a", "b"] }) })).toEqual([]);
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCode: "a", chargeCodes: ["a", "b"] }) })).toEqual([
      `${DEV}.web.chargeCodes: ${both}`,
    ]);
  });

  test("are not both in the default group either", () => {
    expect(problemsWith({ [`${DEV}.default`]: { chargeCode: "a", chargeCodes: ["a", "b"] } })).toEqual([
      `${DEV}.default.chargeCodes: ${both}`,
    ]);
  });
});

describe("the kind of work", () => {
  test("is said of every group", () => {
    expect(problemsWith({ [`${DEV}.web`]: {} })).toEqual([
      `${DEV}.web.work: is missing, expected application or computation`,
    ]);
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.web`]: {} })).toEqual([
      `${PRODUCTION}.web.work: is missing, expected application or computation`,
    ]);
  });

  test("is not said of the default group, which is for all work", () => {
    expect(problemsWith({ [`${DEV}.default`]: { chargeCode: "support-0001" } })).toEqual([]);
    expect(problemsWith({ [`${DEV}.default`]: application() })).toEqual([
      `${DEV}.default.work: got "application", expected none: the default group is for all work, in every environment`,
    ]);
    expect(problemsWith({ [`${DEV}.default`]: computation() })).toEqual([
      `${DEV}.default.work: got "computation", expected none: the default group is for all work, in every environment`,
    ]);
  });

  describe("computation", () => {
    const refused = (path: string) =>
      `${path}.work: got "computation", expected application: computation is in production environments only`;

    test("exists in production, where no other environment has it", () => {
      expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: computation() })).toEqual([]);
    });

    test("exists in no other environment, whether it says that it is none or nothing", () => {
      expect(problemsWith({ [`${DEV}.batch`]: computation() })).toEqual([refused(`${DEV}.batch`)]);
      expect(problemsWith({ "environments.dev.production": false, [`${DEV}.batch`]: computation() })).toEqual([
        refused(`${DEV}.batch`),
      ]);
    });

    test("is not judged where nobody knows whether it is production", () => {
      expect(problemsWith({ "environments.dev.production": "yes", [`${DEV}.batch`]: computation() })).toEqual([
        'environments.dev.production: got "yes", expected true or false',
      ]);
    });
  });

  describe("an application, in production", () => {
    const untested = (where: string, path = PRODUCTION) =>
      `${path}.web: is of work application and in no earlier environment, expected it ${where} too: production comes after development`;
    const inProduction: Changes = { ...PROD, [`${PRODUCTION}.web`]: application() };
    const inBoth: Changes = { ...inProduction, [`${DEV}.web`]: application() };
    const staging = (production: boolean, rest: object = {}) => ({
      ...{ account: "prod", production, profile: "hardened", externalId: "demo-staging-1" },
      ...rest,
    });

    test("was in an earlier environment", () => {
      expect(problemsWith(inBoth)).toEqual([]);
    });

    test("was not, where the earlier environment has no groups at all", () => {
      expect(problemsWith(inProduction)).toEqual([untested("in dev")]);
    });

    test("was not, where the earlier environment has other groups, such as those that JavaScript's objects have", () => {
      expect(problemsWith({ ...inProduction, [`${DEV}.api`]: application() })).toEqual([untested("in dev")]);
      const inherited = { ...PROD, [`${PRODUCTION}.constructor`]: application() };
      expect(problemsWith(inherited)).toContain(untested("in dev").replace(".web", ".constructor"));
    });

    test("was not, where that environment comes later in the promotion order", () => {
      expect(problemsWith({ ...inBoth, promotionOrder: ["prod", "dev"] })).toEqual([
        untested("in an environment before this one, which is not production"),
      ]);
    });

    test("was, where that environment is earlier in the promotion order, if later in the file", () => {
      const { dev, prod } = estateWith(inBoth).environments;
      expect(problemsWith({ ...PROD, environments: { prod, dev } })).toEqual([
        untested("in an environment before this one, which is not production"),
      ]);
      expect(problemsWith({ ...PROD, environments: { prod, dev }, promotionOrder: ["dev", "prod"] })).toEqual([]);
    });

    test("was not, where the earlier environment is in production itself", () => {
      expect(
        problemsWith({
          ...inProduction,
          "environments.staging": staging(true),
          promotionOrder: ["dev", "staging", "prod"],
        }),
      ).toEqual([untested("in dev")]);
      const early = staging(true, { securityGroups: { web: application() } });
      expect(
        problemsWith({ ...inProduction, "environments.staging": early, promotionOrder: ["dev", "staging", "prod"] }),
      ).toEqual([untested("in dev"), untested("in dev", "environments.staging.securityGroups")]);
    });

    test("was, where any earlier environment has it", () => {
      expect(
        problemsWith({ ...inBoth, "environments.staging": staging(false), promotionOrder: ["dev", "staging", "prod"] }),
      ).toEqual([]);
      const only = staging(false, { securityGroups: { web: application() } });
      expect(
        problemsWith({ ...inProduction, "environments.staging": only, promotionOrder: ["dev", "staging", "prod"] }),
      ).toEqual([]);
      expect(
        problemsWith({ ...inProduction, "environments.staging": only, promotionOrder: ["dev", "prod", "staging"] }),
      ).toEqual([untested("in dev")]);
      expect(
        problemsWith({
          ...inProduction,
          "environments.staging": staging(false),
          promotionOrder: ["dev", "staging", "prod"],
        }),
      ).toEqual([untested("in dev or staging")]);
    });

    test.each<[string, Changes]>([
      ["the order was refused", { promotionOrder: "dev first" }],
      ["the order has a word that is no name", { promotionOrder: ["dev", 7] }],
      ["the order lacks it", { promotionOrder: ["dev"] }],
      ["the order names another environment", { promotionOrder: ["dov", "prod"] }],
      ["the order names it twice", { promotionOrder: ["prod", "dev", "prod"] }],
      ["the order names it in another's place", { promotionOrder: ["prod", "prod"] }],
      ["the earlier environment was refused", { "environments.dev": null }],
      ["the earlier environment's groups were refused", { [DEV]: [] }],
      [
        "the earlier environment's production was refused",
        { [`${DEV}.web`]: application(), "environments.dev.production": 1 },
      ],
      ["the earlier environment's group was refused", { [`${DEV}.web`]: null }],
    ])("is not judged where %s", (_what, changes) => {
      const problems = problemsWith({ ...inProduction, ...changes });
      expect(problems).not.toEqual([]);
      expect(problems.filter((problem) => problem.includes("is an application's"))).toEqual([]);
    });

    test("is what this is about: the default group is in production without being anywhere else", () => {
      expect(problemsWith({ ...PROD, [`${PRODUCTION}.default`]: { chargeCode: "support-0001" } })).toEqual([]);
    });
  });
});

describe("ports", () => {
  const from = { cidrBlock: "10.0.0.0/20" };

  test.each([
    { port: 0 },
    { port: 65535 },
    { protocol: "udp", port: 53 },
    { port: 8000, toPort: 8000 },
    { port: 0, toPort: 65535 },
  ])("may be %p", (ports) => {
    expect(ingress({ ...from, ...ports })).toEqual([]);
  });

  test.each([{}, { protocol: "tcp" }, { protocol: "udp" }, { toPort: 443 }])(
    "are not left out of tcp and udp: %p",
    (ports) => {
      expect(ingress({ ...from, ...ports })).toEqual([
        `${RULE}.port: is missing, expected a whole number from 0 to 65535`,
      ]);
    },
  );

  test("are in order", () => {
    expect(ingress({ ...from, port: 443, toPort: 442 })).toEqual([
      `${RULE}.toPort: got 442, expected 443 or more: it is the last port`,
    ]);
  });

  test.each(["icmp", "all"])("are not given with %s, which has none", (protocol) => {
    expect(ingress({ ...from, protocol })).toEqual([]);
    expect(ingress({ ...from, protocol, port: 0, toPort: 65535 })).toEqual([
      `${RULE}.port: got 0, expected none: ${protocol} has no ports`,
      `${RULE}.toPort: got 65535, expected none: ${protocol} has no ports`,
    ]);
  });

  test("are not judged where the protocol was refused", () => {
    expect(ingress({ ...from, protocol: "sctp" })).toEqual([
      `${RULE}.protocol: got "sctp", expected tcp, udp, icmp or all`,
    ]);
  });
});

describe("whom a rule names", () => {
  test("is a network or a group, not both and not nobody", () => {
    expect(ingress({ port: 443 })).toEqual([`${RULE}: names nobody, expected a cidrBlock or a group`]);
    expect(ingress({ port: 443, cidrBlock: "10.0.0.0/20", group: "web" })).toEqual([
      `${RULE}.group: is given beside cidrBlock, expected one of the two`,
    ]);
  });

  test.each(["web", "default", "sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718"])("may be the group %s", (group) => {
    expect(ingress({ port: 443, group })).toEqual([]);
  });

  test.each([
    "api",
    "",
    "constructor",
    "__proto__",
    "sg-",
    "sg-0a1b2c3",
    "sg-0a1b2c3d4e5f607189",
    "SG-0a1b2c3d",
    "sg-0a1b2c3d\n",
  ])("cannot be the group %p, which is not in the environment", (group) => {
    expect(ingress({ port: 443, group })).toEqual([
      `${RULE}.group: no security group ${JSON.stringify(group)}; known: default, web`,
    ]);
  });

  test("cannot be a group of another environment", () => {
    const changes = { ...PROD, [`${DEV}.api`]: application(), [`${DEV}.default`]: {} };
    expect(
      problemsWith({ ...changes, [`${PRODUCTION}.batch`]: computation({ egress: [{ port: 443, group: "api" }] }) }),
    ).toEqual([`${PRODUCTION}.batch.egress[0].group: no security group "api"; known: default, batch`]);
  });

  test("names each known group once", () => {
    expect(problemsWith({ [`${DEV}.default`]: { ingress: [{ port: 443, group: "api" }] } })).toEqual([
      `${DEV}.default.ingress[0].group: no security group "api"; known: default`,
    ]);
  });
});

describe("a rule that says what another says", () => {
  const rule = { port: 443, cidrBlock: "10.0.0.0/20" };
  const same = `${DEV}.web.ingress[1]: says the same as ${DEV}.web.ingress[0], expected each rule once`;

  test.each([
    ["word for word", rule],
    ["with the defaults written out", { ...rule, protocol: "tcp", toPort: 443 }],
    ["with another reference", { ...rule, approval: "CHG-1" }],
  ])("is refused: %s", (_what, other) => {
    expect(ingress(rule, other)).toEqual([same]);
  });

  test.each([
    ["another port", { ...rule, port: 444 }],
    ["another last port", { ...rule, toPort: 444 }],
    ["another protocol", { ...rule, protocol: "udp" }],
    ["another network", { ...rule, cidrBlock: "10.0.16.0/20" }],
    ["a group", { port: 443, group: "web" }],
  ])("is not one with %s", (_what, other) => {
    expect(ingress(rule, other)).toEqual([]);
  });

  test("is not one that names another group", () => {
    expect(ingress({ port: 443, group: "web" }, { port: 443, group: "default" })).toEqual([]);
    expect(ingress({ port: 443, group: "web" }, { port: 443, group: "web" })).toEqual([same]);
  });

  test("is not one in another group, or in the other direction", () => {
    const group = application({ ingress: [rule], egress: [rule] });
    expect(problemsWith({ [`${DEV}.one`]: group, [`${DEV}.two`]: group })).toEqual([]);
    const twice = application({ egress: [rule, rule] });
    expect(problemsWith({ [`${DEV}.web`]: twice })).toEqual([same.replaceAll("ingress", "egress")]);
  });

  test("is named after the first, however many there are", () => {
    expect(ingress(rule, rule, rule)).toEqual([same, same.replace("ingress[1]", "ingress[2]")]);
  });

  test("is not one where what was refused looks alike", () => {
    expect(ingress({ port: 443, cidrBlock: "10.0.0.1/20" }, { port: 443, cidrBlock: "10.0.0.2/20" })).toEqual([
      `${RULE}.cidrBlock: got "10.0.0.1/20", expected 10.0.0.0/20 (it has host bits set)`,
      `${DEV}.web.ingress[1].cidrBlock: got "10.0.0.2/20", expected 10.0.0.0/20 (it has host bits set)`,
    ]);
  });
});

const OPEN = ["0.0.0.0/0", "128.0.0.0/1", "8.0.0.0/8", "8.8.0.0/15", "10.0.0.0/7"];

describe("whoever is open to the internet", () => {
  const missing = (cidrBlock: string) =>
    `${RULE}.approval: is missing, expected the reference of an approval: ${cidrBlock} is open to the internet`;

  test.each(OPEN)("needs an approval to admit %s", (cidrBlock) => {
    expect(ingress({ port: 443, cidrBlock })).toEqual([missing(cidrBlock)]);
    expect(ingress({ port: 443, cidrBlock, approval: "CHG-1042" })).toEqual([]);
  });

  test.each(["8.8.0.0/16", "198.51.100.7/32", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])(
    "is not who admits %s, without an approval",
    (cidrBlock) => {
      expect(ingress({ port: 443, cidrBlock })).toEqual([]);
    },
  );

  test("needs one for each protocol, and for each half of the internet", () => {
    const rules = ["tcp", "udp"].map((protocol) => ({ protocol, port: 443, cidrBlock: "0.0.0.0/0" }));
    const halves = ["0.0.0.0/1", "128.0.0.0/1"].map((cidrBlock) => ({ protocol: "all", cidrBlock }));
    expect(ingress(...rules, ...halves, { protocol: "icmp", cidrBlock: "0.0.0.0/0" })).toHaveLength(5);
  });

  test("has none where it is left empty, undefined, or without a letter", () => {
    const open = { port: 443, cidrBlock: "0.0.0.0/0" };
    expect(ingress({ ...open, approval: undefined })).toEqual([missing("0.0.0.0/0")]);
    for (const approval of ["", " ", "-", "...", null]) {
      expect(ingress({ ...open, approval })).toEqual([
        expect.stringMatching(/^[^:]*\.approval: got .*, expected 1 to 255 of letters, /),
      ]);
    }
  });

  test("is told in every environment, production or not", () => {
    const open = application({ ingress: [{ port: 443, cidrBlock: "0.0.0.0/0" }] });
    expect(problemsWith({ ...PROD, [`${DEV}.web`]: open, [`${PRODUCTION}.web`]: open })).toEqual([
      missing("0.0.0.0/0"),
      missing("0.0.0.0/0").replace("dev", "prod"),
    ]);
  });

  test("is not who can reach the internet", () => {
    const out = [{ protocol: "all", cidrBlock: "0.0.0.0/0" }];
    expect(
      problemsWith({
        ...PROD,
        [`${DEV}.web`]: application({ egress: out }),
        [`${PRODUCTION}.batch`]: computation({ egress: out }),
      }),
    ).toEqual([]);
  });

  test.each(OPEN)("is never computation, whatever was approved: %s", (cidrBlock) => {
    const problem = `got "${cidrBlock}", expected a private network: computation is never open to the internet`;
    for (const approval of [{}, { approval: "CHG-1042" }]) {
      const batch = computation({ ingress: [{ port: 443, cidrBlock, ...approval }] });
      expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: batch })).toEqual([
        `${PRODUCTION}.batch.ingress[0].cidrBlock: ${problem}`,
      ]);
    }
  });

  test("may be computation that admits a private network, or a group", () => {
    const batch = computation({
      ingress: [
        { port: 22, cidrBlock: "10.0.0.0/8" },
        { port: 22, group: "default" },
      ],
    });
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: batch })).toEqual([]);
  });

  test("is never the default group, through which computation would be", () => {
    const ofAll = { ingress: [{ port: 443, cidrBlock: "0.0.0.0/0", approval: "CHG-1042" }] };
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.default`]: ofAll })).toEqual([
      `${PRODUCTION}.default.ingress[0].cidrBlock: got "0.0.0.0/0", expected a private network: the default group, which is computation's and the database's too, is never open to the internet`,
    ]);
    expect(problemsWith({ [`${DEV}.default`]: { ingress: [{ port: 22, cidrBlock: "10.0.0.0/8" }] } })).toEqual([]);
  });

  test("is not judged where the kind of work was refused", () => {
    const open = { work: "play", ingress: [{ port: 443, cidrBlock: "0.0.0.0/0", approval: "CHG-1042" }] };
    expect(problemsWith({ [`${DEV}.web`]: open })).toEqual([
      `${DEV}.web.work: got "play", expected application or computation`,
    ]);
  });
});

describe("the database", () => {
  const database = "environments.dev.database";

  test("has a group of its own, whose name no other group takes", () => {
    const taken = { [`${DEV}.database`]: application() };
    expect(problemsWith(taken)).toEqual([]);
    expect(problemsWith({ ...taken, [database]: {} })).toEqual([
      `${DEV}.database: is the name of the database's own group, expected another name`,
    ]);
  });

  test("admits groups of its environment by name, the default one too", () => {
    expect(
      problemsWith({ [`${DEV}.web`]: application(), [`${database}.allowedSecurityGroups`]: ["web", "default"] }),
    ).toEqual([]);
    expect(problemsWith({ [`${database}.allowedSecurityGroups`]: ["default"] })).toEqual([]);
  });

  test.each(["api", "constructor", "__proto__", "sg-0a1b2c3d"])(
    "does not admit %s, which is no group of its environment",
    (name) => {
      const changes = { ...PROD, [`${DEV}.web`]: application(), [`${database}.allowedSecurityGroups`]: ["web", name] };
      expect(problemsWith(changes)).toEqual([
        `${database}.allowedSecurityGroups[1]: no security group "${name}"; known: default, web`,
      ]);
    },
  );

  test("is not asked for groups that were refused", () => {
    expect(problemsWith({ [DEV]: null, [`${database}.allowedSecurityGroups`]: ["web"] })).toEqual([
      `${DEV}: got null, expected security groups by name`,
    ]);
  });

  test.each(["8.0.0.0/8", "8.8.0.0/15"])("is never open to the internet: %s", (cidrBlock) => {
    expect(problemsWith({ [`${database}.allowedCidrBlocks`]: ["10.0.8.0/23", cidrBlock] })).toEqual([
      `${database}.allowedCidrBlocks[1]: got "${cidrBlock}", expected a private network or one of /16 at most: a database is never open to the internet`,
    ]);
  });

  test.each(["8.8.0.0/16", "10.0.0.0/8", "172.16.0.0/12"])("admits %s", (cidrBlock) => {
    expect(problemsWith({ [`${database}.allowedCidrBlocks`]: [cidrBlock] })).toEqual([]);
  });
});

test.each(["sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718"])(
  "rejects a group called %s, since rules would mean it and the group of that id",
  (name) => {
    expect(problemsWith({ [`${DEV}.${name}`]: application() })).toEqual([
      `${DEV}.${name}: reads like the id of a security group, expected another name`,
    ]);
  },
);

test.each(["sg-web", "vpc"])("accepts a group called %s", (name) => {
  expect(problemsWith({ [`${DEV}.${name}`]: application({ ingress: [{ port: 443, group: name }] }) })).toEqual([]);
});

test("reports everything that is wrong with a group at once", () => {
  const group = {
    chargeCode: "a",
    chargeCodes: ["a"],
    ingress: [{ cidrBlock: "0.0.0.0/0" }, { port: 70000, group: "api" }, { port: 1 }],
  };
  expect(problemsOf(estateWith({ [`${DEV}.web`]: group })).sort()).toEqual(
    [
      `${DEV}.web.chargeCodes: got ["a"], expected two charge codes at least; one is a chargeCode`,
      `${DEV}.web.chargeCodes: is given beside chargeCode, expected one of the two: one charge code a group, unless several are meant`,
      `${DEV}.web.ingress[0].approval: is missing, expected the reference of an approval: 0.0.0.0/0 is open to the internet`,
      `${DEV}.web.ingress[0].port: is missing, expected a whole number from 0 to 65535`,
      `${DEV}.web.ingress[1].group: no security group "api"; known: default, web`,
      `${DEV}.web.ingress[1].port: got 70000, expected a whole number from 0 to 65535`,
      `${DEV}.web.ingress[2]: names nobody, expected a cidrBlock or a group`,
      `${DEV}.web.work: is missing, expected application or computation`,
    ].sort(),
  );
});
