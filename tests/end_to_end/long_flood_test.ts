import { withstand } from "./floods.ts";

for (const secrets of [1, 2, 8]) {
  for (const ports of [1, 50]) {
    Deno.test(`half a minute of forged datagrams, 20 000 a second: ${secrets} secrets, ${ports} ports`, async () => {
      await withstand({ secrets, ports, ms: 30_000, targets: ["leader"] });
    });
  }
}
