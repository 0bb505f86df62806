import { estateWith, problemsOf, problemsWith, PROD, type Changes } from "../estate-fixture";

const DEV = "environments.dev.securityGroups";
const PRODUCTION = "environments.prod.securityGroups";
const application = (rest: object = {}) => ({ work: "application", ...rest });
const computation = (rest: object = {}) => ({ work: "computation", ...rest });

/** Problems of a group `web` in dev, with these rules of ingress. */
const ingress = (...rules: object[]) => problemsWith({ [`${DEV}.web`]: application({ ingress: rules }) });
const RULE = `${DEV}.web.ingress[0]`;

describe("charge codes", () => {
  const both =
    "must be left out if chargeCode is given, got both. Give one charge code in chargeCode, or several in chargeCodes.";

  test("are one or several, not both", () => {
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCode: "a" }) })).toEqual([]);
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCodes: ["a", "b"] }) })).toEqual([]);
    expect(problemsWith({ [`${DEV}.web`]: application({ chargeCode: "a", chargeCodes: ["a", "b"] }) })).toEqual([
      `${DEV}.web.chargeCodes ${both}`,
    ]);
  });

  test("are not both in the default group either", () => {
    expect(problemsWith({ [`${DEV}.default`]: { chargeCode: "a", chargeCodes: ["a", "b"] } })).toEqual([
      `${DEV}.default.chargeCodes ${both}`,
    ]);
  });
});

