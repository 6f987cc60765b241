/**
 * Server-sent events to many readers, at a bounded cost: a reader is a cursor, and what it has not taken yet is not
 * made yet. Who reads slowly skips what was forgotten in the meantime; who does not read at all is let go.
 *
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @module
 */

import { clearInterval, setInterval } from "node:timers";
import { PerClient } from "./client.ts";

/** What a reader at `cursor` is told next, and where it is then; undefined while there is nothing new. */
export type Feed = (cursor: number | undefined) => { readonly text: string; readonly cursor: number } | undefined;

/** What readers may cost. */
export interface StreamLimits {
  /** Readers at a time. */
  readonly readers: number;
  /** Of one client. */
  readonly readersPerClient: number;
  /** ms between two signs of life to a reader; they keep proxies from closing, and find readers that are gone. */
  readonly keepAlive: number;
  /** ms that a reader may leave lying what it was sent. */
  readonly patience: number;
}

const encoder = new TextEncoder();

/** An event as it goes over the line; `data` has no line breaks. */
export function formatEvent(
  data: string,
  { event, id }: { readonly event?: string; readonly id?: string } = {},
): string {
  const head = (event === undefined ? "" : `event: ${event}\n`) + (id === undefined ? "" : `id: ${id}\n`);
  return `${head}data: ${data}\n\n`;
}

/** All readers of one server. */
export class Streams {
  readonly #limits: StreamLimits;
  readonly #readers = new Set<Reader>();
  readonly #perClient: PerClient;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
    this.#perClient = new PerClient(limits.readersPerClient);
    this.#timer = setInterval(() => this.#visit(), limits.keepAlive);
    this.#timer.unref();
  }

  /** How many read now. */
  get size(): number {
    return this.#readers.size;
  }

  /** A new reader, of this client; undefined where there are too many, or too many of that one. */
  open(feed: Feed, cursor: number | undefined, client: string): ReadableStream<Uint8Array> | undefined {
    if (this.#readers.size >= this.#limits.readers || !this.#perClient.add(client)) return undefined;
    const reader = new Reader(feed, cursor, () => {
      if (this.#readers.delete(reader)) this.#perClient.remove(client);
    });
    this.#readers.add(reader);
    return reader.stream;
  }

  /** Something is new. */
  wake(): void {
    for (const reader of this.#readers) reader.deliver();
  }

  /** Lets all readers go. */
  close(): void {
    clearInterval(this.#timer);
    for (const reader of this.#readers) reader.close();
  }

  #visit(): void {
    for (const reader of this.#readers) {
      if (!reader.greet() && reader.idle() > this.#limits.patience) reader.drop();
    }
  }
}

class Reader {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #feed: Feed;
  readonly #gone: () => void;
  #cursor: number | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Set while the reader has taken everything, and wants more. */
  #taken: (() => void) | undefined;
  #sentAt = performance.now();

  constructor(feed: Feed, cursor: number | undefined, gone: () => void) {
    this.#feed = feed;
    this.#cursor = cursor;
    this.#gone = gone;
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () =>
        new Promise<void>((resolve) => {
          this.#taken = resolve;
          this.deliver();
        }),
      cancel: gone,
      // Nothing is made before somebody wants it.
    }, { highWaterMark: 0 });
  }

  /** Sends what is next, if the reader wants more and there is more. */
  deliver(): void {
    if (this.#taken === undefined) return;
    const next = this.#feed(this.#cursor);
    if (next === undefined) return;
    this.#cursor = next.cursor;
    this.#send(next.text);
  }

  /** Sends a sign of life; false when the reader has not even taken what came before. */
  greet(): boolean {
    if (this.#taken === undefined) return false;
    this.#send(": \n\n");
    return true;
  }

  /** ms since something was sent. */
  idle(): number {
    return performance.now() - this.#sentAt;
  }

  close(): void {
    this.#gone();
    this.#controller?.close();
    this.#settle();
  }

  /** Closing would wait until everything is taken, which may be never; an error ends the connection. */
  drop(): void {
    this.#gone();
    const error = new Error(`A reader of events took nothing for ${Math.round(this.idle() / 1000)} s`);
    // The server prints what ends a stream: one line for each such reader is enough.
    error.stack = String(error);
    this.#controller?.error(error);
    this.#settle();
  }

  #send(text: string): void {
    this.#controller?.enqueue(encoder.encode(text));
    this.#sentAt = performance.now();
    this.#settle();
  }

  #settle(): void {
    this.#taken?.();
    this.#taken = undefined;
  }
}
