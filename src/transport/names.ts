/**
 * Names looked up so that nobody else has to wait for it.
 *
 * The usual way, getaddrinfo, blocks a thread of a small pool that the application's own look-ups and files need as well, for
 * tens of seconds where no name server answers, and nothing can call it off: a process does not end before. So the name
 * servers are asked directly, by questions that can be cancelled, after the system's `hosts` file. Only where they
 * answer promptly, and do not know the name, getaddrinfo is asked, for the sources that it alone has: mDNS, NSS modules,
 * per-domain servers of macOS and Windows. One look-up is in flight in a process, whoever wants it.
 *
 * @module
 */

import { lookup, Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { onAbort } from "../base/abort.ts";
import { LIMITS } from "../limits.ts";
import { addressesIn, candidatesOf, isLocalhost, searchRulesIn } from "./name_files.ts";
import { Turns } from "./turns.ts";

/** Where names are looked up. */
export interface Names {
  /** The IP addresses of a host, A and AAAA. Rejects where there is none, and when `signal` aborts. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The targets of an SRV name. Rejects as `addresses` does. */
  services(host: string, signal: AbortSignal): Promise<readonly { readonly name: string; readonly port: number }[]>;
}

/** What to use in the place of the system's own. */
export interface NamesOptions {
  /** `ip:port` of name servers. */
  readonly servers?: readonly string[];
  /** The path of a file like `/etc/hosts`. */
  readonly hosts?: string;
  /** The path of a file like `/etc/resolv.conf`. */
  readonly config?: string;
  /** Stands in for getaddrinfo. */
  readonly fallback?: (host: string) => Promise<readonly string[]>;
}

const HOSTS = process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
const CONFIG = "/etc/resolv.conf";
const { timeout, tries, altogether } = LIMITS.lookUps;
/** ms within which a no is prompt. */
const PROMPT = 1000;

/** No name server has answered. All other errors are answers, or come of there being no name server at all. */
const SILENT: ReadonlySet<string> = new Set(["ETIMEOUT", "ECANCELLED"]);

const turns = new Turns();

/** The names that this system knows. */
export const systemNames: Names = {
  addresses: (host, signal) => turns.run(() => addressesOf(host, signal), signal),
  services: (host, signal) => turns.run(() => askServices(host, signal), signal),
};

/** Asks Deno where it may ask any name server, because it needs no permission to read the system's files; else the rest. */
async function addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
  const deno = denoOf();
  if (deno === undefined) return await askAddresses(host, signal);
  return deno.mayAskAnybody() ? await askDeno(deno, host, signal) : await askSystem(host);
}

/** Looks a host up in files, at name servers, and at last by getaddrinfo. */
export async function askAddresses(
  host: string,
  signal: AbortSignal,
  options: NamesOptions = {},
): Promise<readonly string[]> {
  const { hosts = HOSTS, config = CONFIG, fallback = askSystem } = options;
  const listed = addressesIn(await textOf(hosts), host);
  if (listed.length > 0) return listed;
  if (isLocalhost(host)) return ["127.0.0.1", "::1"];
  const candidates = candidatesOf(host, searchRulesIn(await textOf(config)));
  const started = performance.now();
  const found = await ask(host, signal, options, async (resolver, stopped) => {
    for (const candidate of candidates) {
      const found = await both(resolver.resolve4(candidate), resolver.resolve6(candidate));
      if (found !== undefined) return found;
      stopped.throwIfAborted();
    }
    return undefined;
  });
  return found ?? await afterNo(host, started, fallback);
}

async function askServices(host: string, signal: AbortSignal): ReturnType<Names["services"]> {
  return await ask(host, signal, {}, (resolver) => resolver.resolveSrv(host));
}

/** Asks name servers; the questions are cancelled when `signal` aborts, or when they have taken too long. */
async function ask<Answer>(
  host: string,
  signal: AbortSignal,
  { servers }: NamesOptions,
  question: (resolver: Resolver, stopped: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const resolver = new Resolver({ timeout, tries });
  if (servers !== undefined) resolver.setServers(servers);
  const bounds = bounded(host, signal);
  const callOff = onAbort(bounds.signal, () => resolver.cancel());
  try {
    bounds.signal.throwIfAborted();
    return await question(resolver, bounds.signal);
  } catch (error) {
    throw bounds.signal.aborted ? bounds.signal.reason : error;
  } finally {
    callOff();
    bounds.release();
  }
}

/** A signal that aborts when `outer` does, or when a look-up has taken too long. */
function bounded(host: string, outer: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  const callOff = onAbort(outer, () => stop.abort(outer.reason));
  const limit = setTimeout(() => stop.abort(new Error(`No name server answers for "${host}"`)), altogether);
  const release = (): void => {
    callOff();
    clearTimeout(limit);
  };
  return { signal: stop.signal, release };
}

/** What both families answer; undefined where they say that there is nothing. Throws where one says nothing at all. */
async function both(...questions: readonly Promise<string[]>[]): Promise<string[] | undefined> {
  const answers = await Promise.allSettled(questions);
  const found = answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
  if (found.length > 0) return found;
  for (const answer of answers) {
    if (answer.status === "rejected" && SILENT.has(codeOf(answer.reason))) throw answer.reason;
  }
  return undefined;
}

/** No name server knows the name; those that say so at once will not keep getaddrinfo waiting either. */
async function afterNo(host: string, started: number, fallback: (host: string) => Promise<readonly string[]>) {
  if (performance.now() - started < PROMPT) return await fallback(host);
  throw new Error(`No name server knows "${host}"`);
}

async function askSystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** A file that is not there, or may not be read, has nothing to say. */
async function textOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** As much of Deno as is needed: it reads `hosts`, and knows which domains to search. */
interface Deno {
  mayAskAnybody(): boolean;
  resolve(host: string, type: "A" | "AAAA", signal: AbortSignal): Promise<string[]>;
}

interface DenoGlobal {
  readonly permissions: { querySync(what: { readonly name: "net" }): { readonly state: string } };
  resolveDns(host: string, type: "A" | "AAAA", options: { readonly signal: AbortSignal }): Promise<string[]>;
}

function denoOf(): Deno | undefined {
  const deno: unknown = Reflect.get(globalThis, "Deno");
  if (!isDeno(deno)) return undefined;
  return {
    mayAskAnybody: () => deno.permissions.querySync({ name: "net" }).state === "granted",
    resolve: (host, type, signal) => deno.resolveDns(host, type, { signal }),
  };
}

function isDeno(value: unknown): value is DenoGlobal {
  return typeof value === "object" && value !== null && "resolveDns" in value && "permissions" in value;
}

async function askDeno(deno: Deno, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const started = performance.now();
  const bounds = bounded(host, signal);
  try {
    const questions = (["A", "AAAA"] as const).map((type) => deno.resolve(host, type, bounds.signal));
    const answers = await Promise.allSettled(questions);
    const found = answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
    if (found.length > 0) return found;
    bounds.signal.throwIfAborted();
  } finally {
    bounds.release();
  }
  return await afterNo(host, started, askSystem);
}
