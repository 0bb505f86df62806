import { skipCreationTraces } from "../../stacks/cdktf-internals";

// Also in tests of single modules. Under Jest, which maps each line of a trace to its source, the traces take more than
// half of the time of a synth.
skipCreationTraces();
