import * as stackTrace from "cdktf/lib/tokens/private/stack-trace";

// cdktf records where each token is created. Under Jest, which maps each line of a trace to its source, this takes more
// than half of the time of a synth. Only cdktf's own error messages print it.
Object.assign(stackTrace, { captureStackTrace: () => [] });
