/**
 * As much of a client of the Kubernetes API as discovery and leases need: requests with JSON, and watches.
 *
 * The published client, `@kubernetes/client-node`, brings 68 packages and 71 MB for these two verbs; the README has the figures.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { onAbort } from "../base/abort.ts";
import { systemNames } from "../transport/names.ts";
import { describe, DiscoveryError } from "../errors.ts";
import { errorOfAnswer } from "./api_error.ts";
import { type Environment, environment } from "./environment.ts";
import { type JsonObject, parseObject } from "./json.ts";
import { API_LIMITS } from "./limits.ts";
import { linesOf, textOf } from "./stream.ts";

/** Where the API server is. Inside a pod nothing needs to be said. */
export interface ApiOptions {
  /** `https://host:port`; default: `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`, which every pod has. */
  readonly server?: string;
  /**
   * The folder with `token`, `ca.crt` and `namespace`, read again for each request because tokens rotate; default
   * `/var/run/secrets/kubernetes.io/serviceaccount`.
   */
  readonly serviceAccount?: string;
}

/** What to ask for. */
export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly signal: AbortSignal;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** ms between TCP probes of a silent connection: they find a dead one much earlier, where the runtime sends them. */
const KEEP_ALIVE = 30_000;

/** Talks to one API server, as one service account. Keeps no connection open between requests. */
export class ApiClient {
  readonly #hostname: string;
  readonly #port: string;
  readonly #folder: string;
  readonly #namespace: string | undefined;

  /** Throws a TypeError where it is not said, and not known from the environment, where the API server is. */
  constructor(options: ApiOptions = {}, variables: Environment = environment()) {
    const server = serverOf(options.server, variables);
    this.#hostname = server.hostname.replace(/^\[|\]$/gu, "");
    this.#port = server.port === "" ? "443" : server.port;
    this.#folder = options.serviceAccount ?? SERVICE_ACCOUNT;
    this.#namespace = variables["POD_NAMESPACE"] || undefined;
  }

  /** The namespace of this pod. Throws a DiscoveryError where nothing tells. */
  async namespace(): Promise<string> {
    return this.#namespace ?? (await this.#read("namespace")).trim();
  }

  /**
   * One request, within 10 s. Throws an ApiError where the server refuses, a DiscoveryError where this pod has
   * no token, and whatever the network throws.
   */
  async request(request: ApiRequest): Promise<JsonObject> {
    const limit = limited(request.signal, API_LIMITS.request);
    try {
      const response = await this.#send({ ...request, signal: limit.signal });
      const text = await textOf(response, API_LIMITS.bodyBytes);
      const { statusCode: status = 0 } = response;
      if (status < 200 || status > 299) throw errorOfAnswer(status, text, response.headers["retry-after"]);
      const body = parseObject(text);
      if (body === undefined) throw new Error(`The API server answered ${describe(text)}, which is no JSON object`);
      return body;
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      limit.release();
    }
  }

  /**
   * Follows a watch until the server ends it, after `seconds` or before. Silence is normal: bookmarks are no promise. Throws as
   * {@linkcode ApiClient.request} does.
   */
  async *watch(request: ApiRequest, seconds: number): AsyncGenerator<JsonObject, void, void> {
    const silence = seconds * 1000 + API_LIMITS.watchGrace;
    const query = { ...request.query, watch: "true", allowWatchBookmarks: "true", timeoutSeconds: String(seconds) };
    const limit = limited(request.signal, API_LIMITS.request);
    try {
      const response = await this.#send({ ...request, query, signal: limit.signal });
      limit.extend(silence);
      const { statusCode: status = 0 } = response;
      if (status !== 200) {
        throw errorOfAnswer(status, await textOf(response, API_LIMITS.bodyBytes), response.headers["retry-after"]);
      }
      for await (const line of linesOf(response, API_LIMITS.lineBytes, () => limit.extend(silence))) {
        const event = parseObject(line);
        if (event === undefined) throw new Error(`The API server sent ${describe(line)}, which is no event`);
        yield event;
      }
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      limit.release();
    }
  }

  async #send({ method = "GET", path, query = {}, body, signal }: ApiRequest): Promise<IncomingMessage> {
    const [token, ca] = await Promise.all([this.#read("token"), this.#read("ca.crt")]);
    signal.throwIfAborted();
    const search = new URLSearchParams(query).toString();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return await new Promise((resolve, reject) => {
      const request: ClientRequest = httpsRequest({
        hostname: this.#hostname,
        port: this.#port,
        path: search === "" ? path : `${path}?${search}`,
        method,
        ca,
        // The default is what NODE_TLS_REJECT_UNAUTHORIZED says, and the token is worth more than somebody's convenience.
        rejectUnauthorized: true,
        agent: false,
        // The server is mostly an IP address; a name must not block a thread, nor keep the process from ending.
        lookup: lookupBy(signal),
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token.trim()}`,
          "user-agent": "democracy",
          ...(payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) }),
        },
      }, (response) => {
        answer = response;
        resolve(response);
      });
      let answer: IncomingMessage | undefined;
      signal.addEventListener("abort", () => {
        answer?.destroy(signal.reason);
        request.destroy();
        reject(signal.reason);
      }, { once: true });
      request.on("error", reject);
      request.setSocketKeepAlive(true, KEEP_ALIVE);
      request.end(payload);
    });
  }

  async #read(name: string): Promise<string> {
    const path = `${this.#folder}/${name}`;
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      throw new DiscoveryError(
        `Cannot read ${path}, which every pod has unless its manifest says "automountServiceAccountToken: false"`,
        { cause: error },
      );
    }
  }
}

function serverOf(given: string | undefined, variables: Environment): URL {
  if (given !== undefined) {
    const server = URL.canParse(given) ? new URL(given) : undefined;
    if (server?.protocol !== "https:") {
      throw new TypeError(`"server" must be a URL like https://10.96.0.1:443, got ${describe(given)}`);
    }
    return server;
  }
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = variables;
  if (!host) {
    throw new TypeError(
      "Cannot find the API server: KUBERNETES_SERVICE_HOST is not set, so this is no pod of Kubernetes; " +
        'set "server" and "serviceAccount", or find the peers by DNS',
    );
  }
  return new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
}

/** Looks names up as the peers' are; see `systemNames`. */
function lookupBy(signal: AbortSignal): LookupFunction {
  return (host, { all, family }, callback) => {
    systemNames.addresses(host, signal).then((found) => {
      const every = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      const wanted = family === 4 || family === 6 ? every.filter((each) => each.family === family) : every;
      return wanted.length > 0 ? wanted : Promise.reject(new Error(`"${host}" has no address of family ${family}`));
    }).then((found) => {
      const [first = { address: "", family: 0 }] = found;
      if (all === true) callback(null, [...found]);
      else callback(null, first.address, first.family);
    }, (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ""));
  };
}

interface Limit {
  readonly signal: AbortSignal;
  /** Starts the time anew. */
  extend(ms: number): void;
  release(): void;
}

/** A signal that aborts with another one, or when the time is over. */
function limited(outer: AbortSignal, ms: number): Limit {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const extend = (wait: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error(`The API server was silent for ${wait} ms`)), wait);
  };
  const callOff = onAbort(outer, abort);
  if (!outer.aborted) extend(ms);
  return {
    signal: controller.signal,
    extend,
    release: () => {
      clearTimeout(timer);
      callOff();
      // Closes the connection of an answer that was not read to its end.
      controller.abort(new Error("The request is over"));
    },
  };
}
