/**
 * A process that imports the library, starts one member, and says how long each took.
 *
 * @module
 */

const begun = performance.now();
const { Democracy } = await import("../../mod.ts");
const imported = performance.now();
const democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
const constructed = performance.now();
await democracy.ready;
const ready = performance.now();
await democracy.lead(() => {});
const led = performance.now();
await democracy.close();
const closed = performance.now();

console.log(JSON.stringify({
  import: imported - begun,
  construct: constructed - imported,
  ready: ready - imported,
  lead: led - imported,
  close: closed - led,
}));
