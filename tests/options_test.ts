import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Discovery } from "../src/discovery/discovery.ts";
import { StaticPeers } from "../src/discovery/static_peers.ts";
import { type Options, resolveOptions } from "../src/options.ts";

const SOURCE = "10.0.0.7:12345";
const PEERS = ["10.0.0.7:12345", "10.0.0.8:12345", "10.0.0.9:12345"];
const DISCOVERY: Discovery = { async *watch() {} };

/** Options as someone without a type checker might give them. */
function resolve(changes: Record<string, unknown> = {}): ReturnType<typeof resolveOptions> {
  return resolveOptions({ source: SOURCE, peers: PEERS, ...changes } as Options);
}

Deno.test("two options are enough, and the rest has its default", () => {
  const { settings, discovery, signal, workerUrl, logger } = resolve();
  const { id, weight, ...rest } = settings;
  assertEquals(rest, {
    source: SOURCE,
    advertise: SOURCE,
    anonymous: true,
    quorum: "majority",
    clusterSize: 3,
    cluster: "democracy",
    eligible: true,
    preemptAfter: undefined,
    quarantine: 1000,
    interval: 200,
    timeout: 1000,
    stallTimeout: 10_000,
    secrets: [],
    channels: [],
    maxPacketSize: 1200,
    broadcast: "democracy",
    isolation: "worker",
  });
  assertMatch(id, /^[0-9a-f]{16}$/);
  assert(weight > 0 && weight < 1);
  assertInstanceOf(discovery, StaticPeers);
  assertEquals([signal, workerUrl], [undefined, undefined]);
  logger.info("nobody has configured LogTape, so nobody sees this");
});

Deno.test("an option that is undefined is one that was left out", () => {
  const names = [
    "advertise",
    "interval",
    "timeout",
    "quorum",
    "clusterSize",
    "cluster",
    "secret",
    "eligible",
    "preempt",
  ];
  const more = ["stallTimeout", "channels", "maxPacketSize", "broadcast", "isolation", "workerUrl", "signal", "logger"];
  const left = { id: "a", weight: 1 };
  const undefinedOnes = Object.fromEntries([...names, ...more].map((name) => [name, undefined]));
  assertEquals(resolve({ ...left, ...undefinedOnes }).settings, resolve(left).settings);
});

Deno.test("ids and weights of two members differ", () => {
  const [one, two] = [resolve().settings, resolve().settings];
  assertNotEquals(one.id, two.id);
  assertNotEquals(one.weight, two.weight);
});

Deno.test("settings survive the way to a worker", () => {
  const { settings } = resolve({
    secret: ["a", "b"],
    channels: ["x", "x"],
    signal: new AbortController().signal,
    logger: console,
  });
  assertEquals(structuredClone(settings), settings);
  assertEquals([settings.secrets, settings.channels], [["a", "b"], ["x"]]);
});

Deno.test("values at the edge are taken as they are", () => {
  const table: readonly [Record<string, unknown>, Partial<ReturnType<typeof resolve>["settings"]>][] = [
    [{ weight: 0 }, { weight: 0 }],
    [{ weight: -1.5 }, { weight: -1.5 }],
    [{ weight: Number.MAX_VALUE }, { weight: Number.MAX_VALUE }],
    [{ id: "0" }, { id: "0" }],
    [{ id: "__proto__" }, { id: "__proto__" }],
    [{ id: "ä".repeat(64) }, { id: "ä".repeat(64) }],
    [{ interval: 10, timeout: 30, stallTimeout: 30 }, { interval: 10, timeout: 30, stallTimeout: 30 }],
    [{ interval: 500, timeout: 60_000 }, { timeout: 60_000, stallTimeout: 60_000 }],
    [{ maxPacketSize: 656 }, { maxPacketSize: 656 }],
    [{ broadcast: false }, { broadcast: false }],
    [{ secret: "x" }, { secrets: ["x"] }],
    [{ peers: [] }, { clusterSize: 1 }],
    [{ peers: [], source: "127.0.0.1:0" }, { source: "127.0.0.1:0", advertise: "127.0.0.1:0", clusterSize: 1 }],
    [{ quorum: 2 }, { quorum: 2, clusterSize: 3 }],
    [{ quorum: 3 }, { quorum: 3 }],
    [{ clusterSize: 5, quorum: 3 }, { clusterSize: 5, quorum: 3 }],
    [{ peers: DISCOVERY, clusterSize: 3 }, { clusterSize: 3 }],
    [{ peers: DISCOVERY, quorum: "none" }, { quorum: "none" }],
    [{ source: "[::]:1", advertise: "10.0.0.7:1" }, { source: "[::]:1", advertise: "10.0.0.7:1" }],
    [{ source: "0.0.0.0:0", advertise: "10.0.0.7:0" }, { source: "0.0.0.0:0", advertise: "10.0.0.7:0" }],
    [{ source: "10.0.0.7:1", advertise: "192.0.2.1:2" }, { advertise: "192.0.2.1:2" }],
  ];
  for (const [given, expected] of table) {
    const { settings } = resolve(given);
    for (const [name, value] of Object.entries(expected)) {
      assertStrictEquals(JSON.stringify(settings[name as keyof typeof settings]), JSON.stringify(value), name);
    }
  }
  assert(Object.is(resolve({ weight: -0 }).settings.weight, 0));
});

