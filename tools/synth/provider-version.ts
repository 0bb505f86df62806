/** The version of hashicorp/aws that the provider package is made for. */
export function providerVersion(): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { cdktf } = require("@cdktf/provider-aws/package.json") as { cdktf: { provider: { version: string } } };
  return cdktf.provider.version;
}
