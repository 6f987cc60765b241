import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Discovery, DiscoveryUpdate } from "../../src/discovery/discovery.ts";
import { type Options, resolveOptions } from "../../src/options.ts";
import { ALL_VOTE, CHOSEN, CHOSEN_QUORUM, chosenVoters } from "../../src/options/chosen_voters.ts";
import { quorumOf } from "../../src/core/election/lease.ts";

const SOURCE = "10.0.0.7:12345";

/** `10.0.0.10:1` and on: two digits, so that code units order them as numbers do. */
function list(size: number, from = 10): string[] {
  return Array.from({ length: size }, (_, index) => `10.0.0.${from + index}:1`);
}

function resolve(changes: Record<string, unknown>): ReturnType<typeof resolveOptions> {
  return resolveOptions({ source: SOURCE, ...changes } as Options);
}

/** What the discovery of these options says first, and how many vote and must agree. */
async function electorate(
  changes: Record<string, unknown>,
): Promise<DiscoveryUpdate & { readonly settings: { clusterSize: number; quorum: unknown } }> {
  const { discovery, settings: { clusterSize, quorum, advertise } } = resolve(changes);
  const ignore = (): void => {};
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const controller = new AbortController();
  try {
    for await (const update of discovery.watch({ signal: controller.signal, source: advertise, logger })) {
      return { ...update, settings: { clusterSize, quorum } };
    }
  } finally {
    controller.abort();
  }
  throw new Error("The discovery says nothing");
}

function refused(table: readonly [Record<string, unknown>, ErrorConstructor, string][]): void {
  for (const [changes, type, message] of table) {
    assertStrictEquals(assertThrows(() => resolve(changes), type).message, `Cannot join: ${message}`);
  }
}

Deno.test("all of up to nine members vote, of more the seven whose addresses come first", () => {
  for (let size = 0; size <= 9; size++) assertEquals(chosenVoters(list(size)), list(size));
  for (const size of [10, 11, 20, 80]) assertEquals(chosenVoters(list(size)), list(7));
});

Deno.test("the rule knows sets only: neither order nor repetition changes who votes", () => {
  const members = list(12);
  const expected = chosenVoters(members);
  assertEquals(chosenVoters(members.toReversed()), expected);
  assertEquals(chosenVoters([...members.slice(5), ...members, ...members.slice(0, 3)]), expected);
  assertEquals(chosenVoters([...list(9), ...list(9)]), list(9), "nine that were written twice are nine");
});

Deno.test("addresses come in the order of their code units, IPv6 behind IPv4", () => {
  const members = [...list(8, 2), "10.0.0.100:1", "[fd00::1]:1", "9.0.0.1:1"];
  const chosen = ["10.0.0.100:1", "10.0.0.2:1", "10.0.0.3:1", "10.0.0.4:1", "10.0.0.5:1", "10.0.0.6:1", "10.0.0.7:1"];
  assertEquals(chosenVoters(members), chosen);
});

Deno.test("any two quorums of chosen voters share one, also where two lists differ in up to two addresses", () => {
  const members = list(14);
  for (const gone of members) {
    for (const come of ["10.0.0.1:1", "10.0.0.99:1"]) {
      for (const other of [members, [...members, come], members.filter((member) => member !== gone)]) {
        const [ours, theirs] = [chosenVoters(members), chosenVoters(other)];
        const all = new Set([...ours, ...theirs]).size;
        assertEquals(2 * CHOSEN_QUORUM > all, true, `${gone} goes, ${come} comes: ${all} voters`);
      }
    }
  }
  assertEquals([ALL_VOTE, CHOSEN, CHOSEN_QUORUM], [9, 7, 5]);
  assertEquals(quorumOf(CHOSEN_QUORUM, CHOSEN), 5);
});

/** The fewest voters that a quorum of one electorate and one of another share. */
function overlap(ours: readonly string[], mine: number, theirs: readonly string[], their: number): number {
  const both = ours.filter((voter) => theirs.includes(voter)).length;
  // Each takes as many as it can of those that the other does not ask.
  const least = (voters: readonly string[], quorum: number): number => Math.max(0, quorum - (voters.length - both));
  return least(ours, mine) + least(theirs, their) - both;
}