Deno.test("the cluster is as big as the distinct peers and self", () => {
  const table: readonly [source: string, peers: string[], size: number][] = [
    [SOURCE, PEERS, 3],
    [SOURCE, PEERS.slice(1), 3],
    [SOURCE, [...PEERS, ...PEERS], 3],
    ["10.0.0.10:12345", PEERS, 4],
    ["[fd00::7]:1", ["[FD00:0::7]:1", "[fd00::8]:1"], 2],
    [SOURCE, ["web-0:1", "WEB-0:1", "web-1:1", "web-2:1"], 4],
    ["127.0.0.1:0", ["127.0.0.1:1"], 2],
  ];
  for (const [source, peers, size] of table) assertEquals(resolve({ source, peers }).settings.clusterSize, size);
});

Deno.test("a cluster size may be stated where one of the host names is self", () => {
  assertEquals(resolve({ peers: ["web-0:1", "web-1:1", "web-2:1"], clusterSize: 3 }).settings.clusterSize, 3);
});

Deno.test("signal, logger, discovery and worker come apart from the settings", () => {
  const { signal } = new AbortController();
  const found = resolve({
    signal,
    logger: console,
    peers: DISCOVERY,
    clusterSize: 3,
    workerUrl: new URL("https://a/b.js"),
  });
  assertStrictEquals(found.signal, signal);
  assertStrictEquals(found.logger, console);
  assertStrictEquals(found.discovery, DISCOVERY);
  assertEquals(found.workerUrl, "https://a/b.js");
  assertEquals(resolve({ workerUrl: "https://a/c.js" }).workerUrl, "https://a/c.js");
});

type Bad = readonly [given: Record<string, unknown>, type: typeof TypeError | typeof RangeError, message: string];

function refused(table: readonly Bad[]): void {
  for (const [given, type, message] of table) {
    const error = assertThrows(() => resolve(given), type);
    assertEquals(error.message, `Cannot join: ${message}`);
  }
}

Deno.test("options that are no object are refused", () => {
  for (const [options, got] of [[undefined, "undefined"], [null, "null"], ["a:1", '"a:1"'], [[], "an empty array"]]) {
    const error = assertThrows(() => resolveOptions(options as unknown as Options), TypeError);
    assertEquals(error.message, `Cannot join: "options" must be an object, got ${got}`);
  }
});

Deno.test("an unknown option is refused, with the one that was probably meant", () => {
  refused([
    [{ wieght: 1 }, TypeError, 'unknown option "wieght"; did you mean "weight"?'],
    [{ time_out: 1 }, TypeError, 'unknown option "time_out"; did you mean "timeout"?'],
    [{ clustersize: 1 }, TypeError, 'unknown option "clustersize"; did you mean "clusterSize"?'],
    [{ peer: [] }, TypeError, 'unknown option "peer"; did you mean "peers"?'],
    [{ workerURL: "" }, TypeError, 'unknown option "workerURL"; did you mean "workerUrl"?'],
    [
      { frobnicate: 1 },
      TypeError,
      'unknown option "frobnicate"; known are source, peers, voters, advertise, id, weight, interval, timeout, quorum, ' +
      "clusterSize, cluster, secret, eligible, preempt, quarantine, stallTimeout, channels, maxPacketSize, broadcast, isolation, " +
      "workerUrl, settle, fencing, signal, handOverOnExit, signals, logger",
    ],
  ]);
});

