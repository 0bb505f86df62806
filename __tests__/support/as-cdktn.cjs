// Required into a process: requires of cdktf resolve to cdktn, like the alias in package.json would do.
const Module = require("node:module");

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return resolveFilename.call(this, request.replace(/^cdktf(?=\/|$)/, "cdktn"), ...rest);
};
