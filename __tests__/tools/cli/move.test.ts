import { StackCommand } from "./support/stack-command";

const command = new StackCommand("move");
afterAll(() => {
  command.remove();
});

const ROLE = "aws_iam_role.one";

test.each([
  [[], "error: missing required argument 'from and to'\n"],
  [[`dev-iam:${ROLE}`], `each place must have a new one after it, got dev-iam:${ROLE} alone. Add it.\n`],
  [
    [ROLE, ROLE],
    `a place must be <stack>:<address>, such as dev-network:aws_vpc.main_1234, got ${ROLE}. Copy the address from a plan.\n`,
  ],
  [
    [`dev-iam:${ROLE}[a]`, `dev-network:${ROLE}`],
    /^a place must be <stack>:<address>.* got dev-iam:aws_iam_role\.one\[a\]\. Copy the address from a plan\.\n$/,
  ],
  [
    [`dev-iam:module.m["aws_vpc.x"].${ROLE}["a]"]`, "dev-network:aws_vpc.one"],
    `module.m["aws_vpc.x"].${ROLE}["a]"] must keep its type, got aws_vpc.one. Name a resource of its type.\n`,
  ],
  [
    [`dev-iam:${ROLE}`, "dev-network:aws_vpc.one"],
    `${ROLE} must keep its type, got aws_vpc.one. Name a resource of its type.\n`,
  ],
  [
    [`dev-iam:${ROLE}`, "dev-iam:aws_iam_role.two"],
    /^the pairs must lead from one stack to one other, .* within a stack: npm run refactor\.\n$/,
  ],
  [
    [`dev-iam:${ROLE}`, `dev-network:${ROLE}`, `dev-iam:${ROLE}`, "dev-network:aws_iam_role.two"],
    `each address must be there once, got ${ROLE} twice. Leave one of its pairs out.\n`,
  ],
  [
    [`dev-iam:${ROLE}`, `dev-network:${ROLE}`, "dev-network:aws_iam_role.two", "dev-iam:aws_iam_role.two"],
    /^the pairs must lead from one stack/,
  ],
  [
    [`dev-iam:${ROLE}`, `master-iam:${ROLE}`],
    "dev-iam and master-iam must be of the same account, got dev and master. AWS cannot move a resource to another account: create it there.\n",
  ],
  [[`none:${ROLE}`, `nothing:${ROLE}`], /^the stack must be one of the estate, .* got "none"/],
])("refuses %j in one message", async (args, says) => {
  const { status, stdout, stderr } = await command.call(args);
  expect([status, stdout]).toEqual([1, ""]);
  if (typeof says === "string") expect(stderr).toBe(says);
  else expect(stderr).toMatch(says);
});
