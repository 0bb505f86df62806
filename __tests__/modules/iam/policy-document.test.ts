import { renderPolicy, policySize, policyText, type PolicyStatement } from "../../../modules/iam/policy-document";
import { parsePolicy, type PolicyDocument } from "../../support/policy";

const read: PolicyStatement = { sid: "Read", actions: ["s3:GetObject"], resources: ["*"] };

test("has Version 2012-10-17, without which policy variables are plain text", () => {
  expect(JSON.parse(renderPolicy([read]))).toMatchObject({ Version: "2012-10-17" });
});

test("has the effect Allow by default", () => {
  expect(JSON.parse(renderPolicy([read]))).toEqual({
    Version: "2012-10-17",
    Statement: [{ Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }],
  });
});

test("writes every part of a statement under IAM's name", () => {
  const { Statement } = parsePolicy(
    renderPolicy([
      {
        sid: "Everything",
        effect: "Deny",
        principals: { AWS: ["arn:aws:iam::111111111111:root"] },
        notActions: ["iam:Get*"],
        notResources: ["arn:aws:s3:::kept"],
        conditions: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]),
  );
  expect(Statement).toEqual([
    {
      Sid: "Everything",
      Effect: "Deny",
      Principal: { AWS: ["arn:aws:iam::111111111111:root"] },
      NotAction: ["iam:Get*"],
      NotResource: ["arn:aws:s3:::kept"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
});

describe("policy variables", () => {
  const document = renderPolicy([{ ...read, resources: ["arn:aws:s3:::home/${aws:username}/*"] }]);

  test("are escaped, so that Terraform does not interpolate them", () => {
    expect(document).toContain("home/$${aws:username}/*");
  });

  test("Terraform's own directives are escaped", () => {
    expect(renderPolicy([{ ...read, resources: ["%{ if true }"] }])).toContain("%%{ if true }");
  });

  test("reach AWS unescaped", () => {
    expect(parsePolicy(document).Statement[0]).toMatchObject({ Resource: ["arn:aws:s3:::home/${aws:username}/*"] });
  });
});

test("a sid must consist of letters and digits, as IAM requires", () => {
  for (const sid of ["with space", "with-hyphen", ""]) {
    expect(() => renderPolicy([{ ...read, sid }])).toThrow(`sid must be letters and digits, got "${sid}"`);
  }
});

test("refuses a duplicate sid", () => {
  expect(() => renderPolicy([read, { ...read, actions: ["s3:PutObject"] }])).toThrow(
    'sid must be unique in its document, got "Read" twice',
  );
});

describe("size", () => {
  test("does not count white space, like IAM", () => {
    expect(policySize('{ "a":\n\t"b c" }')).toBe('{"a":"bc"}'.length);
  });

  test("does not count Terraform's escape", () => {
    expect(policySize("$${aws:username}")).toBe("${aws:username}".length);
  });
});

test("text is the document that AWS receives, including white space", () => {
  const resource = "%{ if } ${aws:username}";
  const {
    Statement: [first],
  } = JSON.parse(policyText(renderPolicy([{ ...read, resources: [resource] }]))) as PolicyDocument;
  expect(first?.Resource).toEqual([resource]);
});
