import "./exit-code";
// Ends a test that hangs. No test measures time: beside others, on a slow machine, each takes several times as long.
jest.setTimeout(20 * 60_000);
// Hides the SDK's warning that later versions need a newer Node: the clients are pinned.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