describe("the kind of work", () => {
  test("is required for every group", () => {
    expect(problemsWith({ [`${DEV}.web`]: {} })).toEqual([
      `${DEV}.web.work must be application or computation, got nothing`,
    ]);
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.web`]: {} })).toEqual([
      `${PRODUCTION}.web.work must be application or computation, got nothing`,
    ]);
  });

  test("is left out for the default group, which is for all work", () => {
    expect(problemsWith({ [`${DEV}.default`]: { chargeCode: "support-0001" } })).toEqual([]);
    expect(problemsWith({ [`${DEV}.default`]: application() })).toEqual([
      `${DEV}.default.work must be left out for the default group, which is for all work in every environment, got "application"`,
    ]);
    expect(problemsWith({ [`${DEV}.default`]: computation() })).toEqual([
      `${DEV}.default.work must be left out for the default group, which is for all work in every environment, got "computation"`,
    ]);
  });

  describe("computation", () => {
    const refused = (path: string) =>
      `${path}.work must be application outside production environments, got "computation"`;

    test("may be in production only", () => {
      expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: computation() })).toEqual([]);
    });

    test("is refused in other environments, whether production is false or left out", () => {
      expect(problemsWith({ [`${DEV}.batch`]: computation() })).toEqual([refused(`${DEV}.batch`)]);
      expect(problemsWith({ "environments.dev.production": false, [`${DEV}.batch`]: computation() })).toEqual([
        refused(`${DEV}.batch`),
      ]);
    });

    test("is not checked if production was refused", () => {
      expect(problemsWith({ "environments.dev.production": "yes", [`${DEV}.batch`]: computation() })).toEqual([
        'environments.dev.production must be true or false, got "yes"',
      ]);
    });
  });

  describe("an application, in production", () => {
    const untested = (where: string, path = PRODUCTION) =>
      `${path}.web must be in ${where} too, because applications are tested before production, got no such group there`;
    const untestedAnywhere = untested("an earlier environment that is not production");
    const inProduction: Changes = { ...PROD, [`${PRODUCTION}.web`]: application() };
    const inBoth: Changes = { ...inProduction, [`${DEV}.web`]: application() };
    const staging = (production: boolean, rest: object = {}): Changes => ({
      "environments.staging": { account: "prod", production, profile: "hardened", externalId: "demo-staging", ...rest },
      promotionOrder: ["dev", "staging", "prod"],
    });

    test("is accepted if it is in an earlier environment", () => {
      expect(problemsWith(inBoth)).toEqual([]);
    });

    test("is refused if the earlier environment has no groups", () => {
      expect(problemsWith(inProduction)).toEqual([untested("dev")]);
    });

    test("is refused if the earlier environment only has other groups, such as properties of JavaScript objects", () => {
      expect(problemsWith({ ...inProduction, [`${DEV}.api`]: application() })).toEqual([untested("dev")]);
      const inherited = { ...PROD, [`${PRODUCTION}.constructor`]: application() };
      expect(problemsWith(inherited)).toContain(untested("dev").replace(".web", ".constructor"));
    });

    test("is refused if the other environment is later in promotion order", () => {
      expect(problemsWith({ ...inBoth, promotionOrder: ["prod", "dev"] })).toEqual([untestedAnywhere]);
    });

    test("is accepted if the other environment is earlier in promotion order but later in the file", () => {
      const { dev, prod } = estateWith(inBoth).environments;
      expect(problemsWith({ ...PROD, environments: { prod, dev } })).toEqual([untestedAnywhere]);
      expect(problemsWith({ ...PROD, environments: { prod, dev }, promotionOrder: ["dev", "prod"] })).toEqual([]);
    });

    test("is refused if the earlier environment is production too", () => {
      expect(problemsWith({ ...inProduction, ...staging(true) })).toEqual([untested("dev")]);
      const early = staging(true, { securityGroups: { web: application() } });
      expect(problemsWith({ ...inProduction, ...early })).toEqual([
        untested("dev"),
        untested("dev", "environments.staging.securityGroups"),
      ]);
    });

    test("is accepted if any earlier environment has it", () => {
      expect(problemsWith({ ...inBoth, ...staging(false) })).toEqual([]);
      const only = staging(false, { securityGroups: { web: application() } });
      expect(problemsWith({ ...inProduction, ...only })).toEqual([]);
      expect(problemsWith({ ...inProduction, ...only, promotionOrder: ["dev", "prod", "staging"] })).toEqual([
        untested("dev"),
      ]);
      expect(problemsWith({ ...inProduction, ...staging(false) })).toEqual([untested("dev or staging")]);
    });

    test.each<[string, Changes]>([
      ["the order was refused", { promotionOrder: "dev first" }],
      ["the order has an item that is not a name", { promotionOrder: ["dev", 7] }],
      ["the order lacks it", { promotionOrder: ["dev"] }],
      ["the order names another environment", { promotionOrder: ["dov", "prod"] }],
      ["the order names it twice", { promotionOrder: ["prod", "dev", "prod"] }],
      ["the order names it in another's place", { promotionOrder: ["prod", "prod"] }],
      ["the earlier environment was refused", { "environments.dev": null }],
      ["the earlier environment's groups were refused", { [DEV]: [] }],
      ["the earlier environment's production was refused", { ...inBoth, "environments.dev.production": 1 }],
      ["the earlier environment's group was refused", { [`${DEV}.web`]: null }],
    ])("is not checked if %s", (_what, changes) => {
      const problems = problemsWith({ ...inProduction, ...changes });
      expect(problems).not.toEqual([]);
      expect(problems.filter((problem) => problem.includes("is an application's"))).toEqual([]);
    });

    test("does not include the default group, which may be in production only", () => {
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
        `${RULE}.port must be a whole number from 0 to 65535, got nothing`,
      ]);
    },
  );

  test("are in order", () => {
    expect(ingress({ ...from, port: 443, toPort: 442 })).toEqual([
      `${RULE}.toPort must be the last port, 443 or higher, got 442`,
    ]);
  });

  test.each(["icmp", "all"])("are refused for %s, which has none", (protocol) => {
    expect(ingress({ ...from, protocol })).toEqual([]);
    expect(ingress({ ...from, protocol, port: 0, toPort: 65535 })).toEqual([
      `${RULE}.port must be left out, because ${protocol} has no ports, got 0`,
      `${RULE}.toPort must be left out, because ${protocol} has no ports, got 65535`,
    ]);
  });

  test("are not checked if the protocol was refused", () => {
    expect(ingress({ ...from, protocol: "sctp" })).toEqual([
      `${RULE}.protocol must be tcp, udp, icmp or all, got "sctp"`,
    ]);
  });
});

describe("the peer of a rule", () => {
  test("is a network or a group, not both and not neither", () => {
    expect(ingress({ port: 443 })).toEqual([`${RULE} must be a rule with a cidrBlock or a group, got neither`]);
    expect(ingress({ port: 443, cidrBlock: "10.0.0.0/20", group: "web" })).toEqual([
      `${RULE}.group must be left out if cidrBlock is given, got both`,
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
      `${RULE}.group must be the name of a security group (default, web), got ${JSON.stringify(group)}`,
    ]);
  });

  test("cannot be a group of another environment", () => {
    const changes = { ...PROD, [`${DEV}.api`]: application(), [`${DEV}.default`]: {} };
    expect(
      problemsWith({ ...changes, [`${PRODUCTION}.batch`]: computation({ egress: [{ port: 443, group: "api" }] }) }),
    ).toEqual([`${PRODUCTION}.batch.egress[0].group must be the name of a security group (default, batch), got "api"`]);
  });

  test("is reported with each known group once", () => {
    expect(problemsWith({ [`${DEV}.default`]: { ingress: [{ port: 443, group: "api" }] } })).toEqual([
      `${DEV}.default.ingress[0].group must be the name of a security group (default), got "api"`,
    ]);
  });
});

describe("a repeated rule", () => {
  const rule = { port: 443, cidrBlock: "10.0.0.0/20" };
  const same = `${DEV}.web.ingress[1] must be a rule that is not listed before, got the same as ${DEV}.web.ingress[0]`;

  test.each([
    ["literally", rule],
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
  ])("differs with %s", (_what, other) => {
    expect(ingress(rule, other)).toEqual([]);
  });

  test("differs with another group", () => {
    expect(ingress({ port: 443, group: "web" }, { port: 443, group: "default" })).toEqual([]);
    expect(ingress({ port: 443, group: "web" }, { port: 443, group: "web" })).toEqual([same]);
  });

  test("differs in another group or direction", () => {
    const group = application({ ingress: [rule], egress: [rule] });
    expect(problemsWith({ [`${DEV}.one`]: group, [`${DEV}.two`]: group })).toEqual([]);
    const twice = application({ egress: [rule, rule] });
    expect(problemsWith({ [`${DEV}.web`]: twice })).toEqual([same.replaceAll("ingress", "egress")]);
  });

  test("is reported with the first of several", () => {
    expect(ingress(rule, rule, rule)).toEqual([same, same.replace("ingress[1]", "ingress[2]")]);
  });

  test("is not reported for refused values", () => {
    expect(ingress({ port: 443, cidrBlock: "10.0.0.1/20" }, { port: 443, cidrBlock: "10.0.0.2/20" })).toEqual([
      `${RULE}.cidrBlock must be an IPv4 network such as 10.0.0.0/20, got "10.0.0.1/20" (host bits are set: the network is 10.0.0.0/20)`,
      `${DEV}.web.ingress[1].cidrBlock must be an IPv4 network such as 10.0.0.0/20, got "10.0.0.2/20" (host bits are set: the network is 10.0.0.0/20)`,
    ]);
  });
});

const OPEN = ["0.0.0.0/0", "128.0.0.0/1", "8.0.0.0/8", "8.8.0.0/15", "10.0.0.0/7"];

describe("a group that is open to the internet", () => {
  const missing = (cidrBlock: string) =>
    `${RULE}.approval must be the reference of an approval, because ${cidrBlock} is open to the internet, got nothing`;

  test.each(OPEN)("needs an approval to admit %s", (cidrBlock) => {
    expect(ingress({ port: 443, cidrBlock })).toEqual([missing(cidrBlock)]);
    expect(ingress({ port: 443, cidrBlock, approval: "CHG-1042" })).toEqual([]);
  });

  test.each(["8.8.0.0/16", "198.51.100.7/32", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])(
    "is not one that admits %s",
    (cidrBlock) => {
      expect(ingress({ port: 443, cidrBlock })).toEqual([]);
    },
  );

  test("needs one for each protocol, and for each half of the internet", () => {
    const rules = ["tcp", "udp"].map((protocol) => ({ protocol, port: 443, cidrBlock: "0.0.0.0/0" }));
    const halves = ["0.0.0.0/1", "128.0.0.0/1"].map((cidrBlock) => ({ protocol: "all", cidrBlock }));
    expect(ingress(...rules, ...halves, { protocol: "icmp", cidrBlock: "0.0.0.0/0" })).toHaveLength(5);
  });

  test("lacks it if it is empty, undefined or without a letter", () => {
    const open = { port: 443, cidrBlock: "0.0.0.0/0" };
    expect(ingress({ ...open, approval: undefined })).toEqual([missing("0.0.0.0/0")]);
    for (const approval of ["", " ", "-", "...", null]) {
      expect(ingress({ ...open, approval })).toEqual([
        expect.stringMatching(/\.approval must be 1 to 255 letters, .*, got /),
      ]);
    }
  });

  test("is reported in every environment, production or not", () => {
    const open = application({ ingress: [{ port: 443, cidrBlock: "0.0.0.0/0" }] });
    expect(problemsWith({ ...PROD, [`${DEV}.web`]: open, [`${PRODUCTION}.web`]: open })).toEqual([
      missing("0.0.0.0/0"),
      missing("0.0.0.0/0").replace("dev", "prod"),
    ]);
  });

  test("is not one that can reach the internet", () => {
    const out = [{ protocol: "all", cidrBlock: "0.0.0.0/0" }];
    expect(
      problemsWith({
        ...PROD,
        [`${DEV}.web`]: application({ egress: out }),
        [`${PRODUCTION}.batch`]: computation({ egress: out }),
      }),
    ).toEqual([]);
  });

  test.each(OPEN)("is never for computation, whatever was approved: %s", (cidrBlock) => {
    const problem = `must be a private network, because computation is never open to the internet, got "${cidrBlock}"`;
    for (const approval of [{}, { approval: "CHG-1042" }]) {
      const batch = computation({ ingress: [{ port: 443, cidrBlock, ...approval }] });
      expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: batch })).toEqual([
        `${PRODUCTION}.batch.ingress[0].cidrBlock ${problem}`,
      ]);
    }
  });

  test("is not one for computation that admits a private network or a group", () => {
    const peers = [{ cidrBlock: "10.0.0.0/8" }, { group: "default" }];
    const batch = computation({ ingress: peers.map((peer) => ({ port: 22, ...peer })) });
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.batch`]: batch })).toEqual([]);
  });

  test("is never the default group, which is also attached to computation", () => {
    const ofAll = { ingress: [{ port: 443, cidrBlock: "0.0.0.0/0", approval: "CHG-1042" }] };
    expect(problemsWith({ ...PROD, [`${PRODUCTION}.default`]: ofAll })).toEqual([
      `${PRODUCTION}.default.ingress[0].cidrBlock must be a private network, because the default group (also of computation and the database) is never open to the internet, got "0.0.0.0/0"`,
    ]);
    expect(problemsWith({ [`${DEV}.default`]: { ingress: [{ port: 22, cidrBlock: "10.0.0.0/8" }] } })).toEqual([]);
  });

  test("is not checked if the kind of work was refused", () => {
    const open = { work: "play", ingress: [{ port: 443, cidrBlock: "0.0.0.0/0", approval: "CHG-1042" }] };
    expect(problemsWith({ [`${DEV}.web`]: open })).toEqual([
      `${DEV}.web.work must be application or computation, got "play"`,
    ]);
  });
});

