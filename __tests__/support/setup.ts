import { join } from "node:path";

// Tests are about the example, whatever estate a clone has. Only estate.test.ts is about the clone's own.
process.env["ESTATE_OF_CLONE"] = process.env["ESTATE"] ?? "";
process.env["ESTATE"] = join(__dirname, "../../config/example.ts");

// As tools/terraform/aws/aws-clients.ts does: a test may load a client without that file.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
