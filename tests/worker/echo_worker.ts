/**
 * A worker that sends back what it gets, and dies when it is told to.
 *
 * @module
 */

import { parentPort } from "../../src/worker/port.ts";

const port = parentPort<unknown, unknown>();
port.receive((message) => {
  if (message === "die") throw new Error("It was told to die");
  port.post(message);
});