Deno.test("addresses of its own that a member cannot have are refused", () => {
  const like = "must be an address like 10.0.0.7:12345 or [fd00::7]:12345";
  const notName = "must be an IP address and a port, not a host name, because one socket has one address";
  const wildcard = (source: string) =>
    `"advertise" must be set to the address that others reach this member at, because "source" (${source}) is every ` +
    "address of the machine and none that a peer could send to";
  refused([
    [{ source: undefined }, TypeError, `"source" ${like}, got undefined`],
    [{ source: "" }, TypeError, `"source" ${like}, got an empty string`],
    [{ source: "10.0.0.7" }, TypeError, '"source" must end with a port, like 10.0.0.7:12345, got "10.0.0.7"'],
    [
      { source: "10.0.0.7:99999" },
      RangeError,
      '"source" must have a port from 1 to 65535, or 0 to let the system choose, got "10.0.0.7:99999"',
    ],
    [{ source: "localhost:80" }, TypeError, `"source" ${notName}, got "localhost:80"`],
    [
      { source: "224.0.0.1:80" },
      TypeError,
      '"source" must be the address of one machine, not of a group, got "224.0.0.1:80"',
    ],
    [{ source: "0.0.0.0:80" }, TypeError, wildcard("0.0.0.0:80")],
    [{ source: "[::]:0" }, TypeError, wildcard("[::]:0")],
    [{ advertise: null }, TypeError, `"advertise" ${like}, got null`],
    [{ advertise: "web-0:1" }, TypeError, `"advertise" ${notName}, got "web-0:1"`],
    [
      { source: "0.0.0.0:1", advertise: "0.0.0.0:1" },
      TypeError,
      '"advertise" must be an address that others can send to, not a wildcard, got "0.0.0.0:1"',
    ],
    [
      { advertise: "10.0.0.7:0" },
      RangeError,
      '"advertise" must be an address with a port other than 0, unless "source" has port 0, got "10.0.0.7:0"',
    ],
    [
      { source: "0.0.0.0:1", advertise: "[fd00::7]:1" },
      TypeError,
      '"advertise" must be IPv4 like "source" (0.0.0.0:1), got "[fd00::7]:1"',
    ],
  ]);
});

Deno.test("peers that cannot be are refused", () => {
  const kind = '"peers" must be an array of addresses (empty for a cluster of one) or a discovery';
  refused([
    [{ peers: undefined }, TypeError, `${kind}, got undefined`],
    [{ peers: "10.0.0.8:1, b:1" }, TypeError, `${kind}, like ["10.0.0.8:1", "b:1"], got "10.0.0.8:1, b:1"`],
    [{ peers: {} }, TypeError, `${kind}, got an object`],
    [{ peers: new Array(1025).fill(SOURCE) }, RangeError, '"peers" must be at most 1024 addresses, got 1025'],
    [{ peers: [SOURCE, 5] }, TypeError, '"peers[1]" must be an address like 10.0.0.7:12345 or [fd00::7]:12345, got 5'],
    [
      { peers: new Array(1) },
      TypeError,
      '"peers[0]" must be an address like 10.0.0.7:12345 or [fd00::7]:12345, got undefined',
    ],
    [{ peers: ["10.0.0.8:0"] }, RangeError, '"peers[0]" must have a port other than 0, got "10.0.0.8:0"'],
    [
      { peers: ["0.0.0.0:1"] },
      TypeError,
      '"peers[0]" must be the address of one machine, not a wildcard or group, got "0.0.0.0:1"',
    ],
    [{ peers: ["[::1]:1"] }, TypeError, '"peers[0]" must be IPv4 like "source" (10.0.0.7:12345), got "[::1]:1"'],
    [
      { source: "[::1]:1", peers: ["127.0.0.1:1"] },
      TypeError,
      '"peers[0]" must be IPv6 like "source" ([::1]:1), got "127.0.0.1:1"',
    ],
  ]);
});

