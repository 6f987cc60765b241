/** What somebody can do to a cluster whose traffic it cannot read, and what one can do that knows its secret. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Democracy } from "../../mod.ts";
import type { DropReason } from "../../mod.ts";
import type { Claim, Message, Request, Rumor } from "../../src/core/message/message.ts";
import { fragment } from "../../src/wire/fragments.ts";
import { encodeValue } from "../../src/wire/value.ts";
import { Attacker } from "./attacker.ts";
import { agreed, quiet, withCluster } from "../../scripts/harness/members.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";

const CLUSTER = `strangers ${crypto.randomUUID()}`;
const SLOW = { interval: 100, timeout: 1000, cluster: CLUSTER, broadcast: false } as const;

const boots = new Set<string>();
/** A boot that nobody has. */
function freshBoot(): string {
  const boot = (0xe1_0000 + boots.size).toString(16).padStart(16, "0");
  boots.add(boot);
  return boot;
}

const sourceOf = (member: Democracy): string => member.nodes()[member.id]!.source;

function dropped(members: readonly Democracy[], reason: DropReason): number {
  return members.reduce((sum, member) => sum + member.stats().dropped[reason], 0);
}

/** Somebody that knows the boots of all members, and one that speaks in the name of the leader. */
async function withImpostor(
  test: (members: Democracy[], impostor: Attacker, victim: Democracy) => Promise<void>,
  secret?: string,
): Promise<void> {
  await withCluster({ ...SLOW, secret }, async (members) => {
    const victim = await agreed(members);
    const spy = await new Attacker({ boot: freshBoot(), id: "spy", cluster: CLUSTER }).bind();
    const boot = await spy.bootOf(sourceOf(victim));
    const impostor = await new Attacker({ boot, id: victim.id, cluster: CLUSTER }).bind();
    try {
      await test(members, impostor, victim);
    } finally {
      await Promise.all([spy.close(), impostor.close()]);
    }
  });
}

