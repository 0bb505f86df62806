import { App } from "cdktf";
import { loadEstate } from "./config/load";
import { tellWaiting } from "./config/waiting";
import { exitOnUserError } from "./config/user-error";
import { addStacks } from "./stacks";

exitOnUserError(() => {
  const estate = tellWaiting(loadEstate());
  const app = new App();
  addStacks(app, estate);
  app.synth();
});
