import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseScaleBench } from "../../scripts/bench/scale/arguments.ts";
import { spanOf, tickText } from "../../scripts/bench/scale/axis.ts";
import { drawChart } from "../../scripts/bench/scale/chart.ts";
import { factorsOf } from "../../scripts/bench/scale/fit.ts";
import { measure, type Measurement } from "../../scripts/bench/scale/measure.ts";
import { shares, spend } from "../../scripts/bench/scale/profile.ts";
import { garbageOf, tellGarbage } from "../../scripts/bench/scale/garbage.ts";
import {
  cellsOf,
  chartsOf,
  COLUMNS,
  fullMesh,
  isCarried,
  memoryShares,
  pageOf,
  tellCarried,
  tellMemory,
} from "../../scripts/bench/scale/report.ts";

const MEASUREMENT: Measurement = {
  ...{ members: 20, processes: 4, formation: 500, packets: [50, 51, 52], bytes: [6000, 6100, 6200] },
  ...{ leaderPackets: 80, leaderBytes: 9000, cpu: 6, cores: 0.12, load: 1, removals: 0, lost: 0 },
  ...{ state: 20_480, heap: 204_800, rss: 921_600, windows: [] },
};

Deno.test("bench --scale: axes begin and end at round numbers", () => {
  const linear = { label: "", scale: "linear" } as const;
  const log = { label: "", scale: "log" } as const;
  assertEquals(spanOf(linear, [3, 8.3]).ticks, [0, 2, 4, 6, 8, 10]);
  assertEquals(spanOf(linear, [0, 0]).ticks, [0, 1]);
  assertEquals(spanOf(log, [30, 400]).ticks, [20, 50, 100, 200, 500]);
  assertEquals(spanOf(log, [1, 100_000]).ticks, [1, 10, 100, 1000, 10_000, 100_000]);
  assertEquals(spanOf({ ...log, ticks: [5, 20] }, [5, 20]).ticks, [5, 20]);
  const { place } = spanOf({ ...log, ticks: [1, 100] }, [1, 100]);
  assertEquals([1, 10, 100].map((value) => Number(place(value).toFixed(9))), [0, 0.5, 1]);
  assertEquals([0, 0.25, 1500, 25_000, 3_000_000].map(tickText), ["0", "0.25", "1500", "25 k", "3 M"]);
});

Deno.test("bench --scale: a chart has its lines, marks, ticks and texts, and nothing that is no text", () => {
  const svg = drawChart("one", {
    ...{ title: "A < B & C", description: "so" },
    ...{ x: { label: "members", scale: "log", ticks: [5, 50] }, y: { label: "packets", scale: "linear" } },
    series: [
      { name: "real", points: [[5, 10], [50, NaN]] },
      { name: "formula", points: [[5, 8], [50, 98]], formula: true },
    ],
  });
  assert(svg.includes("A &lt; B &amp; C"));
  assertEquals(svg.match(/<circle/g)?.length, 2, "one mark, and one in the legend");
  assertEquals(svg.match(/class="line c1 formula"/g)?.length, 2);
  assert(svg.includes('aria-labelledby="one-title one-text"') && svg.includes("prefers-color-scheme: dark"));
  assert(!svg.includes("NaN"));
  assertEquals(
    svg.match(/<(svg|g|text|title|desc|style)\b/g)?.length,
    svg.match(/<\/(svg|g|text|title|desc|style)>/g)?.length,
  );
});

Deno.test("bench --scale: a full mesh pings each peer and answers each, once an interval", () => {
  assertEquals([2, 10, 1000].map((members) => fullMesh(members, 200)), [10, 90, 9990]);
});

Deno.test("bench --scale: the report has a chart of each cost, and each size as a row", () => {
  const measured = [{ ...MEASUREMENT, members: 5 }, MEASUREMENT, { ...MEASUREMENT, members: 50, removals: 3 }];
  const charts = chartsOf(measured.filter(isCarried), 200);
  assertEquals([...charts.keys()], ["packets", "bytes", "cpu", "memory"]);
  const page = pageOf(measured, charts, { interval: 200, timeout: 1000, machine: "Deno" }, 2);
  assertEquals(page.match(/<svg/g)?.length, 4);
  assertEquals(page.match(/<tr>/g)?.length, 4);
  assert(page.includes("Carried: 20 members in 4 processes"));
  assertEquals(cellsOf(MEASUREMENT, 200).length, COLUMNS.length);
  assertEquals(cellsOf({ ...MEASUREMENT, formation: undefined }, 200)[2], "never");
  assertEquals(tellCarried([{ ...MEASUREMENT, removals: 1 }], 2), "Not even 20 members were carried");
});

