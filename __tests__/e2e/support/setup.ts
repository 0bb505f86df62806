import "./exit-code";
// A plan takes 4 to 9 s, nearly all of it for the provider's schema. Longer tests set their own limit.
jest.setTimeout(120_000);
// Hides the SDK's warning that later versions need a newer Node: the clients are pinned.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
