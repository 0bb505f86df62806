// Required into a process: whoever asks for cdktf gets cdktn, as the alias in package.json would have it.
const Module = require("node:module");

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return resolveFilename.call(this, request.replace(/^cdktf(?=\/|$)/, "cdktn"), ...rest);
};