Deno.test("a message in somebody's name is dropped, and does not take its place", async () => {
  await withImpostor(async (members, impostor, victim) => {
    const other = members.find((member) => member !== victim)!;
    const got: unknown[] = [];
    other.on("pay", (data: unknown) => got.push(data));
    for (let number = 0; number < 64; number++) {
      const value = encodeValue("forged");
      const [piece] = fragment({ channel: false, name: "pay", value }, number, 1000);
      for (const cookie of ["", impostor.persona.boot]) impostor.send(sourceOf(other), piece!, cookie);
    }
    await until("all were dropped", () => dropped([other], "bad-cookie") >= 128);
    for (let number = 0; number < 10; number++) victim.send("pay", number);
    await until("all that was sent has come", () => got.length >= 10);
    assertEquals(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assertEquals(dropped([other], "duplicate-fragment"), 0);
  });
});

Deno.test("nothing that is written in the leader's name, without reading its traffic, changes anything", async () => {
  await withImpostor(async (members, impostor, victim) => {
    const token = victim.token;
    const events: string[] = [];
    for (const member of members) {
      for (const name of ["removed", "elected", "resigned", "leader"] as const) {
        member.on(name, () => events.push(`${member.id} ${name}`));
      }
    }
    const term = 2 ** 50;
    const address = sourceOf(victim);
    const claim: Claim = { election: "", term, succeeds: undefined, inOffice: true };
    const request: Request = { sequence: 1, part: 0, lease: 1000, urgent: true, claims: [claim] };
    const forged: Message[] = [
      { kind: "leave", nonce: 5, idle: false },
      {
        ...{ kind: "release", nonce: 6, sequence: 2 },
        terms: [{ election: "", term, successor: undefined, unanswered: false }],
      },
      ...[{}, { request }].map((more): Message => ({
        ...{
          kind: "ping",
          nonce: 8,
          hears: true,
          request: undefined,
          answer: undefined,
          gossip: undefined,
          voters: undefined,
        },
        status: impostor.status({ address, highestTerm: term, leading: { term, remaining: 1000 } }),
        ...more,
      })),
      {
        ...{ kind: "ack", nonce: 9, cookie: "", answer: undefined, gossip: undefined, voters: undefined },
        status: impostor.status({ address, highestTerm: term }),
      },
    ];
    for (let time = 0; time < 20; time++) {
      for (const message of forged) {
        for (const member of members.filter((member) => member !== victim)) {
          impostor.send(sourceOf(member), message, "");
        }
        for (const member of members.filter((member) => member !== victim)) {
          impostor.send(sourceOf(member), message, impostor.persona.boot);
        }
      }
      await sleep(50);
    }
    await until("they were counted", () => dropped(members, "bad-cookie") > 0);
    await sleep(2 * SLOW.timeout);
    assertEquals(events, []);
    assertEquals([victim.isLeader(), victim.token], [true, token]);
  });
});

Deno.test("one that knows the secret can say that the leader has left: it is asked, stays, and says so", async () => {
  const warnings: string[] = [];
  const secret = "only the members know it";
  const logger = { ...quiet, warn: (text: string) => void warnings.push(text) };
  await withCluster({ ...SLOW, secret, logger }, async (members) => {
    const leader = await agreed(members);
    const events: string[] = [];
    for (const member of members) {
      member.on("removed", ({ id }) => id === leader.id && events.push(`${member.id} removed ${id}`));
      member.on("leader", (now) => events.push(`${member.id} leader ${now?.id}`));
    }
    const insider = await new Attacker({ boot: freshBoot(), id: "insider", cluster: CLUSTER, secrets: [secret] })
      .bind();
    try {
      const { boot } = await insider.join(sourceOf(leader));
      const isContradicted = (): boolean => warnings.some((text) => text.includes("has contradicted"));
      const tell = async (member: Democracy): Promise<void> => {
        const { cookie } = await insider.join(sourceOf(member));
        await until("it is taken in", () => Object.hasOwn(member.nodes(), "insider"));
        for (const incarnation of [Date.now() + 60_000, 2 ** 51]) {
          for (const left of [true, false]) {
            const rumors: Rumor[] = [{ kind: "dead", address: sourceOf(leader), boot, incarnation, left }];
            const gossip = { leaderHint: undefined, rumors };
            insider.ping(sourceOf(member), {}, { gossip } as Partial<Message>, cookie);
          }
        }
      };
      // What is heard from the leader at that very moment answers the hearsay before anybody asks it.
      for (let round = 0; round < 20 && !isContradicted(); round++) {
        for (const member of members) if (member !== leader) await tell(member);
        await sleep(SLOW.interval);
      }
      assert(isContradicted(), "the leader says that it was said to have left");
      await sleep(2 * SLOW.timeout);
      assertEquals(events, []);
      assert(leader.isLeader());
      assert(dropped(members, "absurd-term") > 0);
    } finally {
      await insider.close();
    }
  });
});

Deno.test("members with another cluster, secret or timeout say so on both sides, with the value", async () => {
  const addresses = await freeAddresses(2);
  const table: [string, [object, object], [RegExp, RegExp]][] = [
    ["cluster", [{ cluster: `${CLUSTER} a` }, { cluster: `${CLUSTER} b` }], [
      /"strangers [^"]* b"/,
      /"strangers [^"]* a"/,
    ]],
    ["secret", [{ secret: "the one secret, 16" }, { secret: "another secret, 16" }], [
      /another "secret"/,
      /another "secret"/,
    ]],
    ["no secret", [{ secret: "the one secret, 16" }, {}], [/no "secret"|has none/, /a "secret"/]],
    ["timeout", [{ timeout: 2000 }, {}], [/"timeout" of 1000 ms/, /"timeout" of 2000 ms/]],
  ];
  for (const [what, options, patterns] of table) {
    const warnings: string[][] = [[], []];
    const { Democracy } = await import("../../mod.ts");
    const members = addresses.map((source, index) =>
      new Democracy({
        ...SLOW,
        // Only the first knows the other, which is told all the same; for votes both have to.
        ...{ source, peers: what === "timeout" ? addresses : [addresses[1]!], id: `m${index}`, weight: 2 - index },
        ...{ clusterSize: 2, logger: { ...quiet, warn: (text: string) => void warnings[index]!.push(text) } },
        ...options[index],
      })
    );
    try {
      await until(`${what}: both sides say so`, () => warnings.every((each) => each.length > 0));
      await sleep(SLOW.timeout);
      patterns.forEach((pattern, index) => assertMatch(warnings[index]!.join("\n"), pattern, what));
      for (const each of warnings) {
        assertEquals(each.length, new Set(each).size, `${what}: each is said once: ${each.join("\n")}`);
        assert(!each.join().includes("the one secret"), "a secret is not told");
      }
    } finally {
      await Promise.all(members.map((member) => member.close()));
    }
  }
});
