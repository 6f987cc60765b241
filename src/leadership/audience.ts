/**
 * Who listens to which event: an EventTarget does not tell.
 *
 * @module
 */

// Taken from the methods, because a consumer without the types of a browser has no other names for them.
/** What `addEventListener` calls. */
export type Callback = Parameters<EventTarget["addEventListener"]>[1];
/** How it listens. */
export type ListenOptions = Parameters<EventTarget["addEventListener"]>[2];
/** What `removeEventListener` tells listeners apart by. */
export type UnlistenOptions = Parameters<EventTarget["removeEventListener"]>[2];

interface Listener {
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
}

/** The listeners of one EventTarget, kept as the DOM standard keeps them. */
export class Audience {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Whether anybody listens to events of this name. */
  hears(name: string): boolean {
    return this.#listeners.has(name);
  }

  /** `addEventListener` was called with this. */
  add(name: string, callback: Callback, options: ListenOptions): void {
    const { capture = false, once = false, signal } = typeof options === "object" ? options : { capture: options };
    if (callback === null || signal?.aborted === true) return;
    if (this.#find(name, callback, capture) !== undefined) return;
    const listener: Listener = { callback, capture, once };
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, new Set([listener]));
    else listeners.add(listener);
    signal?.addEventListener("abort", () => this.#forget(name, listener), { once: true });
  }

  /** `removeEventListener` was called with this. */
  remove(name: string, callback: Callback, options: UnlistenOptions): void {
    const { capture = false } = typeof options === "object" ? options : { capture: options };
    const listener = this.#find(name, callback, capture);
    if (listener !== undefined) this.#forget(name, listener);
  }

  /** Runs `dispatch`, after which those who listen once to this name listen no longer. */
  dispatching(event: globalThis.Event, dispatch: () => boolean): boolean {
    const { type } = event;
    const leaving = [...this.#listeners.get(type) ?? []].filter(({ once }) => once);
    try {
      return dispatch();
    } finally {
      // One that stopped the event may have stopped it before them.
      if (!event.cancelBubble) { for (const listener of leaving) this.#forget(type, listener); }
    }
  }

  #find(name: string, callback: Callback, capture: boolean): Listener | undefined {
    for (const listener of this.#listeners.get(name) ?? []) {
      if (listener.callback === callback && listener.capture === capture) return listener;
    }
    return undefined;
  }

  #forget(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(name);
  }
}
