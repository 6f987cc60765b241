/** Named elections and shards, in real members on loopback. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ClosedError, type Democracy, type Fencing, type Shard, type Spread } from "../../mod.ts";
import { QUICK, withCluster } from "../../scripts/harness/members.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `shard-${index}`);

/** Who leads an election, by the members' own views. */
function leadersOf(members: readonly Democracy[], name: string): Democracy[] {
  return members.filter((member) => member.election(name).isLeader());
}

function allLed(members: readonly Democracy[], names: readonly string[] = NAMES): boolean {
  return names.every((name) => leadersOf(members, name).length === 1);
}

for (const isolation of ["worker", "none"] as const) {
  Deno.test(`isolation ${isolation}: one membership, many leaders, on whom all agree`, async () => {
    await withCluster({ isolation }, async (members) => {
      for (const member of members) for (const name of NAMES) member.election(name);
      await until("each election has a leader", () => allLed(members));
      await until("all agree on all leaders", () =>
        NAMES.every((name) => {
          const [leader] = leadersOf(members, name);
          const { token } = leader!.election(name);
          return members.every((member) => {
            const known = member.elections()[name];
            return known?.id === leader!.id && known.token === token && member.election(name).leader()?.token === token;
          });
        }));
      assert(members.some((member) => NAMES.some((name) => member.election(name).isLeader() && !member.isLeader())));
      const [first] = members;
      const led = NAMES.filter((name) => first!.election(name).isLeader());
      const closing = first!.close();
      await closing;
      assertEquals(NAMES.filter((name) => first!.election(name).isLeader()), [], "who has closed leads nothing");
      await until(
        "the others lead what it led",
        () => led.every((name) => leadersOf(members.slice(1), name).length === 1),
      );
    });
  });
}

Deno.test("an election is one object for one name until it withdraws, and a member that stands nowhere never leads there", async () => {
  await withCluster({}, async ([first, second, third]) => {
    const invoices = first!.election("invoices", { rebalance: false });
    assertStrictEquals(first!.election("invoices"), invoices);
    const heard: unknown[] = [];
    invoices.on("elected", ({ id, token }) => heard.push(["elected", id, token === invoices.token]));
    invoices.on("resigned", ({ reason }) => heard.push(["resigned", reason, invoices.isLeader()]));
    assertEquals(await invoices.lead(({ token }) => token), invoices.token);
    await until("the event was heard", () => heard.length === 1);
    assert(invoices.remaining() > 0, "the lease runs");
    await until("others know", () => second!.elections()["invoices"]?.id === "m0");
    second!.election("invoices");
    third!.election("invoices");
    await sleep(2 * QUICK.timeout);
    await invoices.withdraw();
    assertEquals([invoices.isLeader(), invoices.token], [false, null]);
    await until("another leads", () => leadersOf([second!, third!], "invoices").length === 1);
    assertEquals(heard, [["elected", "m0", true], ["resigned", "requested", false]]);
    assert(first!.election("invoices") !== invoices, "a new object stands anew");
  });
});

Deno.test("what is no name, or no option, is refused at once; after close nothing stands", async () => {
  await withCluster({}, async ([member]) => {
    assertThrows(() => member!.election(""), TypeError, "must not be empty");
    assertThrows(() => member!.election("x".repeat(65)), RangeError, "at most 64 bytes, got 65");
    assertThrows(() => member!.election(7 as unknown as string), TypeError, "must be a string");
    assertThrows(() => member!.election("a", { rank: "heavy" as "weight" }), TypeError, '"rank"');
    assertThrows(() => member!.election("a", { settle: -1 }), RangeError, '"settle"');
    assertThrows(() => member!.spread("a", { start() {} }), TypeError, '"names" must be a list');
    assertThrows(() => member!.spread(["a"], {} as { start(): void }), TypeError, '"start" must be a function');
    member!.election("taken");
    assertThrows(() => member!.spread(["taken"], { start() {} }), TypeError, "already");
    await member!.close();
    assertThrows(() => member!.election("late"), ClosedError);
  });
});

