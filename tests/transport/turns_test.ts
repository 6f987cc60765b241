import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../src/transport/turns.ts";

const NEVER = new AbortController().signal;

Deno.test("tasks are run one at a time, in the order in which they came, whatever becomes of them", async () => {
  const turns = new Turns();
  const told: string[] = [];
  let running = 0;
  const task = (name: string, fails = false) => async (): Promise<string> => {
    assertEquals(++running, 1, `${name} is not alone`);
    told.push(name);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    if (fails) throw new Error(name);
    return name;
  };
  const [a, b, c] = [turns.run(task("a"), NEVER), turns.run(task("b", true), NEVER), turns.run(task("c"), NEVER)];
  await assertRejects(() => b, Error, "b");
  assertEquals([await a, await c], ["a", "c"]);
  assertEquals(told, ["a", "b", "c"]);
});

Deno.test("who gives up is told at once; what was begun keeps its turn, and what was not is never begun", async () => {
  const turns = new Turns();
  const first = Promise.withResolvers<string>();
  const stop = new AbortController();
  const begun: string[] = [];
  const run = (name: string, signal: AbortSignal, result: Promise<string>): Promise<string> =>
    turns.run(() => (begun.push(name), result), signal);
  const stuck = run("stuck", stop.signal, first.promise).catch((reason) => reason);
  const waiting = run("waiting", stop.signal, Promise.resolve("waiting")).catch((reason) => reason);
  const next = run("next", NEVER, Promise.resolve("next"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort("enough");
  assertEquals([await stuck, await waiting], ["enough", "enough"]);
  assertEquals(begun, ["stuck"]);
  first.resolve("at last");
  assertEquals(await next, "next");
  assertEquals(begun, ["stuck", "next"]);
  assertEquals(await run("late", stop.signal, Promise.resolve("late")).catch((reason) => reason), "enough");
});
