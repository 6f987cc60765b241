/**
 * A small API server on the loopback interface: collections of objects with resource versions, lists, watches, and
 * whatever a test wants to go wrong.
 *
 * @module
 */

import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { type Certificate, makeCertificate } from "./certificate.ts";

/** An object of Kubernetes, or a part of one. */
export type Json = { [name: string]: unknown };

/** A request that the server has received. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly body: Json | undefined;
}

/** What to answer instead. */
export type Fault = { readonly status: number; readonly body?: Json | string } | "hang" | "break" | undefined;

interface Watcher {
  readonly collection: string;
  readonly response: ServerResponse;
}

let certificate: Certificate | undefined;

/** Started with {@linkcode FakeApiServer.start}. */
export class FakeApiServer {
  /** Everything that was asked for. */
  readonly seen: Seen[] = [];
  /** Decides for each request whether something goes wrong with it. */
  fault: (request: Seen) => Fault = () => undefined;
  /** Called before a request is served: what others do in the meantime. */
  before: (request: Seen) => void = () => {};
  /** What a pod has mounted. */
  readonly folder: string;
  readonly #objects = new Map<string, Json>();
  readonly #watchers = new Set<Watcher>();
  readonly #server: Server;
  #version = 100;

  private constructor(folder: string, { key, certificate: cert }: Certificate) {
    this.folder = folder;
    this.#server = createServer({ key, cert }, (request, response) => void this.#serve(request, response));
  }

  /** Listens, and writes `token`, `ca.crt` and `namespace`. */
  static async start(): Promise<FakeApiServer> {
    certificate ??= makeCertificate();
    const folder = await mkdtemp(`${tmpdir()}/democracy_fake_`);
    const server = new FakeApiServer(folder, certificate);
    await writeFile(`${folder}/ca.crt`, certificate.certificate);
    await writeFile(`${folder}/namespace`, "shop\n");
    await server.writeToken("first");
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** What discovery and leases need to find it. */
  get options(): { readonly server: string; readonly serviceAccount: string; readonly namespace: string } {
    const { port } = this.#server.address() as AddressInfo;
    return { server: `https://127.0.0.1:${port}`, serviceAccount: this.folder, namespace: "shop" };
  }

  /** Replaces the token in one step. */
  async writeToken(token: string): Promise<void> {
    await writeFile(`${this.folder}/token.new`, `${token}\n`);
    await rename(`${this.folder}/token.new`, `${this.folder}/token`);
  }

  /** The object at this path. */
  get(path: string): Json | undefined {
    return this.#objects.get(path);
  }

  /** Creates or replaces an object, and tells the watches. */
  put(path: string, object: Json): Json {
    const type = this.#objects.has(path) ? "MODIFIED" : "ADDED";
    const metadata = { ...object.metadata as Json, resourceVersion: String(++this.#version) };
    const stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#tell(path, { type, object: stored });
    return stored;
  }

  /** Deletes an object, and tells the watches. */
  delete(path: string): void {
    const object = this.#objects.get(path);
    this.#objects.delete(path);
    const metadata = { ...object?.metadata as Json, resourceVersion: String(++this.#version) };
    this.#tell(path, { type: "DELETED", object: { ...object, metadata } });
  }

  /** Sends a line to all watches. */
  send(line: Json | string): void {
    for (const { response } of this.#watchers) {
      response.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    }
  }

  /** Ends all watches as a server does whose time is over, or breaks them. */
  endWatches(how: "end" | "break" = "end"): void {
    for (const { response } of this.#watchers) {
      if (how === "end") response.end();
      else response.destroy();
    }
    this.#watchers.clear();
  }

  /** The requests of a kind so far. */
  requests(kind: "list" | "watch" | "get" | "write"): readonly Seen[] {
    const kinds = {
      watch: ({ query }: Seen) => query.has("watch"),
      list: ({ method, query, path }: Seen) => method === "GET" && !query.has("watch") && isCollection(path),
      get: ({ method, path }: Seen) => method === "GET" && !isCollection(path),
      write: ({ method }: Seen) => method !== "GET",
    };
    return this.seen.filter(kinds[kind]);
  }

  /** Waits for a request that fits. Rejects after 10 s. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`Not within 10 s: ${JSON.stringify(this.seen.slice(-5))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Ends, and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.endWatches("break");
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await rm(this.folder, { recursive: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    try {
      for await (const chunk of request) text += chunk;
    } catch {
      // The client has gone before its request was read: it stopped following, and nobody waits for an answer.
      return;
    }
    const url = new URL(request.url ?? "/", "https://host");
    const seen: Seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      token: (request.headers.authorization ?? "").replace("Bearer ", ""),
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.seen.push(seen);
    this.before(seen);
    const fault = this.fault(seen);
    if (fault === "hang") return;
    if (fault === "break") request.socket.destroy();
    else if (fault !== undefined) this.#answer(response, fault.status, fault.body ?? {});
    else if (seen.method !== "GET") this.#write(seen, response);
    else if (seen.query.has("watch")) this.#watch(seen, response);
    else this.#read(seen, response);
  }

  #answer(response: ServerResponse, status: number, body: Json | string): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  #read({ path }: Seen, response: ServerResponse): void {
    if (isCollection(path)) {
      const items = [...this.#objects].filter(([key]) => collectionOf(key) === path).map(([, object]) => object);
      return this.#answer(response, 200, { metadata: { resourceVersion: String(this.#version) }, items });
    }
    const object = this.#objects.get(path);
    this.#answer(response, object === undefined ? 404 : 200, object ?? statusOf(404, "NotFound"));
  }

  #watch({ path }: Seen, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    this.#watchers.add({ collection: path, response });
  }

  #write({ method, path, body = {} }: Seen, response: ServerResponse): void {
    const metadata = body.metadata as Json;
    const target = method === "POST" ? `${path}/${metadata.name}` : path;
    const stored = this.#objects.get(target);
    const version = (stored?.metadata as Json | undefined)?.resourceVersion;
    if (method === "POST" && stored !== undefined) return this.#answer(response, 409, statusOf(409, "AlreadyExists"));
    if (method === "PUT" && stored === undefined) return this.#answer(response, 404, statusOf(404, "NotFound"));
    if (method === "PUT" && metadata.resourceVersion !== version) {
      return this.#answer(response, 409, statusOf(409, "Conflict"));
    }
    this.#answer(response, method === "POST" ? 201 : 200, this.put(target, body));
  }

  #tell(path: string, event: Json): void {
    for (const { collection, response } of this.#watchers) {
      if (collectionOf(path) === collection) response.write(`${JSON.stringify(event)}\n`);
    }
  }
}

function isCollection(path: string): boolean {
  return /\/(endpointslices|endpoints|leases)$/.test(path);
}

function collectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** How the API server says no. */
export function statusOf(code: number, reason: string, message: string = reason): Json {
  return { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code };
}
