/**
 * The page on this machine, for the demo and the simulator.
 *
 * @module
 */

import { type PageMode, pageResponse } from "../../src/ui/respond.ts";

/** The port that is served unless another is asked for. */
export const DEFAULT_PORT = 4041;

/** A server. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers what the page asks for; undefined for anything else. */
export type Answer = (name: string, request: Request) => Response | undefined | Promise<Response | undefined>;

/**
 * Serves the page on 127.0.0.1 alone. Another page in the same browser is refused: it may have any name resolve to
 * 127.0.0.1, and the demo kills processes.
 *
 * Throws an Error that says what to do where the port is taken.
 */
export function servePage(mode: PageMode, port: number, answer: Answer): PageServer {
  let host = "";
  const respond = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const origin = request.headers.get("origin");
    if (request.headers.get("host") !== host || (origin !== null && origin !== `http://${host}`)) {
      return new Response("Not from here\n", { status: 403 });
    }
    const name = pathname.slice(1);
    const page = request.method === "GET" ? pageResponse(name, mode) : undefined;
    return page ?? await answer(name, request) ?? new Response("Not found\n", { status: 404 });
  };
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, respond);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(`Cannot serve the page: port ${port} is taken; choose another with "--port"`, { cause: error });
  }
  host = `127.0.0.1:${server.addr.port}`;
  return { url: `http://${host}/`, close: () => server.shutdown() };
}
