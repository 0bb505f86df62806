import "./exit-code";
// A plan takes 4 to 9 s, nearly all of it the provider's schema; tests that wait for AWS's own waits say so.
jest.setTimeout(120_000);
// The clients are pinned to a version that runs on Node 20; that later ones will not is no news for a test run.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
