import { App } from "cdktf";
import { loadEstate } from "./config/load";
import { exitOnUserError } from "./errors/user-error";
import { addStacks } from "./stacks";

exitOnUserError(() => {
  const estate = loadEstate();
  const app = new App();
  addStacks(app, estate);
  app.synth();
});
