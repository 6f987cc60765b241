/**
 * Addresses for members on this machine.
 *
 * @module
 */

import { createSocket } from "node:dgram";

/** Below the ports that systems give to whoever binds port 0, so that nobody is given one in between. */
const PORTS = { first: 20_000, count: 12_000 };
let nextPort = Math.floor(Math.random() * PORTS.count);

/** Addresses on loopback that were free a moment ago. */
export async function freeAddresses(count: number): Promise<string[]> {
  const addresses: string[] = [];
  for (let tries = 0; addresses.length < count; tries++) {
    if (tries > PORTS.count) throw new Error("No port is free");
    const port = PORTS.first + nextPort++ % PORTS.count;
    if (await isFree(port)) addresses.push(`127.0.0.1:${port}`);
  }
  return addresses;
}

function isFree(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}
