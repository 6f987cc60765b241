/**
 * Objects of the API server, listed once and then watched.
 *
 * @module
 */

import { DiscoveryError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { sleep } from "../base/sleep.ts";
import type { ApiClient } from "./api_client.ts";
import { type ApiError, errorOfStatus, hasStatus } from "./api_error.ts";
import { Backoff } from "../base/backoff.ts";
import { API_LIMITS } from "./limits.ts";
import { at, isObject, type JsonObject, listAt, textAt } from "./json.ts";

/** What to follow, and how. Durations are ms. */
export interface ListWatchOptions {
  readonly client: ApiClient;
  /** The path of the collection. */
  readonly path: string;
  /** Which of its objects: `labelSelector`, `fieldSelector`. */
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** What is followed, as messages name it. */
  readonly what: string;
  /** What to do when the API server forbids it. */
  readonly remedy: string;
  /** Before the second attempt; doubles up to 5 s, spread at random, and is longer where the API server says so; default 500. */
  readonly retry?: number;
  /** Told that the objects yielded last may be out of date, and that they are not any more. */
  readonly onStale?: (isStale: boolean) => void;
}

/** The objects by name. */
export type Objects = ReadonlyMap<string, JsonObject>;

/** s that the server keeps a watch open. */
const WATCH_SECONDS = 300;
/** ms that a watch must last to count as one that works. */
const HEALTHY = 1000;

/**
 * Yields all objects after the list and after each event. Follows the concepts of the API (kubernetes.io/docs/reference/using-api/api-concepts,
 * "Efficient detection of changes"): a watch goes on from the last resource version, which bookmarks keep young; one that the server
 * has forgotten, 410, is answered by another list.
 *
 * Whatever passes is waited for. Throws a DiscoveryError before the first list for what does not pass: it is forbidden, or
 * unknown to this API server. Later that is waited for as well.
 */
export async function* listWatch(options: ListWatchOptions): AsyncGenerator<Objects, void, void> {
  const { signal } = options;
  const state: State = { objects: undefined, version: undefined };
  const backoff = new Backoff(options.retry ?? API_LIMITS.retry, API_LIMITS.longestRetry);
  while (!signal.aborted) {
    const started = performance.now();
    try {
      if (state.version === undefined) {
        yield await list(options, state);
        recovered(options, backoff);
      }
      for await (const changed of watch(options, state)) {
        recovered(options, backoff);
        if (changed) yield new Map(state.objects);
      }
      if (performance.now() - started < HEALTHY) await sleep(backoff.next(), signal);
    } catch (error) {
      if (signal.aborted) return;
      await sleep(waitAfter(error, options, state, backoff), signal);
    }
  }
}

interface State {
  /** Undefined before the first list. */
  objects: Map<string, JsonObject> | undefined;
  /** Where a watch goes on; undefined when only a list helps. */
  version: string | undefined;
}

function recovered({ logger, what, onStale }: ListWatchOptions, backoff: Backoff): void {
  if (backoff.failures > 0) {
    logger.info(`Following ${what} again`);
    onStale?.(false);
  }
  backoff.reset();
}

/** Tells of the trouble once in a row, and says how long to wait. Throws what waiting does not heal. */
function waitAfter(error: unknown, options: ListWatchOptions, state: State, backoff: Backoff): number {
  const { logger, what } = options;
  const problem = hasStatus(error, 403, 404) ? refusal(error, options) : error;
  // An API server that has just started forbids everything until it has read its roles: who was let in once waits.
  if (problem instanceof DiscoveryError && state.objects === undefined) throw problem;
  options.onStale?.(true);
  if (hasStatus(error, 410)) {
    logger.debug(`The API server has forgotten where the watch of ${what} was: listing again`);
    state.version = undefined;
    return backoff.failures === 0 ? backoff.next() / 10 : backoff.next();
  }
  if (hasStatus(error, 400)) state.version = undefined;
  if (backoff.failures === 0) logger.warn(`Cannot follow ${what}: keeping what is known, and trying again`, problem);
  return backoff.next(hasStatus(error, 429, 503) ? Math.min(error.retryAfter, API_LIMITS.longestRetryAfter) : 0);
}

function refusal(error: ApiError, { what, remedy }: ListWatchOptions): DiscoveryError {
  const why = error.status === 403
    ? `the API server forbids it (${error.message}); ${remedy}`
    : `this API server does not know them (${error.message}); clusters before 1.21 need endpointsPeers`;
  return new DiscoveryError(`Cannot follow ${what}: ${why}`, { cause: error });
}

async function list({ client, path, query, signal }: ListWatchOptions, state: State): Promise<Objects> {
  const answer = await client.request({ path, query, signal });
  const version = textAt(answer, "metadata", "resourceVersion");
  if (version === undefined) throw new Error("The API server sent a list without a resource version");
  const objects = new Map<string, JsonObject>();
  for (const item of listAt(answer, "items")) put(objects, item);
  state.objects = objects;
  state.version = version;
  return new Map(objects);
}

function put(objects: Map<string, JsonObject>, item: unknown): void {
  const name = textAt(item, "metadata", "name");
  if (name !== undefined && isObject(item)) objects.set(name, item);
}

/** Yields for each event whether it changed an object. */
async function* watch(options: ListWatchOptions, state: State): AsyncGenerator<boolean, void, void> {
  const { client, path, query, signal } = options;
  const objects = state.objects ?? new Map<string, JsonObject>();
  // Spread, so that pods which started together do not come back together.
  const seconds = Math.round(WATCH_SECONDS * (1 + 0.2 * Math.random()));
  const request = { path, query: { ...query, resourceVersion: state.version ?? "" }, signal };
  for await (const event of client.watch(request, seconds)) {
    const type = textAt(event, "type");
    const object = at(event, "object");
    if (type === "ERROR") throw errorOfStatus(object, 500);
    const version = textAt(object, "metadata", "resourceVersion");
    if (type === "ADDED" || type === "MODIFIED") put(objects, object);
    else if (type === "DELETED") objects.delete(textAt(object, "metadata", "name") ?? "");
    if (version !== undefined) state.version = version;
    yield type !== "BOOKMARK";
  }
}