Deno.test("bench --scale: factors are found again, and not where nothing tells them", () => {
  const rounded = (factors: number[] | undefined): number[] | undefined =>
    factors?.map((each) => Math.round(each * 1e6) / 1e6);
  const rows = [[0, 1, 2], [1, 1, 4], [4, 1, 8], [9, 1, 20]];
  assertEquals(rounded(factorsOf(rows, rows.map(([a = 0, b = 0, c = 0]) => 5 * a + 3 * b - 2 * c))), [5, 3, -2]);
  assertEquals(rounded(factorsOf([[1, 0], [1, 1], [1, 2], [1, 3]], [0, 1, 1, 2])), [0.1, 0.6]);
  assertEquals(factorsOf([[1, 2]], [5]), undefined);
  assertEquals(factorsOf([[1, 2], [2, 4], [3, 6]], [1, 2, 3]), undefined);
});

Deno.test("bench --scale: memory is told by member and known member", () => {
  const measured = [5, 10, 50, 200].map((members) => ({ ...MEASUREMENT, members, state: 10 * 1024 + 500 * members }));
  const { base, known } = memoryShares(measured) ?? { base: NaN, known: NaN };
  assertEquals([base / 1024, known].map(Math.round), [10, 500]);
  assert(tellMemory(measured).includes("10.0 KiB, and 500 bytes"));
  assertEquals(memoryShares(measured.slice(2)), undefined);
});

Deno.test("bench --scale: a datagram leaves next to nothing on the heap but what sockets and node:crypto make", async () => {
  const { library, sealed, sockets } = await garbageOf(10);
  // An object and a number that V8 boxes are some hundred bytes, of which there were five thousand once.
  assert(library > 0 && library < 500, `${library} bytes`);
  assert(library < sockets / 4 && library < sealed, `${library} bytes against ${sockets} and ${sealed}`);
  assert(tellGarbage({ library: 200, sealed: 4500, sockets: 4000 }).includes("20 times as much; with a secret 4500"));
});

Deno.test("bench --scale: a profile tells areas within its window, and not what was waited", () => {
  const frame = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const profile = {
    nodes: [frame(1, "step", "file:///a/src/core/citizen.ts"), frame(2, "(idle)", ""), frame(3, "(program)", "")],
    samples: [1, 2, 1, 3, 1],
    timeDeltas: [1000, 4000, 2000, 3000, 1000],
  };
  const spent = spend({ areas: new Map(), functions: new Map() }, profile, { from: 2, to: 100 });
  assertEquals([...spent.areas], [["core", 3], ["native: system calls and the event loop", 1]]);
  assertEquals(shares(spent.functions, 1), [["75.0", "step core/citizen.ts:10"]]);
});

Deno.test("bench --scale: arguments are read, and wrong ones refused with their value", () => {
  assertEquals(parseScaleBench(["--scale"]).processes, 4);
  const { members, window, warmUp, out, profile } = parseScaleBench(
    ["--scale", "--members", "20,5", "--seconds=2.5", "--warm-up", "0", "--out", "x", "--profile=10"],
  );
  assertEquals([members, window, warmUp, out, profile], [[5, 20], 2500, 0, "x", 10]);
  assertThrows(() => parseScaleBench(["--members", "5,1.5"]), RangeError, `got "1.5"`);
  assertThrows(() => parseScaleBench(["--processes", "0"]), RangeError, `from 1 to 64, got "0"`);
  assertThrows(() => parseScaleBench(["--seconds"]), RangeError, `"--seconds" needs a value`);
  assertThrows(() => parseScaleBench(["--fast"]), RangeError, `unknown argument "--fast"`);
});

Deno.test("bench --scale: members of two processes find each other, and their cost is known", async () => {
  const { formation, packets, ...measured } = await measure({
    ...{ members: 5, processes: 2, interval: 100, timeout: 1000, warmUp: 200, window: 1000, patience: 30_000 },
  });
  assert(formation !== undefined && formation > 0);
  assertEquals(packets.length, 4);
  assert(packets.every((rate) => rate > 5), `${packets} packets a second`);
  assert(measured.leaderPackets > 5 && measured.leaderBytes > 20 * measured.leaderPackets);
  assert(measured.cpu > 0 && measured.cores > 0 && measured.heap > 0);
  assert(1000 < measured.state && measured.state < 1_000_000, `${measured.state} bytes`);
  assertEquals([measured.processes, measured.windows.length], [2, 2]);
});
