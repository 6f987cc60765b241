import { assertEquals } from "@std/assert";
import { datagramContract } from "./contract.ts";
import { SimulatedNetwork } from "./simulated_datagram.ts";

datagramContract("simulated", (source, handlers) => network.bind(source, handlers));

const network = new SimulatedNetwork();

Deno.test("simulated: a datagram is lost on request", async () => {
  const own = new SimulatedNetwork();
  const received: number[] = [];
  const handlers = { onDatagram: (bytes: Uint8Array) => received.push(...bytes), onError: () => {} };
  const [a, b] = [await own.bind("127.0.0.1:1", handlers), await own.bind("127.0.0.1:2", handlers)];
  own.loses = (bytes) => bytes[0] === 1;
  for (const value of [1, 2]) a.send(new Uint8Array([value]), b.address);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(received, [2]);
  await Promise.all([a.close(), b.close()]);
  assertEquals(own.open, 0);
});
