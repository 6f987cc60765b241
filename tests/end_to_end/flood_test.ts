import { withstand } from "./floods.ts";

Deno.test("forged datagrams, 20 000 a second, do not change the leader", async () => {
  await withstand({ secrets: 8, ports: 1, ms: 2000, targets: ["leader", "voter"] });
});