describe("the database", () => {
  const database = "environments.dev.database";

  test("has its own group, whose name no other group may have", () => {
    const taken = { [`${DEV}.database`]: application() };
    expect(problemsWith(taken)).toEqual([]);
    expect(problemsWith({ ...taken, [database]: {} })).toEqual([
      `${DEV}.database must be a name other than that of the database's own group, got "database"`,
    ]);
  });

  test("admits groups of its environment by name, including default", () => {
    expect(
      problemsWith({ [`${DEV}.web`]: application(), [`${database}.allowedSecurityGroups`]: ["web", "default"] }),
    ).toEqual([]);
    expect(problemsWith({ [`${database}.allowedSecurityGroups`]: ["default"] })).toEqual([]);
  });

  test.each(["api", "constructor", "__proto__", "sg-0a1b2c3d"])(
    "does not admit %s, which is not a group of its environment",
    (name) => {
      const changes = { ...PROD, [`${DEV}.web`]: application(), [`${database}.allowedSecurityGroups`]: ["web", name] };
      expect(problemsWith(changes)).toEqual([
        `${database}.allowedSecurityGroups[1] must be the name of a security group (default, web), got "${name}"`,
      ]);
    },
  );

  test("is not checked if the groups were refused", () => {
    expect(problemsWith({ [DEV]: null, [`${database}.allowedSecurityGroups`]: ["web"] })).toEqual([
      `${DEV} must be an object with security groups by name, got null`,
    ]);
  });

  test.each(["8.0.0.0/8", "8.8.0.0/15"])("is never open to the internet: %s", (cidrBlock) => {
    expect(problemsWith({ [`${database}.allowedCidrBlocks`]: ["10.0.8.0/23", cidrBlock] })).toEqual([
      `${database}.allowedCidrBlocks[1] must be a private network or one of /16 at most, because a database is never open to the internet, got "${cidrBlock}"`,
    ]);
  });

  test.each(["8.8.0.0/16", "10.0.0.0/8", "172.16.0.0/12"])("admits %s", (cidrBlock) => {
    expect(problemsWith({ [`${database}.allowedCidrBlocks`]: [cidrBlock] })).toEqual([]);
  });
});

