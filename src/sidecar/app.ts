/**
 * The sidecar's endpoints.
 *
 * Routed by Hono: it is built on the web's Request and Response, has no dependencies, and is tested by its authors
 * on Deno and on Node.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { Hono, type HonoRequest } from "hono";
import type { Election } from "../election.ts";
import { HandOverError } from "../errors.ts";
import { PROMETHEUS_CONTENT_TYPE } from "../metrics/prometheus.ts";
import { isKnownHost, readHostNames } from "./host_check.ts";
import { leaderElectorResponse } from "./leader_elector.ts";
import type { Sidecar, SidecarElection } from "./sidecar.ts";

/** How a sidecar is to be served. */
export interface AppOptions {
  /** Who knows it may `POST /resign`; without it nobody may. */
  readonly resignToken?: string;
  /** Host names that requests may be for, beside IP addresses and `localhost`; see `readHostNames`. */
  readonly hosts?: readonly string[];
  /** Adds routes of its own; they come before the answer to every other path. */
  readonly extend?: (app: SidecarApp) => void;
}

/** The endpoints; each request comes with who asks. */
export type SidecarApp = Hono<{ Bindings: { readonly client: string } }>;

const ENDPOINTS = [
  "/elections",
  "/leader",
  "/healthz",
  "/readyz",
  "/members",
  "/state",
  "/metrics",
  "/events",
  "/sse",
  "/resign",
];

/** Who asks for `/leader/` means `/leader`: answered like any other path, every member would be the leader to a balancer. */
function pathOf(request: Request): string {
  const path = new URL(request.url).pathname;
  return path.endsWith("/") && ENDPOINTS.includes(path.slice(0, -1)) ? path.slice(0, -1) : path;
}

/**
 * The endpoints of a sidecar, as an app of Hono. A path that is none of them is answered as the leader-elector sidecar
 * answers every path.
 */
export function createApp(sidecar: Sidecar, options: AppOptions = {}): SidecarApp {
  const app: SidecarApp = new Hono({ getPath: pathOf });
  const hosts = readHostNames(options.hosts ?? []);
  app.use(async (context, next) => isKnownHost(context.req.header("host"), hosts) ? await next() : notFrom());
  app.all("/leader", () => leader(sidecar));
  app.get("/elections", () => json(sidecar.elections()));
  app.all("/elections/:name/leader", ({ req }) => leaderOf(sidecar.election(req.param("name"))));
  app.all("/elections/:name/resign", ({ req }) => resignFrom(sidecar, req, options.resignToken));
  app.get("/healthz", () => check(sidecar.alive, "the election's loop does not move"));
  app.get("/readyz", () => check(sidecar.ready && sidecar.alive, sidecar.unready));
  app.get("/members", () => json(sidecar.state().members));
  app.get("/state", () => json(sidecar.state()));
  app.get("/metrics", () => text(sidecar.metrics(), PROMETHEUS_CONTENT_TYPE));
  app.get("/events", ({ req, env }) => eventStream(sidecar.events(req.header("last-event-id"), env.client)));
  app.get("/sse", ({ env }) => eventStream(sidecar.naisEvents(env.client)));
  app.all("/resign", ({ req }) => resign(sidecar.democracy, req, options.resignToken));
  options.extend?.(app);
  app.all("*", () => leaderElectorResponse(sidecar.leaderName()));
  return app;
}

function leader({ democracy }: Sidecar): Response {
  return leaderOf({ leading: democracy.isLeader(), token: democracy.token, leader: democracy.leader() });
}

function leaderOf({ leading, token, leader }: Omit<SidecarElection, "name">): Response {
  return json({ leading, token, leader }, leading ? 200 : 503);
}

function resignFrom(sidecar: Sidecar, req: HonoRequest, token: string | undefined): Promise<Response> | Response {
  const election = sidecar.standing(req.param("name") ?? "");
  if (election === undefined) return json({ error: "This member does not stand in that election" }, 404);
  return resign(election, req, token);
}

async function resign(election: Election, req: HonoRequest, token: string | undefined): Promise<Response> {
  if (token === undefined) {
    return json({ error: 'Resigning is off: start the sidecar with "--resign-token", or DEMOCRACY_RESIGN_TOKEN' }, 403);
  }
  if (req.method !== "POST") return json({ error: "Resigning takes a POST" }, 405, { allow: "POST" });
  const given = /^Bearer +(\S+) *$/iu.exec(req.header("authorization") ?? "")?.[1];
  if (given === undefined || !isSame(given, token)) {
    return json({ error: "Resigning takes the right bearer token" }, 401, { "www-authenticate": "Bearer" });
  }
  if (!election.isLeader()) return json({ error: "This member does not lead" }, 409);
  const to = req.query("to");
  try {
    await election.resign({ to });
  } catch (error) {
    if (!(error instanceof HandOverError)) throw error;
    return json({ error: error.message }, 409);
  }
  return json({ resigned: true });
}

/** Compares in a time that tells nothing, whatever the lengths. */
function isSame(one: string, other: string): boolean {
  const digest = (value: string): Uint8Array => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function notFrom(): Response {
  return text(
    "Not by this name: set --http-hosts, or DEMOCRACY_HTTP_HOSTS, to the host names that this is asked by\n",
    "text/plain; charset=utf-8",
    403,
  );
}

function check(well: boolean, complaint: string): Response {
  return text(well ? "ok\n" : `${complaint}\n`, "text/plain; charset=utf-8", well ? 200 : 503);
}

function eventStream(stream: ReadableStream<Uint8Array> | undefined): Response {
  if (stream === undefined) return json({ error: "Too many readers" }, 503, { "retry-after": "5" });
  return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
}

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return text(`${JSON.stringify(value)}\n`, "application/json", status, headers);
}

function text(body: string, type: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "content-type": type, "cache-control": "no-store", ...headers } });
}
