import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AWS_PROVIDER, providerVersion } from "../../../../tools/terraform/provider-mirror";

const PLATFORM = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

/** Prints its address as the provider does in debug mode, and runs until it is killed. */
const PROGRAM = String.raw`#!/bin/sh
here=$(dirname "$0")/../../../../..
echo "$$" >> "$here/pids"
[ -e "$here/exits" ] && exit 1
socket=$PLUGIN_UNIX_SOCKET_DIR/plugin1
[ -e "$here/socket" ] && socket=$(cat "$here/socket")
echo "Provider started."
printf "\n\tTF_REATTACH_PROVIDERS='"
printf '{"%s":{"Protocol":"grpc","ProtocolVersion":5,"Pid":%s,"Test":true,"Addr":{"Network":"unix","String":"%s"}}}' ${AWS_PROVIDER} $$ "$socket"
printf "'\n"
while [ ! -e "$here/dies" ]; do sleep 0.05; done
`;

/** A mirror with a program in place of hashicorp/aws, and the lock file with its hash. */
export class FakeProvider {
  public readonly lockFile: string;
  /** For Terraform's environment. */
  public readonly cliConfig: string;
  public readonly executable: string;

  constructor(private readonly folder: string) {
    const version = providerVersion();
    const path = join(folder, "mirror", AWS_PROVIDER, version, PLATFORM);
    mkdirSync(path, { recursive: true });
    this.executable = join(path, `terraform-provider-aws_v${version}_x5`);
    writeFileSync(this.executable, PROGRAM, { mode: 0o755 });
    this.lockFile = join(folder, "provider.lock.hcl");
    this.cliConfig = join(folder, "mirror.tfrc");
    writeFileSync(this.lockFile, `provider "${AWS_PROVIDER}" {\n  version = "${version}"\n  hashes = ["${this.hash()}"]\n}\n`); // prettier-ignore
    const mirror = JSON.stringify(join(folder, "mirror"));
    writeFileSync(this.cliConfig, `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
  }

  /** The processes that were started, in order. */
  public get pids(): number[] {
    const file = join(this.folder, "mirror/pids");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
  }

  /** "exits": at its start; "dies": from now on; "socket": prints this path instead of its own. */
  public makeIt(what: "exits" | "dies" | "socket", content = ""): void {
    writeFileSync(join(this.folder, "mirror", what), content);
  }

  /** https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1 */
  private hash(): string {
    const sha256 = (text: string) => createHash("sha256").update(text);
    const name = this.executable.split("/").at(-1) ?? "";
    return `h1:${sha256(`${sha256(PROGRAM).digest("hex")}  ${name}\n`).digest("base64")}`;
  }
}
