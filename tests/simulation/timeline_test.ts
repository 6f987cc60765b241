import { assertEquals } from "@std/assert";
import { Random } from "../../scripts/simulate/random.ts";
import { Timeline } from "../../scripts/simulate/timeline.ts";

Deno.test("timeline: events run by their time, and those of one instant in the order of their planning", () => {
  const random = new Random(1);
  const timeline = new Timeline();
  const ran: string[] = [];
  const planned: { time: number; order: number }[] = [];
  const plan = (time: number): void => {
    const order = planned.length;
    planned.push({ time, order });
    timeline.at(time, () => ran.push(`${timeline.now} ${order}`));
  };
  // More than the first arrays hold, and many at the same instant.
  for (let index = 0; index < 5000; index++) plan(random.whole(0, 300));
  timeline.runUntil(150);
  for (let index = 0; index < 5000; index++) plan(random.whole(151, 300));
  timeline.runUntil(300);
  planned.sort((one, other) => one.time - other.time || one.order - other.order);
  assertEquals(ran, planned.map(({ time, order }) => `${time} ${order}`));
});

Deno.test("timeline: what is planned in the past runs now, and what comes after the end waits", () => {
  const timeline = new Timeline();
  const ran: number[] = [];
  timeline.runUntil(10);
  timeline.at(5, () => ran.push(timeline.now));
  timeline.after(5, () => ran.push(timeline.now));
  timeline.runUntil(14);
  assertEquals(ran, [10]);
  assertEquals(timeline.now, 14);
  timeline.runUntil(15);
  assertEquals(ran, [10, 15]);
});
