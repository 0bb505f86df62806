import { App } from "cdktf";
import { loadEstate } from "./config/load";
import { printWaiting } from "./config/waiting";
import { exitOnUserError } from "./config/user-error";
import { addStacks } from "./stacks";

exitOnUserError(() => {
  const estate = printWaiting(loadEstate());
  const app = new App();
  addStacks(app, estate);
  app.synth();
});
