import { assertEquals } from "@std/assert";
import { onAbort } from "../../src/base/abort.ts";
import { Democracy } from "../../mod.ts";
import { quiet } from "../../scripts/harness/members.ts";

/** A signal that counts its listeners. */
function counted(): {
  readonly controller: AbortController;
  readonly count: () => number;
  readonly most: () => number;
} {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  let most = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>): void {
      most = Math.max(most, ++count);
      Reflect.apply(addEventListener, signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>): void {
      count--;
      Reflect.apply(removeEventListener, signal, args);
    },
  });
  return { controller, count: () => count, most: () => most };
}

Deno.test("however many wait for a signal, it has one listener, and none when all were called off", () => {
  const { controller, count, most } = counted();
  const acted: number[] = [];
  const callOffs = Array.from({ length: 20 }, (_, index) => onAbort(controller.signal, () => acted.push(index)));
  assertEquals([count(), most()], [1, 1]);
  for (const callOff of [...callOffs, ...callOffs]) callOff();
  assertEquals(count(), 0);
  onAbort(controller.signal, () => acted.push(100));
  const callOff = onAbort(controller.signal, () => acted.push(101));
  onAbort(controller.signal, () => acted.push(102));
  callOff();
  controller.abort();
  controller.abort();
  assertEquals(acted, [100, 102]);
  onAbort(controller.signal, () => acted.push(103))();
  assertEquals(acted, [100, 102, 103]);
});

Deno.test("twenty that wait for the lead with one signal are one listener, on the signal and on the member", async () => {
  const { controller, count, most } = counted();
  await using democracy = new Democracy({
    source: "127.0.0.1:0",
    peers: [],
    eligible: false,
    broadcast: false,
    logger: quiet,
  });
  let listeners = 0;
  const { addEventListener } = democracy;
  democracy.addEventListener = (...args: Parameters<typeof addEventListener>): void => {
    listeners++;
    Reflect.apply(addEventListener, democracy, args);
  };
  const reasons = Array.from(
    { length: 20 },
    () => democracy.lead(() => {}, { signal: controller.signal }).catch((reason: unknown) => reason),
  );
  await democracy.ready;
  assertEquals([count(), most(), listeners], [1, 1, 0]);
  controller.abort("enough");
  assertEquals(new Set(await Promise.all(reasons)), new Set(["enough"]));
});