Deno.test("a cluster size or quorum under which two could lead, or nobody, is refused", () => {
  const half = (size: number) =>
    `"quorum" must be more than half of "clusterSize" (${size}), or two sides of a partition could each elect a leader; ` +
    'if that is what you want, "none" says so';
  const live =
    '"clusterSize" or "voters" must be set when "peers" is a discovery, because whoever is found right now is no measure ' +
    'of a majority: in a partition each side would find itself complete and elect a leader; or set "quorum" to "none"';
  refused([
    [{ clusterSize: 2 }, RangeError, '"clusterSize" must be at least 3, as many as "peers" and self are, got 2'],
    [{ clusterSize: 0 }, RangeError, '"clusterSize" must be a whole number from 1 to 1025, got 0'],
    [{ clusterSize: 3.5 }, RangeError, '"clusterSize" must be a whole number from 1 to 1025, got 3.5'],
    [{ clusterSize: "3" }, TypeError, '"clusterSize" must be a whole number, got "3"'],
    [
      { peers: ["a:1", "b:1", "c:1"], clusterSize: 2 },
      RangeError,
      '"clusterSize" must be at least 3, as many as "peers" and self are, got 2',
    ],
    [{ quorum: "all" }, TypeError, '"quorum" must be "majority", "none" or a number, got "all"'],
    [{ quorum: null }, TypeError, '"quorum" must be "majority", "none" or a number, got null'],
    [{ quorum: 0 }, RangeError, '"quorum" must be a whole number from 1 to 1025, got 0'],
    [{ quorum: 1.5 }, RangeError, '"quorum" must be a whole number from 1 to 1025, got 1.5'],
    [{ quorum: 1 }, RangeError, `${half(3)}, got 1`],
    [{ quorum: 2, clusterSize: 4 }, RangeError, `${half(4)}, got 2`],
    [{ quorum: 4 }, RangeError, '"quorum" must be at most "clusterSize" (3), or nobody could ever be elected, got 4'],
    [{ peers: DISCOVERY }, TypeError, live],
    [{ peers: DISCOVERY, quorum: 2 }, TypeError, live],
    [{ peers: DISCOVERY, quorum: 2, clusterSize: 4 }, RangeError, `${half(4)}, got 2`],
  ]);
});

Deno.test("an identity that cannot be is refused", () => {
  refused([
    [{ id: "" }, TypeError, '"id" must not be empty'],
    [{ id: 7 }, TypeError, '"id" must be a string, got 7'],
    [{ id: null }, TypeError, '"id" must be a string, got null'],
    [{ id: "ä".repeat(65) }, RangeError, '"id" must be at most 128 bytes long, got 130 bytes'],
    [{ id: "a\ud800" }, TypeError, '"id" must be well-formed text, without half characters, got "a\\ud800"'],
    [{ weight: "1" }, TypeError, '"weight" must be a number, got "1"'],
    [{ weight: null }, TypeError, '"weight" must be a number, got null'],
    [{ weight: 1n }, TypeError, '"weight" must be a number, got 1n'],
    [{ weight: NaN }, RangeError, '"weight" must be a finite number, got NaN'],
    [{ weight: Infinity }, RangeError, '"weight" must be a finite number, got Infinity'],
    [{ cluster: "" }, TypeError, '"cluster" must not be empty'],
    [{ cluster: "x".repeat(129) }, RangeError, '"cluster" must be at most 128 bytes long, got 129 bytes'],
    [{ eligible: 1 }, TypeError, '"eligible" must be true or false, got 1'],
    [{ eligible: null }, TypeError, '"eligible" must be true or false, got null'],
  ]);
});

Deno.test("durations that do not fit each other are refused", () => {
  const relation = (interval: number) =>
    `"timeout" must be at least 3 times "interval" (${interval}), so that a lost datagram costs nothing`;
  refused([
    [{ interval: 9 }, RangeError, '"interval" must be a number from 10 to 1200000 ms, got 9'],
    [{ interval: -1 }, RangeError, '"interval" must be a number from 10 to 1200000 ms, got -1'],
    [{ interval: NaN }, RangeError, '"interval" must be a number from 10 to 1200000 ms, got NaN'],
    [{ interval: "200" }, TypeError, '"interval" must be a number of ms, got "200"'],
    [{ timeout: 300 }, RangeError, `${relation(200)}, got 300`],
    [{ interval: 500 }, RangeError, `${relation(500)}, got 1000`],
    [{ timeout: 0 }, RangeError, '"timeout" must be a number from 30 to 3600000 ms, got 0'],
    [{ timeout: Infinity }, RangeError, '"timeout" must be a number from 30 to 3600000 ms, got Infinity'],
    [{ timeout: null }, TypeError, '"timeout" must be a number of ms, got null'],
    [{ stallTimeout: 999 }, RangeError, '"stallTimeout" must be at least "timeout" (1000), got 999'],
    [{ stallTimeout: Infinity }, RangeError, '"stallTimeout" must be a number from 0 to 86400000 ms, got Infinity'],
    [{ stallTimeout: false }, TypeError, '"stallTimeout" must be a number of ms, got false'],
  ]);
});

