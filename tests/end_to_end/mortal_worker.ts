/**
 * A worker that dies when it is told to on the BroadcastChannel "mortal worker".
 *
 * @module
 */

import "../../src/worker/main.ts";

new BroadcastChannel("mortal worker").onmessage = (): void => {
  throw new Error("It was told to die");
};
