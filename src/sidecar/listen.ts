/**
 * HTTP on one address.
 *
 * The server is that of `node:http` in Deno and Node alike, behind Hono's own adapter: it stops reading from a response
 * while its reader is slow, in both runtimes.
 *
 * @module
 */

import { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Socket } from "node:net";
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from "@hono/node-server";
import { clientOf, PerClient } from "./client.ts";
import type { HttpAddress } from "./http_address.ts";
import { formatHttpAddress } from "./http_address.ts";
import { CONNECTION_LIMITS } from "./limits.ts";

/** A server that listens. */
export interface Listening {
  /** `host:port`; where port 0 was asked for, the one that was chosen. */
  readonly address: string;
  /** Ends all connections, and resolves when nothing of the server is left. */
  close(): Promise<void>;
}

/** ms that answers have left to arrive when the server closes, and ms between two looks. */
const FAREWELL = { patience: 500, step: 20 } as const;

/** Answers a request of a client, which is told by {@linkcode clientOf}. */
export type Answer = (request: Request, client: string) => Response | Promise<Response>;

/** Serves answers. Rejects with an Error that says what to do when the address cannot be had. */
export async function listen(answer: Answer, address: HttpAddress): Promise<Listening> {
  // The host name stands in for the header of requests that have none, as HTTP/1.0 allows.
  const { connections, connectionsPerClient, ...serverOptions } = CONNECTION_LIMITS;
  const fetch = async (request: Request, { incoming }: HttpBindings | Http2Bindings): Promise<Response> => {
    const response = await answer(request, clientOf(incoming.socket.remoteAddress));
    // No answer is to be taken for anything but what it says it is.
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  const server = createAdaptorServer({ fetch, hostname: "localhost", overrideGlobalObjects: false, serverOptions });
  server.maxConnections = connections;
  const perClient = new PerClient(connectionsPerClient);
  server.on("connection", (socket: Socket) => {
    const client = clientOf(socket.remoteAddress);
    if (perClient.add(client)) socket.once("close", () => perClient.remove(client));
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: Error) => reject(explain(error, address)));
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  return {
    address: formatHttpAddress({ ...address, port }),
    close: () => close(server),
  };
}

/** Answers that are on their way still arrive, if they do soon. */
async function close(server: ReturnType<typeof createAdaptorServer>): Promise<void> {
  const closed = new Promise<true>((resolve) => server.close(() => resolve(true)));
  for (let waited = 0; waited < FAREWELL.patience; waited += FAREWELL.step) {
    if (server instanceof Server) server.closeIdleConnections();
    if (await Promise.race([closed, sleep(FAREWELL.step)])) return;
  }
  if (server instanceof Server) server.closeAllConnections();
  await closed;
}

function explain(error: Error, address: HttpAddress): Error {
  const reason = "code" in error && error.code === "EADDRINUSE"
    ? 'something else listens there; choose another with "--http"'
    : error.message;
  return new Error(`Cannot serve HTTP on ${formatHttpAddress(address)}: ${reason}`, { cause: error });
}