test.each(["sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718"])(
  "rejects a group called %s, since a rule could mean the group of that id",
  (name) => {
    expect(problemsWith({ [`${DEV}.${name}`]: application() })).toEqual([
      `${DEV}.${name} must be a name that does not look like a security group id, got "${name}"`,
    ]);
  },
);

test.each(["sg-web", "vpc"])("accepts a group called %s", (name) => {
  expect(problemsWith({ [`${DEV}.${name}`]: application({ ingress: [{ port: 443, group: name }] }) })).toEqual([]);
});

test("reports every problem of a group at once", () => {
  const group = {
    chargeCode: "a",
    chargeCodes: ["a"],
    ingress: [{ cidrBlock: "0.0.0.0/0" }, { port: 70000, group: "api" }, { port: 1 }],
  };
  expect(problemsOf(estateWith({ [`${DEV}.web`]: group })).sort()).toEqual(
    [
      `${DEV}.web.chargeCodes must be a list of at least two charge codes (chargeCode holds one), got ["a"]`,
      `${DEV}.web.chargeCodes must be left out if chargeCode is given, got both. Give one charge code in chargeCode, or several in chargeCodes.`,
      `${DEV}.web.ingress[0].approval must be the reference of an approval, because 0.0.0.0/0 is open to the internet, got nothing`,
      `${DEV}.web.ingress[0].port must be a whole number from 0 to 65535, got nothing`,
      `${DEV}.web.ingress[1].group must be the name of a security group (default, web), got "api"`,
      `${DEV}.web.ingress[1].port must be a whole number from 0 to 65535, got 70000`,
      `${DEV}.web.ingress[2] must be a rule with a cidrBlock or a group, got neither`,
      `${DEV}.web.work must be application or computation, got nothing`,
    ].sort(),
  );
});
