/**
 * The application's end of the loop: starts it, in a worker or on this thread, and notices when it is gone.
 *
 * @module
 */

import { clearInterval, setInterval, setTimeout } from "node:timers";
import { errorFromData, PermissionError, WorkerError } from "../errors.ts";
import { STAY } from "../core/closing.ts";
import { Counters } from "../stats/counters.ts";
import { SharedLeases } from "../leadership/named_view.ts";
import { SharedView } from "../leadership/shared_view.ts";
import type { Settings } from "../options.ts";
import { bindUdp } from "../transport/udp.ts";
import { Backlog } from "./backlog.ts";
import { workerEntry } from "./entry.ts";
import { Latch } from "./latch.ts";
import { serve } from "./loop.ts";
import { localPorts, spawn, type Thread } from "./port.ts";
import type { LoopCommand, LoopReport } from "./protocol.ts";

/** What the loop has to tell its host, without what the host settles by itself. */
export type News = Exclude<LoopReport, { type: "failed" | "closed" }>;

/** How a host starts its loop. */
export interface HostStart {
  /** Where the worker's entry is, when not beside this file. */
  readonly workerUrl: string | undefined;
  /** Whether a leadership counts only once its token was minted. */
  readonly fenced: boolean;
}

/** What a host reports. */
export interface HostHandlers {
  onReport(report: News): void;
  /** The loop is gone, though nobody closed it. Called at most once; nothing else is called after it. */
  onDeath(error: Error): void;
}

/** The longest between two stamps; a shorter `stallTimeout` has ten of them. */
const STAMP_PERIOD = 250;
/** How long a loop may say goodbye, in ms, and how long it is waited for beyond that. */
const LONGEST_FAREWELL = 10_000;
const CLOSE_GRACE = 1000;

/** One loop, and what it shares with this thread. */
export class Host {
  readonly view = new SharedView();
  readonly leases = new SharedLeases();
  readonly counters = new Counters();
  readonly #backlog = new Backlog();
  readonly #latch = new Latch();
  readonly #settings: Settings;
  readonly #handlers: HostHandlers;
  readonly #thread: Thread<LoopCommand, LoopReport>;
  readonly #stamps: ReturnType<typeof setInterval> | undefined;
  #bound = false;
  #over = false;
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;

  /** Starts a loop. Trouble comes as `onDeath`, and never before the constructor has returned. */
  constructor(settings: Settings, start: HostStart, handlers: HostHandlers) {
    const { workerUrl, fenced } = start;
    this.#settings = settings;
    this.#handlers = handlers;
    const watched = settings.isolation === "worker";
    if (watched) this.#stamps = this.#stamp();
    this.#thread = settings.isolation === "none" ? this.#local() : this.#spawn(workerUrl);
    this.#thread.receive((report) => this.#receive(report));
    this.post({
      type: "start",
      settings,
      view: this.view.buffer,
      leases: this.leases.buffer,
      counters: this.counters.buffer,
      backlog: this.#backlog.buffer,
      latch: this.#latch.buffer,
      sentAt: performance.now(),
      watched,
      fenced,
    });
  }

