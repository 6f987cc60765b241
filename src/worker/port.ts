/**
 * Threads, whatever the runtime: the Web's Worker in Deno, `node:worker_threads` elsewhere. Deno has
 * `node:worker_threads` too, but refuses to start them from the https URL that a registry serves.
 *
 * @module
 */

import process from "node:process";
import * as threads from "node:worker_threads";
import type { Transferable as NodeTransferable } from "node:worker_threads";

/** One end of a line between two threads of this library, so that what arrives is what was typed. */
export interface Port<Sent, Received> {
  /** Sends a message; what is in `transfer` changes hands instead of being copied. */
  post(message: Sent, transfer?: readonly ArrayBuffer[]): void;
  /** Sets who gets the messages of the other end. */
  receive(handler: (message: Received) => void): void;
}

/** A thread that was started here. */
export interface Thread<Sent, Received> extends Port<Sent, Received> {
  /** Ends the thread, whatever it is doing. After it has resolved no handler is called. */
  terminate(): Promise<void>;
  /** Has what was posted arrive at once, where this thread does nothing else any more. */
  flush(): void;
}

const isDeno = "Deno" in globalThis;

/** Starts the module at `url` as a thread; `onFailure` is called at most once, when it dies by itself. */
export function spawn<Sent, Received>(
  url: string,
  name: string,
  onFailure: (error: Error) => void,
): Thread<Sent, Received> {
  return isDeno ? spawnWebWorker(url, name, onFailure) : spawnNodeThread(url, name, onFailure);
}

function spawnWebWorker<Sent, Received>(
  url: string,
  name: string,
  onFailure: (error: Error) => void,
): Thread<Sent, Received> {
  const worker = new Worker(url, { type: "module", name });
  let over = false;
  const fail = (error: Error): void => {
    if (over) return;
    over = true;
    worker.terminate();
    onFailure(error);
  };
  worker.onerror = (event: ErrorEvent): void => {
    // Otherwise Deno takes it for an error of the host, which ends the process.
    event.preventDefault();
    fail(new Error(event.message, { cause: event.error }));
  };
  worker.onmessageerror = (): void => fail(new Error("A message of the worker cannot be read"));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    receive(handler): void {
      worker.onmessage = ({ data }: MessageEvent<Received>): void => {
        if (!over) handler(data);
      };
    },
    terminate(): Promise<void> {
      over = true;
      worker.terminate();
      return Promise.resolve();
    },
    flush: () => {},
  };
}

function spawnNodeThread<Sent, Received>(
  url: string,
  name: string,
  onFailure: (error: Error) => void,
): Thread<Sent, Received> {
  // A flag of the application may be none for a module in a thread, `--input-type` for instance.
  const execArgv = process.execArgv.filter((flag) => flag === "--enable-source-maps");
  const worker = new threads.Worker(new URL(url), { name, execArgv });
  let over = false;
  const fail = (error: Error): void => {
    if (over) return;
    over = true;
    void worker.terminate();
    onFailure(error);
  };
  worker.on("error", fail);
  worker.on("messageerror", fail);
  worker.on("exit", (code: number) => fail(new Error(`The worker ended with exit code ${code}`)));
  return {
    post: (message, transfer: readonly NodeTransferable[] = []) => worker.postMessage(message, [...transfer]),
    receive(handler): void {
      worker.on("message", (message: Received) => {
        if (!over) handler(message);
      });
    },
    async terminate(): Promise<void> {
      over = true;
      await worker.terminate();
    },
    flush: () => {},
  };
}

/** The line to the thread that started this one; throws where nobody did. */
export function parentPort<Sent, Received>(): Port<Sent, Received> {
  if (isDeno) return webParent();
  const parent = threads.parentPort;
  if (parent === null) throw new Error("This module is the entry of a worker, and was imported elsewhere");
  return {
    post: (message, transfer: readonly NodeTransferable[] = []) => parent.postMessage(message, [...transfer]),
    receive: (handler) => void parent.on("message", handler),
  };
}

function webParent<Sent, Received>(): Port<Sent, Received> {
  const scope: unknown = globalThis;
  if (!isWorkerScope<Received>(scope)) {
    throw new Error("This module is the entry of a worker, and was imported elsewhere");
  }
  return {
    post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
    receive(handler): void {
      scope.onmessage = ({ data }: MessageEvent<Received>): void => handler(data);
    },
  };
}

// The library's types know the page's global scope, and not the worker's.
interface WorkerScope<Received> {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<Received>) => void) | null;
}

function isWorkerScope<Received>(scope: unknown): scope is WorkerScope<Received> {
  return typeof scope === "object" && scope !== null && "postMessage" in scope && "onmessage" in scope;
}

/**
 * Two ends of a line within this thread. Messages arrive in order, and never while `post` runs; `flush` has those arrive that the
 * first end has posted.
 */
export function localPorts<Near, Far>(): [Port<Near, Far> & { flush(): void }, Port<Far, Near>] {
  const near = new Mailbox<Far>();
  const far = new Mailbox<Near>();
  return [
    {
      post: (message) => far.deliver(message),
      receive: (handler) => near.open(handler),
      flush: () => far.flush(),
    },
    { post: (message) => near.deliver(message), receive: (handler) => far.open(handler) },
  ];
}

class Mailbox<Received> {
  readonly #waiting: Received[] = [];
  #handler: ((message: Received) => void) | undefined;

  open(handler: (message: Received) => void): void {
    this.#handler = handler;
  }

  deliver(message: Received): void {
    this.#waiting.push(message);
    queueMicrotask(() => this.flush());
  }

  flush(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#handler?.(next);
  }
}