Deno.test("a secret that will not do is refused, and not shown", () => {
  const many = new Array(9).fill("hush");
  refused([
    [{ secret: "" }, TypeError, '"secret" must not be empty; leave it out to send unsealed datagrams'],
    [{ secret: 12345 }, TypeError, '"secret" must be a string or an array of strings'],
    [{ secret: null }, TypeError, '"secret" must be a string or an array of strings'],
    [{ secret: [] }, RangeError, '"secret" must have at least one secret; leave it out to send unsealed datagrams'],
    [{ secret: ["hush", ""] }, TypeError, '"secret[1]" must not be empty; leave it out to send unsealed datagrams'],
    [{ secret: [12345] }, TypeError, '"secret[0]" must be a string'],
    [{ secret: many }, RangeError, '"secret" must have at most 8 secrets, got 9'],
  ]);
});

Deno.test("messaging that will not do is refused", () => {
  refused([
    [{ channels: "news" }, TypeError, '"channels" must be an array of names, got "news"'],
    [{ channels: new Array(257).fill("a") }, RangeError, '"channels" must be at most 256 names, got 257'],
    [{ maxPacketSize: 655 }, RangeError, '"maxPacketSize" must be a whole number from 656 to 65507 bytes, got 655'],
    [
      { maxPacketSize: 65_508 },
      RangeError,
      '"maxPacketSize" must be a whole number from 656 to 65507 bytes, got 65508',
    ],
    [
      { maxPacketSize: 1200.5 },
      RangeError,
      '"maxPacketSize" must be a whole number from 656 to 65507 bytes, got 1200.5',
    ],
    [{ broadcast: true }, TypeError, '"broadcast" must be the name of a BroadcastChannel or false, got true'],
    [{ broadcast: "" }, TypeError, '"broadcast" must not be empty'],
    [{ isolation: "process" }, TypeError, '"isolation" must be "worker" or "none", got "process"'],
    [{ isolation: null }, TypeError, '"isolation" must be "worker" or "none", got null'],
    [{ workerUrl: 5 }, TypeError, '"workerUrl" must be a URL or a string, got 5'],
    [
      { workerUrl: "./worker.js" },
      TypeError,
      '"workerUrl" must be an absolute URL, like new URL("./worker.js", import.meta.url), got "./worker.js"',
    ],
    [{ signal: {} }, TypeError, '"signal" must be an AbortSignal, got an object'],
    [{ signal: new AbortController() }, TypeError, '"signal" must be an AbortSignal, got an object'],
    [
      { logger: { info() {} } },
      TypeError,
      '"logger" must be an object with debug, info, warn and error, like console, got an object',
    ],
    [
      { logger: null },
      TypeError,
      '"logger" must be an object with debug, info, warn and error, like console, got null',
    ],
  ]);
});

Deno.test("reserved and impossible channel names are refused", () => {
  for (const name of ["added", "removed", "leader", "elected", "resigned", "error", "", 5]) {
    const error = assertThrows(() => resolve({ channels: ["news", name] }), TypeError);
    assertMatch(error.message, /^Cannot join with "channels\[1\]": /);
  }
  assertThrows(() => resolve({ channels: ["x".repeat(129)] }), RangeError, "128 bytes");
});

Deno.test("values that fight back when shown are shown all the same", () => {
  const hostile = {
    toString(): string {
      throw new Error("no");
    },
  };
  refused([
    [{ id: hostile }, TypeError, '"id" must be a string, got an object'],
    [{ weight: Symbol("x") }, TypeError, '"weight" must be a number, got a symbol'],
    [{ interval: () => 5 }, TypeError, '"interval" must be a number of ms, got a function'],
  ]);
});
