/**
 * Events with types, over the web's EventTarget: `on`, `off` and `once` for hands that know Node, and
 * `addEventListener` for those that know the web.
 *
 * @module
 */

import type { LeaderInfo, MemberInfo, ResignReason } from "../core/effect.ts";
import { closestTo } from "../base/closest.ts";
import { describe } from "../errors.ts";
import { BOUNDS } from "../limits.ts";
import { isPrintable } from "../base/printable.ts";
import { Audience, type Callback, type ListenOptions, type UnlistenOptions } from "./audience.ts";

/** What the library tells the application, by the event's name. */
export interface LifecycleEvents {
  /** A peer is there, for the first time or again. */
  added: MemberInfo;
  /** A peer is gone: it said so, or nobody has heard of it for `timeout` ms. */
  removed: MemberInfo;
  /** Who leads now, as this member knows, or `null` when nobody does. */
  leader: LeaderInfo | null;
  /** This member leads from now on, under this fencing token. */
  elected: { readonly id: string; readonly token: number };
  /** This member leads no longer. */
  resigned: { readonly id: string; readonly token: number; readonly reason: ResignReason };
  /** Something on this machine failed; nothing that comes from the network raises it. */
  error: Error;
}

/** Handles a lifecycle event. */
export type LifecycleHandler<Name extends keyof LifecycleEvents> = (detail: LifecycleEvents[Name]) => void;

/** Handles an event as the web's `addEventListener` has it. */
export type EventHandler<Handled> = ((event: Handled) => void) | { handleEvent(event: Handled): void };

/** The events that the loop tells of; an `error` is raised by the application's own thread. */
export type LoopEvent = Exclude<keyof LifecycleEvents, "error">;

/** What is done about each event; undefined where nothing is, on purpose. */
export type LifecycleHandlers = { readonly [Name in keyof LifecycleEvents]: LifecycleHandler<Name> | undefined };

/** Handles a custom event or a channel: what was sent, and by whom. */
export type MessageHandler = (data: unknown, from: MemberInfo) => void;

/**
 * A custom event or a message of a channel, as `addEventListener` gets it.
 *
 * @example
 * ```ts
 * import { CustomMessageEvent, TypedEvents } from "./events.ts";
 *
 * const events = new TypedEvents();
 * events.addEventListener("ciao", (event) => {
 *   if (event instanceof CustomMessageEvent) console.log(event.detail, event.from.id);
 * });
 * ```
 */
export class CustomMessageEvent extends CustomEvent<unknown> {
  /** The member that sent it. */
  readonly from: MemberInfo;
  readonly #data: unknown;

  /** An event that says that `from` sent `data` under this name. */
  constructor(name: string, data: unknown, from: MemberInfo) {
    super(name, { detail: data });
    this.#data = data;
    this.from = from;
  }

  /** What was sent. A plain CustomEvent makes `null` of `undefined`. */
  override get detail(): unknown {
    return this.#data;
  }
}

/** The names that no custom event may have, so that no peer can forge an event; the compiler wants each of them here. */
const RESERVED: Readonly<Record<keyof LifecycleEvents, true>> = {
  added: true,
  removed: true,
  leader: true,
  elected: true,
  resigned: true,
  error: true,
};

const encoder = new TextEncoder();

function isReserved(name: string): boolean {
  return Object.hasOwn(RESERVED, name);
}

/** Whether a custom event or channel may have this name; for what comes from the network. */
export function isMessageName(name: string): boolean {
  return name !== "" && isPrintable(name) && !isReserved(name) && encoder.encode(name).length <= BOUNDS.maxNameBytes;
}

/**
 * Refuses a name that a custom event or channel must not have.
 *
 * Throws a TypeError where it is no string, empty, reserved or not printable, and a RangeError where it is too long.
 */
export function checkMessageName(action: string, name: unknown): asserts name is string {
  if (typeof name !== "string") throw new TypeError(`${action}: the name must be a string, got ${typeof name}`);
  if (name === "") throw new TypeError(`${action}: the name must not be empty`);
  if (isReserved(name)) throw new TypeError(`${action}: "${name}" is reserved for an event of the library`);
  if (!isPrintable(name)) {
    throw new TypeError(`${action}: the name must have no control or format characters, got ${describe(name)}`);
  }
  if (isMessageName(name)) return;
  throw new RangeError(
    `${action}: the name must not be longer than ${BOUNDS.maxNameBytes} bytes, got ${encoder.encode(name).length}`,
  );
}

/** A handler of any event: what it takes is settled by the overloads below. */
type Handler = (detail: never, from: never) => void;

/**
 * An EventTarget with the `on`, `off` and `once` of Node.
 *
 * @example
 * ```ts
 * import { TypedEvents } from "./events.ts";
 *
 * const events = new TypedEvents();
 * events.on("elected", ({ id, token }) => console.log(id, token));
 * events.once("ciao", (data, from) => console.log(data, from.id));
 * ```
 */
export class TypedEvents extends EventTarget {
  readonly #listeners = new Map<string, Map<Handler, EventListener>>();
  readonly #audience = new Audience();

