import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { MemberInfo } from "../../src/core/effect.ts";
import { checkMessageName, CustomMessageEvent, emit, isMessageName, TypedEvents } from "../../src/leadership/events.ts";

const PEER: MemberInfo = {
  id: "b",
  boot: "00000000000000b2",
  source: "127.0.0.1:2",
  weight: 1,
  eligible: true,
  voter: true,
};

Deno.test("a lifecycle event comes with its detail", () => {
  const events = new TypedEvents();
  const heard: unknown[] = [];
  events.on("elected", ({ id, token }) => heard.push([id, token]));
  events.on("leader", (leader) => heard.push(leader));
  events.addEventListener("elected", ({ detail }) => heard.push(detail.token));
  emit(events, "elected", { id: "a", token: 7 });
  emit(events, "leader", null);
  assertEquals(heard, [["a", 7], 7, null]);
});

Deno.test("a custom event comes with its data and its sender", () => {
  const events = new TypedEvents();
  const heard: unknown[] = [];
  events.on("ciao", (data, from) => heard.push(data, from));
  events.dispatchEvent(new CustomMessageEvent("ciao", { deep: [1] }, PEER));
  assertEquals(heard, [{ deep: [1] }, PEER]);
});

Deno.test("on adds a handler once, off takes it away, once calls it once", () => {
  const events = new TypedEvents();
  let count = 0;
  const handler = (): void => void count++;
  assertStrictEquals(events.on("error", handler).on("error", handler), events);
  emit(events, "error", new Error("1"));
  assertEquals(count, 1);
  events.off("error", handler).off("error", handler).off("never", handler);
  emit(events, "error", new Error("2"));
  assertEquals(count, 1);
  events.once("error", handler);
  emit(events, "error", new Error("3"));
  emit(events, "error", new Error("4"));
  assertEquals(count, 2);
  events.once("error", handler).off("error", handler);
  emit(events, "error", new Error("5"));
  assertEquals(count, 2);
});

Deno.test("one handler may listen to several events", () => {
  const events = new TypedEvents();
  const heard: unknown[] = [];
  const handler = (detail: unknown): void => void heard.push(detail);
  events.on("added", handler).on("removed", handler).off("added", handler);
  emit(events, "added", PEER);
  emit(events, "removed", PEER);
  assertEquals(heard, [PEER]);
});

Deno.test("names of prototypes are names like others", () => {
  const events = new TypedEvents();
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const heard: unknown[] = [];
    events.on(name, (data) => heard.push(data));
    events.dispatchEvent(new CustomMessageEvent(name, name, PEER));
    assertEquals(heard, [name]);
  }
});

Deno.test("a handler must be a function", () => {
  // @ts-expect-error the compiler refuses it too
  assertThrows(() => new TypedEvents().on("added", "no"), TypeError, "must be a function");
});

Deno.test("names of messages: reserved, empty, too long, no string", () => {
  for (const name of ["added", "removed", "leader", "elected", "resigned", "error"]) {
    assertThrows(() => checkMessageName("Cannot send", name), TypeError, `Cannot send: "${name}" is reserved`);
    assert(!isMessageName(name));
  }
  assertThrows(() => checkMessageName("Cannot send", ""), TypeError, "empty");
  assertThrows(() => checkMessageName("Cannot send", 7), TypeError, "number");
  assertThrows(() => checkMessageName("Cannot send", "ü".repeat(65)), RangeError, "got 130");
  for (const name of ["ciao", "__proto__", "ü".repeat(64), "Error"]) {
    checkMessageName("Cannot send", name);
    assert(isMessageName(name));
  }
  assert(!isMessageName(""));
  assert(!isMessageName("x".repeat(129)));
});