  /** Tells the loop to do something; a loop that is gone does nothing. */
  post(command: LoopCommand, transfer?: readonly ArrayBuffer[]): void {
    if (this.#over) return;
    if (command.type === "resign" || command.type === "close") this.#latch.shut();
    this.#thread.post(command, transfer);
  }

  /** Blocks this thread until the loop has handed over, or left, for `ms` at most. */
  settle(ms: number): void {
    this.#thread.flush();
    // A loop that has not begun has nothing to hand over, and on this thread it does nothing meanwhile.
    if (this.#bound && !this.#over && this.#settings.isolation === "worker") this.#latch.wait(ms);
  }

  /**
   * Lets the loop say goodbye, and frees all that it had; where that is to be graceful, it may stay for two timeouts. More calls do
   * no harm, and one without grace ends the stay.
   */
  close(graceful: boolean): Promise<void> {
    if (this.#closing !== undefined && !graceful) this.post({ type: "close", graceful });
    this.#closing ??= this.#close(graceful);
    return this.#closing;
  }

  async #close(graceful: boolean): Promise<void> {
    this.view.silence(true);
    if (this.#over) return;
    await new Promise<void>((resolve) => {
      // A worker that hangs would not answer.
      const { timeout } = this.#settings;
      const stay = graceful ? STAY * timeout : 0;
      const limit = setTimeout(resolve, stay + Math.min(2 * timeout, LONGEST_FAREWELL) + CLOSE_GRACE);
      this.#closed = (): void => {
        clearTimeout(limit);
        resolve();
      };
      this.post({ type: "close", graceful });
    });
    await this.#end();
  }

  #receive(report: LoopReport): void {
    if (this.#over) return;
    if (report.type === "failed") return this.#die(errorFromData(report.error));
    if (report.type === "closed") return this.#closed?.();
    // The first reading came by way of the start of a thread, which takes long.
    if (report.type === "ready") {
      this.#bound = true;
      this.post({ type: "clock", sentAt: performance.now() });
    }
    if (report.type === "message") this.#backlog.taken(report);
    this.#handlers.onReport(report);
  }

  #die(error: Error): void {
    if (this.#over) return;
    this.view.silence(true);
    void this.#end();
    this.#closed?.();
    this.#handlers.onDeath(error);
  }

  #end(): Promise<void> {
    this.#over = true;
    clearInterval(this.#stamps);
    return this.#thread.terminate();
  }

  #stamp(): ReturnType<typeof setInterval> {
    this.view.stamp(performance.now());
    const period = Math.min(this.#settings.stallTimeout / 10, STAMP_PERIOD);
    let due = performance.now() + period;
    const stamps = setInterval(() => {
      const now = performance.now();
      this.view.stamp(now);
      this.counters.mainLateness.add(Math.max(0, now - due));
      due = now + period;
    }, period);
    stamps.unref();
    return stamps;
  }

  #local(): Thread<LoopCommand, LoopReport> {
    const [near, far] = localPorts<LoopCommand, LoopReport>();
    serve(far, bindUdp);
    return { ...near, terminate: () => Promise.resolve() };
  }

  #spawn(given: string | undefined): Thread<LoopCommand, LoopReport> {
    let url = given;
    const failed = (error: Error): void => this.#die(explain(error, url, given !== undefined));
    try {
      url ??= workerEntry();
      return spawn(url, `democracy ${this.#settings.id}`, failed);
    } catch (error) {
      queueMicrotask(() => failed(error instanceof Error ? error : new Error(String(error))));
      return { post: () => {}, receive: () => {}, terminate: () => Promise.resolve(), flush: () => {} };
    }
  }
}

/** What a bundler has to be told where it does not find the worker by itself. */
const REMEDY = `build 'import "@polis/democracy/worker";' as a module of its own, and give its URL as "workerUrl"`;

/** A longer URL is cut when it is shown: it may be the whole worker. */
const LONGEST_URL = 200;

function explain(error: Error, url: string | undefined, given: boolean): Error {
  const { message } = error;
  const name = url === undefined
    ? "the worker"
    : `the worker ${url.length > LONGEST_URL ? `${url.slice(0, 40)}...` : url}`;
  if (error.name === "NotCapable" || /Requires (?:read|net|import) access/u.test(message)) {
    const flag = url?.startsWith("file:") ? "--allow-read" : "--allow-net";
    return new PermissionError(
      `Cannot start ${name}: Deno has no permission for it; run with ${flag}, or with isolation: "none"`,
      { cause: error },
    );
  }
  const remedy = given
    ? `"workerUrl" must lead to a module that is 'import "@polis/democracy/worker";', in a form that this runtime can load`
    : `where a bundler has left it behind, ${REMEDY}`;
  return new WorkerError(`Cannot run ${name}: ${message}; ${remedy}; or take isolation: "none"`, { cause: error });
}