Deno.test("any two quorums share a voter where one list has a member more than the other, whatever their sizes", async () => {
  for (let size = 1; size <= 14; size++) {
    const members = list(size, 20);
    for (const come of ["10.0.0.11:1", "10.0.0.24:7", "10.0.0.99:1"]) {
      const sides = [];
      for (const peers of [members, [...members, come]]) {
        const { voters = peers, settings } = await electorate({ source: members[0]!, peers });
        const { clusterSize } = settings;
        sides.push([[...voters], quorumOf(settings.quorum as "majority" | number, clusterSize)] as const);
      }
      const [[ours, mine], [theirs, their]] = sides as [[string[], number], [string[], number]];
      assert(overlap(ours, mine, theirs, their) > 0, `${size} members, and ${come}: ${mine} and ${their} must agree`);
    }
  }
});

Deno.test("of up to eight members a majority is enough, of nine six must agree", async () => {
  for (const [size, quorum] of [[1, "majority"], [8, "majority"], [9, 6]] as const) {
    const { voters, settings } = await electorate({ source: list(1)[0]!, peers: list(size) });
    assertEquals([voters, settings.clusterSize, settings.quorum], [undefined, size, quorum]);
  }
  assertEquals((await electorate({ peers: list(8), clusterSize: 9 })).settings.quorum, "majority", "so the user says");
  assertEquals((await electorate({ peers: list(8), quorum: 5 })).settings.quorum, 5, "so the user says");
});

Deno.test("with nine members all vote", async () => {
  const { voters, peers, settings } = await electorate({ peers: list(8) });
  assertEquals([voters, peers.length, settings.clusterSize], [undefined, 8, 9]);
  assertEquals((await electorate({ peers: [...list(8), SOURCE] })).settings.clusterSize, 9, "the own address is one");
  const twice = await electorate({ peers: [...list(8), ...list(8), SOURCE] });
  assertEquals([twice.voters, twice.settings.clusterSize], [undefined, 9], "duplicates are no members");
});

Deno.test("with ten seven vote, and five of them must agree; every member reads the same", async () => {
  const members = list(10);
  for (const source of members) {
    for (const peers of [members, members.toReversed(), members.filter((peer) => peer !== source)]) {
      const { voters, clusterSize, settings } = await electorate({ source, peers });
      assertEquals(voters, list(7));
      assertEquals([clusterSize, settings.clusterSize, settings.quorum], [7, 7, 5]);
    }
  }
});

Deno.test("the address that is told to others is the one that votes", async () => {
  const peers = list(10, 11);
  const { voters } = await electorate({ source: "0.0.0.0:1", advertise: "10.0.0.10:1", peers });
  assertEquals(voters, list(7));
});

Deno.test("IPv6 members are chosen by the canonical form of their addresses", async () => {
  const peers = Array.from({ length: 10 }, (_, index) => `[FD00:0::${index + 10}]:1`);
  const { voters } = await electorate({ source: "[fd00::10]:1", peers });
  assertEquals(voters, Array.from({ length: 7 }, (_, index) => `[fd00::${index + 10}]:1`));
});

Deno.test("where the size of the cluster is given all vote, however many they are", async () => {
  const { voters, settings } = await electorate({ peers: list(20), clusterSize: 21 });
  assertEquals([voters, settings.clusterSize, settings.quorum], [undefined, 21, "majority"]);
});

Deno.test("a number of votes that must agree is kept, among chosen voters, too", async () => {
  for (const quorum of [4, 5, 6, 7]) {
    assertEquals((await electorate({ peers: list(12), quorum })).settings.quorum, quorum);
  }
});

Deno.test("in plain democracy nobody is chosen, and host names do", async () => {
  const { voters, settings } = await electorate({ peers: list(12), quorum: "none" });
  assertEquals([voters, settings.quorum], [undefined, "none"]);
  assertEquals(resolve({ peers: [...list(12), "web-1:1"], quorum: "none" }).settings.clusterSize, 14);
});

Deno.test("the option says who votes, with a static list", async () => {
  const { voters, peers, clusterSize, settings } = await electorate({
    peers: list(4),
    voters: [...list(2), ...list(1)],
  });
  assertEquals([voters, clusterSize], [list(2), 2]);
  assertEquals(peers, list(4));
  assertEquals([settings.clusterSize, settings.quorum], [2, "majority"]);
});

Deno.test("voters need not be among the peers as well", async () => {
  const { voters, peers } = await electorate({ peers: list(1), voters: [SOURCE, ...list(3)] });
  assertEquals(voters, [SOURCE, ...list(3)]);
  assertEquals([...peers].sort(), [...list(3), SOURCE].sort());
});

