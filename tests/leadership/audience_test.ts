import { assert, assertEquals } from "@std/assert";
import { CustomMessageEvent, TypedEvents } from "../../src/leadership/events.ts";

/** Shows what only the library's own object asks. */
class Listening extends TypedEvents {
  hearsOf(name: string): boolean {
    return this.hears(name);
  }
}

const FROM = { id: "m1", boot: "1".repeat(16), source: "127.0.0.1:1", weight: 1, eligible: true, voter: true };
const event = (name: string): CustomMessageEvent => new CustomMessageEvent(name, 1, FROM);

Deno.test("somebody listens from on to off, and once until the event", () => {
  const events = new Listening();
  const handler = (): void => {};
  assert(!events.hearsOf("a"));
  events.on("a", handler).on("a", handler);
  assert(events.hearsOf("a") && !events.hearsOf("b"));
  events.off("a", handler);
  assert(!events.hearsOf("a"));
  events.once("a", handler);
  events.dispatchEvent(event("b"));
  assert(events.hearsOf("a"));
  events.dispatchEvent(event("a"));
  assert(!events.hearsOf("a"));
});

Deno.test("somebody listens as the web's methods have it: capture, once, signal, objects", () => {
  const events = new Listening();
  let heard = 0;
  const listener = { handleEvent: (): void => void heard++ };
  events.addEventListener("a", null);
  assert(!events.hearsOf("a"));
  events.addEventListener("a", listener);
  events.addEventListener("a", listener, true);
  events.addEventListener("a", listener, { capture: true, once: true });
  events.removeEventListener("a", listener);
  assert(events.hearsOf("a"), "the capturing one is another");
  events.dispatchEvent(event("a"));
  events.dispatchEvent(event("a"));
  assertEquals(heard, 2, "a second call with the same listener changes nothing");
  events.removeEventListener("a", listener, { capture: true });
  assert(!events.hearsOf("a"));
  events.addEventListener("a", listener, { once: true });
  events.dispatchEvent(event("a"));
  assert(!events.hearsOf("a"));
  const stop = new AbortController();
  events.addEventListener("a", listener, { signal: stop.signal });
  assert(events.hearsOf("a"));
  stop.abort();
  assert(!events.hearsOf("a"));
  events.addEventListener("a", listener, { signal: stop.signal });
  assert(!events.hearsOf("a"));
});

Deno.test("who listens once, and was kept from hearing, still listens", () => {
  const events = new Listening();
  const heard: string[] = [];
  const first = (stopped: Event): void => stopped.stopImmediatePropagation();
  events.addEventListener("a", first);
  events.once("a", () => heard.push("once"));
  events.dispatchEvent(event("a"));
  events.removeEventListener("a", first);
  assertEquals(heard, []);
  assert(events.hearsOf("a"));
  events.dispatchEvent(event("a"));
  assertEquals(heard, ["once"]);
  assert(!events.hearsOf("a"));
});

Deno.test("who starts to listen while an event is told is not taken for told", () => {
  const events = new Listening();
  const late = (): void => {};
  events.once("a", () => void events.once("a", late));
  events.dispatchEvent(event("a"));
  assert(events.hearsOf("a"));
});