Deno.test("a lead is handed over by name, and to nobody who does not stand there", async () => {
  await withCluster({}, async (members) => {
    for (const member of members.slice(0, 2)) member.election("jobs", { rebalance: false });
    let leader: Democracy | undefined;
    await until("somebody leads", () => (leader = leadersOf(members.slice(0, 2), "jobs")[0]) !== undefined);
    await sleep(2 * QUICK.timeout);
    await assertRejects(() => leader!.election("jobs").resign({ to: "m2" }), Error, "does not stand there");
    assert(leader!.election("jobs").isLeader(), "it goes on");
    const other = members.find((member) => member !== leader && member.id !== "m2");
    await leader!.election("jobs").resign({ to: other!.id });
    await until("the other leads", () => other!.election("jobs").isLeader());
  });
});

Deno.test("tokens of named elections are minted outside, each by itself", async () => {
  const minted: string[] = [];
  // Counters that are ahead of the clock: terms have to follow them.
  const last = new Map<string, number>();
  const fencing: Fencing = {
    mint({ id, election = "", term }): Promise<number> {
      minted.push(`${election} ${id}`);
      const token = Math.max((last.get(election) ?? Date.now() + 5000) + 1, term);
      last.set(election, token);
      return Promise.resolve(token);
    },
  };
  await withCluster({ fencing }, async (members) => {
    for (const member of members) for (const name of ["a", "b"]) member.election(name);
    await until("both are led", () => allLed(members, ["a", "b"]));
    for (const name of ["a", "b"]) {
      const [leader] = leadersOf(members, name);
      assert(minted.includes(`${name} ${leader!.id}`), `a token was minted for "${name}", got ${minted}`);
    }
  });
});

Deno.test("work settles before it begins", async () => {
  await withCluster({}, async ([member]) => {
    const election = member!.election("slow", { settle: 200 });
    const elected = Promise.withResolvers<number>();
    election.once("elected", () => elected.resolve(performance.now()));
    await election.lead(() => {});
    const waited = performance.now() - await elected.promise;
    assert(waited >= 199, `work waits for 200 ms after the election, got ${waited}`);
  });
});

/** What runs where, with a failure for each shard that two members have at once. */
class Plant {
  readonly running = new Map<string, string>();
  readonly doubled: string[] = [];
  readonly stopped: string[] = [];

  spread(member: Democracy, names: Iterable<string>): Spread {
    return member.spread(names, {
      start: ({ name }: Shard) => {
        const other = this.running.get(name);
        if (other !== undefined) this.doubled.push(`${name} of ${other} and ${member.id}`);
        this.running.set(name, member.id);
      },
      stop: async ({ name }: Shard) => {
        await sleep(20);
        this.stopped.push(name);
        this.running.delete(name);
      },
    });
  }
}

Deno.test("shards are spread, move when members come and go, and are never started before they were stopped", async () => {
  // A lease that is lost on a busy machine would end a shard without asking.
  await withCluster({ interval: 100, timeout: 1500 }, async (members) => {
    const plant = new Plant();
    const all = (): boolean => plant.running.size === NAMES.length;
    const [first, second, third] = members;
    const spreads = [plant.spread(first!, NAMES), plant.spread(second!, NAMES)];
    await until("two members have all", all);
    const late = plant.spread(third!, NAMES);
    await until("the third has its share", () => late.owned().length > 0 && all(), 20_000);
    await until(
      "all agree on the owners",
      () => NAMES.every((name) => spreads.every((spread) => spread.owner(name)?.id === plant.running.get(name))),
    );
    await first!.close();
    await until("the others have all", () => all() && ![...plant.running.values()].includes("m0"));
    assertEquals(plant.doubled, []);
    await spreads[1]!.update(NAMES.slice(0, 6));
    await late.update(NAMES.slice(0, 6));
    await until("half of them are left", () => plant.running.size === 6);
    await late.close();
    await until("one has all that are left", () => spreads[1]!.owned().length === 6 && plant.running.size === 6);
    assertEquals(plant.doubled, []);
  });
});