Deno.test("the option says who votes, with a discovery, and makes the size known", async () => {
  const found: Discovery = {
    async *watch() {
      yield { peers: list(5), clusterSize: 99, voters: list(5) };
    },
  };
  const { voters, peers, clusterSize, settings } = await electorate({ peers: found, voters: list(3) });
  assertEquals([voters, peers, clusterSize, settings.clusterSize], [list(3), list(5), 3, 3]);
});

Deno.test("host names may vote where the option names them, and count before they are found", () => {
  assertEquals(
    resolve({ peers: list(20), voters: ["app-0:1", "app-1:1", "APP-1:1", "app-2:1"] }).settings.clusterSize,
    3,
  );
  const { clusterSize } = resolve({ peers: [], voters: ["a:1", "b:1"], clusterSize: 3 }).settings;
  assertEquals(clusterSize, 3, "one is yet to come");
});

Deno.test("voters that cannot be are refused", () => {
  const kind = '"voters" must be an array of addresses';
  const example = "must be an address like 10.0.0.7:12345 or [fd00::7]:12345";
  const peers = list(2);
  refused([
    [{ peers, voters: null }, TypeError, `${kind}, got null`],
    [{ peers, voters: "10.0.0.8:1" }, TypeError, `${kind}, like ["10.0.0.8:1"], got "10.0.0.8:1"`],
    [{ peers, voters: 3 }, TypeError, `${kind}, got 3`],
    [{ peers, voters: { watch() {} } }, TypeError, `${kind}, got an object`],
    [
      { peers, voters: [] },
      RangeError,
      '"voters" must be at least one address, or nobody could ever be elected, got an empty array',
    ],
    [{ peers, voters: new Array(1025).fill(SOURCE) }, RangeError, '"voters" must be at most 1024 addresses, got 1025'],
    [{ peers, voters: [SOURCE, 5] }, TypeError, `"voters[1]" ${example}, got 5`],
    [{ peers, voters: ["10.0.0.8:0"] }, RangeError, '"voters[0]" must have a port other than 0, got "10.0.0.8:0"'],
    [
      { peers, voters: ["0.0.0.0:1"] },
      TypeError,
      '"voters[0]" must be the address of one machine, not a wildcard or group, got "0.0.0.0:1"',
    ],
    [
      { peers, voters: ["[::1]:1"] },
      TypeError,
      '"voters[0]" must be IPv4 like "source" (10.0.0.7:12345), got "[::1]:1"',
    ],
  ]);
});

Deno.test("a size or quorum that does not fit the voters is refused", () => {
  const peers = list(12);
  const half = (size: number): string =>
    `"quorum" must be more than half of "clusterSize" (${size}), or two sides of a partition could each elect a leader; ` +
    'if that is what you want, "none" says so';
  const most = (size: number): string =>
    `"quorum" must be at most "clusterSize" (${size}), or nobody could ever be elected`;
  refused([
    [
      { peers, voters: list(3), clusterSize: 2 },
      RangeError,
      '"clusterSize" must be at least 3, as many as "voters" are, got 2',
    ],
    [{ peers, voters: list(4), quorum: 2 }, RangeError, `${half(4)}, got 2`],
    [{ peers, voters: list(4), quorum: 5 }, RangeError, `${most(4)}, got 5`],
    [{ peers, quorum: 3 }, RangeError, `${half(7)}, got 3`],
    [{ peers, quorum: 8 }, RangeError, `${most(7)}, got 8`],
  ]);
});

Deno.test("more than nine peers with a host name among them are refused, because addresses choose the voters", () => {
  const why = '"voters" must be set, because of more than 9 members only 7 vote by default, those with the first IP ' +
    'addresses, and "peers" has host names';
  const perhaps = `; or, if one of the names is this member's own, set "clusterSize" to 9`;
  refused([
    [{ peers: [...list(10), "web-1:1"] }, TypeError, `${why}, got "web-1:1"`],
    [{ peers: [...list(9), "web-1:1"].slice(1) }, TypeError, `${why}, got "web-1:1"${perhaps}`],
    [{ peers: [...list(4), "web-1:1", ...list(8)] }, TypeError, `${why}, got "web-1:1"${perhaps}`],
  ]);
  assertEquals(resolve({ peers: [...list(7), "web-1:1"] }).settings.clusterSize, 9, "nine at most");
});