  /** As an EventTarget has it; what `on` gives to a handler is the `detail` of the event. */
  override addEventListener<Name extends keyof LifecycleEvents>(
    name: Name,
    callback: EventHandler<CustomEvent<LifecycleEvents[Name]>> | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void;
  /** The same for a custom event or a channel. */
  override addEventListener(
    name: string,
    callback: EventHandler<CustomMessageEvent> | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void;
  override addEventListener(name: string, callback: Callback, options?: ListenOptions): void {
    super.addEventListener(name, callback, options);
    this.#audience.add(name, callback, options);
  }

  /** As an EventTarget has it. */
  override removeEventListener<Name extends keyof LifecycleEvents>(
    name: Name,
    callback: EventHandler<CustomEvent<LifecycleEvents[Name]>> | null,
    options?: Parameters<EventTarget["removeEventListener"]>[2],
  ): void;
  /** The same for a custom event or a channel. */
  override removeEventListener(
    name: string,
    callback: EventHandler<CustomMessageEvent> | null,
    options?: Parameters<EventTarget["removeEventListener"]>[2],
  ): void;
  override removeEventListener(name: string, callback: Callback, options?: UnlistenOptions): void {
    super.removeEventListener(name, callback, options);
    this.#audience.remove(name, callback, options);
  }

  /** As an EventTarget has it. */
  override dispatchEvent(event: globalThis.Event): boolean {
    return this.#audience.dispatching(event, () => super.dispatchEvent(event));
  }

  /** Whether anybody listens to events of this name. */
  protected hears(name: string): boolean {
    return this.#audience.hears(name);
  }

  /** Calls `handler` on each such event; a second call with the same handler changes nothing. */
  on<Name extends keyof LifecycleEvents>(name: Name, handler: LifecycleHandler<Name>): this;
  /** The same for a custom event or a channel. */
  on(name: string, handler: MessageHandler): this;
  on(name: string, handler: Handler): this {
    return this.#listen(name, handler, false);
  }

  /** Calls `handler` on the next such event only. */
  once<Name extends keyof LifecycleEvents>(name: Name, handler: LifecycleHandler<Name>): this;
  /** The same for a custom event or a channel. */
  once(name: string, handler: MessageHandler): this;
  once(name: string, handler: Handler): this {
    return this.#listen(name, handler, true);
  }

  /** Calls `handler` no more. */
  off<Name extends keyof LifecycleEvents>(name: Name, handler: LifecycleHandler<Name>): this;
  /** The same for a custom event or a channel. */
  off(name: string, handler: MessageHandler): this;
  off(name: string, handler: Handler): this {
    this.#forget(name, handler);
    return this;
  }

  #forget(name: string, handler: Handler): void {
    const handlers = this.#listeners.get(name);
    const listener = handlers?.get(handler);
    if (listener === undefined) return;
    handlers?.delete(handler);
    if (handlers?.size === 0) this.#listeners.delete(name);
    this.removeEventListener(name, listener);
  }

  /** Is told what somebody should know who uses this; a member says it to its logger. */
  protected advise(_text: string): void {}

  /** A custom event may have any name, one that nobody sends included. */
  #advise(name: string): void {
    const meant = isReserved(name) ? undefined : closestTo(name, Object.keys(RESERVED));
    // "update" and "leaders" are good names of one's own.
    if (meant === undefined || meant.startsWith(name) || name.startsWith(meant)) return;
    this.advise(`on("${name}") waits for messages of that name; did you mean the event "${meant}"?`);
  }

  #listen(name: string, handler: Handler, once: boolean): this {
    if (typeof handler !== "function") {
      throw new TypeError(`Cannot listen to "${name}": the handler must be a function, got ${typeof handler}`);
    }
    let handlers = this.#listeners.get(name);
    if (handlers === undefined) this.#listeners.set(name, handlers = new Map());
    if (handlers.has(handler)) return this;
    this.#advise(name);
    const listener = (event: globalThis.Event): void => {
      if (once) this.#forget(name, handler);
      if (event instanceof CustomMessageEvent) Reflect.apply(handler, undefined, [event.detail, event.from]);
      else if (event instanceof CustomEvent) Reflect.apply(handler, undefined, [event.detail]);
    };
    handlers.set(handler, listener);
    this.addEventListener(name, listener);
    return this;
  }
}

/** Tells the listeners of a lifecycle event. */
export function emit<Name extends keyof LifecycleEvents>(
  target: EventTarget,
  name: Name,
  detail: LifecycleEvents[Name],
): void {
  target.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Calls the handler of each event from now on; returns what calls them no more. */
export function onEach(target: TypedEvents, handlers: LifecycleHandlers): () => void {
  const names = Object.keys(RESERVED) as (keyof LifecycleEvents)[];
  const stops = names.map((name) => listen(target, name, handlers[name]));
  return () => {
    for (const stop of stops) stop();
  };
}

function listen<Name extends keyof LifecycleEvents>(
  target: TypedEvents,
  name: Name,
  handler: LifecycleHandlers[Name],
): () => void {
  if (handler === undefined) return () => {};
  target.on<Name>(name, handler);
  return () => void target.off<Name>(name, handler);
}
