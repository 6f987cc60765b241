import { assert, assertEquals, assertThrows } from "@std/assert";
import { parsePeersArguments } from "../../scripts/bench/peers.ts";
import { CONTENDERS } from "../../scripts/bench/peers/contenders.ts";
import { chartOf, type Row, tableOf } from "../../scripts/bench/peers/report.ts";
import { play } from "../../scripts/bench/peers/scenes.ts";

const [first, second] = CONTENDERS;

function rowOf(index: number, crash: readonly number[], wrong: readonly number[]): Row {
  const contender = CONTENDERS[index];
  assert(contender !== undefined, `there is no contender ${index}`);
  const outcome = {
    coldStart: [990],
    stop: [4, 6, 5],
    cpu: [6.25],
    memory: [60],
    packets: [],
    crash: [...crash],
    wrong: [...wrong],
  };
  return { contender, outcome };
}

Deno.test("bench --peers: arguments are read, and wrong ones refused with their value", () => {
  assertEquals(parsePeersArguments(["--quick", "--only", "raft", "--only=etcd"]), {
    help: false,
    quick: true,
    only: ["raft", "etcd"],
  });
  assertThrows(() => parsePeersArguments(["--only", "zookeeper"]), RangeError, '"zookeeper"');
  assertThrows(() => parsePeersArguments(["--only"]), RangeError, "--only");
  assertThrows(() => parsePeersArguments(["--fast"]), RangeError, '"--fast"');
});

Deno.test("bench --peers: the table tells medians, the greatest, and who was wrong or never replaced", () => {
  const [, , one = "", other = ""] = tableOf([rowOf(0, [800, 950, 900], [0, 12, 0]), rowOf(3, [], [NaN])]);
  assert(first !== undefined && one.startsWith(`${first.name} `), `the first row is about ${first?.name}: ${one}`);
  assert(one.includes("900 (max 950)"), `median and greatest of the crashes: ${one}`);
  assert(one.includes("1 of 3, up to 12 ms"), `how often it was wrong, and how long: ${one}`);
  assert(other.includes("never replaced"), `a leader that was stopped and never replaced: ${other}`);
});

Deno.test("bench --peers: the picture has a bar for each system in each panel", () => {
  const svg = chartOf([rowOf(0, [900], []), rowOf(1, [NaN], [])]);
  assertEquals(svg.match(/<rect [^>]*fill="#/g)?.length, 6);
  assert(second !== undefined && svg.includes(second.name), `the picture names ${second?.name}`);
  assert(!svg.includes("NaN"), "what was not measured has no number");
});

Deno.test("bench --peers: three members of this library play all scenes, and are never wrong", async () => {
  assert(second?.name === "this library, Deno", "the second contender needs nothing but Deno");
  const outcome = await play(second, { starts: 1, crashes: 1, stops: 1, pauses: 1, warmUp: 500, steady: 500 });
  for (const scene of ["coldStart", "crash", "stop", "wrong"] as const) {
    assertEquals(outcome[scene].length, 1, `${scene} was played once`);
  }
  assertEquals(outcome.wrong, [0], "ms that a leader that was stopped and replaced said that it leads");
  const [crash = 0, stop = 0] = [outcome.crash[0], outcome.stop[0]];
  assert(
    stop < crash,
    `one that ends in good order is replaced sooner than one that is killed: ${stop} and ${crash} ms`,
  );
});
