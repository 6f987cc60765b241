import { assertEquals } from "@std/assert";
import { judge } from "./judge.ts";
import type { PodEvent } from "./pod_logs.ts";

const EXPECTED = { longest: 500, moves: 1, voluntary: true };

/** Samples of a pod that says that it leads, every 20 ms. */
function leads(pod: string, from: number, to: number): PodEvent[] {
  const events: PodEvent[] = [];
  for (let at = from; at <= to; at += 20) events.push({ pod, at, leads: true });
  return [...events, { pod, at: to + 20, leads: false }];
}

function verdictOf(...events: readonly PodEvent[]) {
  return judge([...events].sort((one, other) => one.at - other.at), 1000, EXPECTED);
}

Deno.test("judge: a hand-over within its bounds is no problem, and its gap is told", () => {
  const { gaps, moves, problems } = verdictOf(
    ...leads("a", 0, 2000),
    { pod: "a", at: 2001, event: "resigned", reason: "closed" },
    ...leads("b", 2300, 4000),
  );
  assertEquals({ gaps, moves, problems }, { gaps: [300], moves: 1, problems: [] });
});

Deno.test("judge: each breach of what is promised is a problem", () => {
  const calm = leads("a", 0, 2000);
  const breaches: readonly (readonly [string, readonly PodEvent[]])[] = [
    ["a and b led at the same time, for 500 ms", [...calm, ...leads("b", 1500, 4000)]],
    ["nobody led for 800 ms, and it may be 500", [...calm, ...leads("b", 2800, 4000)]],
    ["the lead moved 2 times, and it may 1", [...calm, ...leads("b", 2100, 3000), ...leads("c", 3100, 4000)]],
    ["nobody led", leads("a", 0, 500)],
    ["a lease expired, though nothing was broken", [
      ...calm,
      { pod: "a", at: 2001, event: "resigned", reason: "lease-expired" },
    ]],
    ["b got token 7 after a had got 8", [
      ...calm,
      { pod: "a", at: 1500, event: "elected", token: 8 },
      { pod: "b", at: 1600, event: "elected", token: 7 },
    ]],
  ];
  for (const [problem, events] of breaches) assertEquals(verdictOf(...events).problems, [problem]);
});
