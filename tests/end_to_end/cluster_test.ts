import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Democracy } from "../../mod.ts";
import { agreed, leaders, QUICK, withCluster } from "../../scripts/harness/members.ts";
import { block, sleep, until } from "../../scripts/harness/waiting.ts";

function others(members: readonly Democracy[], member: Democracy): Democracy[] {
  return members.filter((other) => other !== member);
}

for (const isolation of ["worker", "none"] as const) {
  Deno.test(`isolation ${isolation}: three elect the heaviest, and know each other`, async () => {
    // Where the heaviest starts late, another may lead until it hands over.
    await withCluster({ isolation, preempt: true, timeout: 2000 }, async (members) => {
      await until("all follow the heaviest", () => members.every((member) => member.leader()?.id === "m0"), 30_000);
      const leader = await agreed(members);
      assertEquals(leader.id, "m0");
      await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === 3));
      for (const member of members) {
        const nodes = Object.values(member.nodes());
        assertEquals(nodes.map(({ id }) => id), ["m0", "m1", "m2"]);
        assertEquals(nodes.map(({ state }) => state), ["leader", "citizen", "citizen"]);
        assertEquals(nodes.filter(({ self }) => self).map(({ id }) => id), [member.id]);
        assertEquals(nodes.map(({ source }) => source), members.map(({ source }) => source));
        assertEquals(member.leader(), { id: "m0", source: leader.source, token: leader.token });
      }
    });
  });

  Deno.test(`isolation ${isolation}: resign and close hand over, under growing tokens`, async () => {
    await withCluster({ isolation }, async (members) => {
      const first = await agreed(members);
      const firstToken = first.token ?? 0;
      let two = false;
      const watch = setInterval(() => two ||= leaders(members).length > 1, 1);
      try {
        await first.resign();
        const second = await agreed(others(members, first));
        const secondToken = second.token ?? 0;
        assertGreater(secondToken, firstToken);
        await second.close();
        const third = await agreed(others(members, second));
        assertGreater(third.token, secondToken);
        assertEquals(Object.keys(third.nodes()).length, 2);
      } finally {
        clearInterval(watch);
      }
      assert(!two, "two members led at once");
    });
  });
}

Deno.test("elected and resigned, added and removed alternate", async () => {
  const log: string[] = [];
  const listen = (member: Democracy): void => {
    for (const name of ["elected", "resigned"] as const) member.on(name, ({ id }) => log.push(`${id} ${name}`));
    for (const name of ["added", "removed"] as const) {
      member.on(name, ({ id }) => log.push(`${member.id} ${name} ${id}`));
    }
  };
  await withCluster({}, async (members) => {
    const watched = await agreed(members);
    const [leaving] = others(members, watched);
    assert(leaving !== undefined);
    await watched.resign();
    await agreed(others(members, watched));
    await leaving.close();
    const peers = [`${watched.id} added ${leaving.id}`, `${watched.id} removed ${leaving.id}`];
    await until("it knows that the other has left", () => log.includes(peers[1] ?? ""));
    assertEquals(log.filter((line) => peers.includes(line)), peers);
    const office = [`${watched.id} elected`, `${watched.id} resigned`];
    assertEquals(log.filter((line) => office.includes(line)).slice(0, 2), office);
  }, { onMember: listen });
});

Deno.test("the main thread of all members is blocked: nobody is removed and the lead stays", async () => {
  await withCluster({}, async (members) => {
    const leader = await agreed(members);
    const { token } = leader;
    await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === 3));
    const heard: string[] = [];
    for (const member of members) {
      for (const name of ["removed", "resigned", "leader"] as const) member.on(name, () => heard.push(name));
    }
    block(3 * QUICK.timeout);
    assertEquals([leader.isLeader(), leader.token], [true, token]);
    await sleep(100);
    assertEquals(heard, []);
  });
});

Deno.test("members with different secrets are strangers; the same secret makes a cluster", async () => {
  await withCluster({ secret: ["new", "old"] }, async (members) => {
    await agreed(members);
    assertEquals(members.map((member) => member.stats().dropped["bad-seal"]), [0, 0, 0]);
  });
  await withCluster((index) => ({ secret: `secret ${index}` }), async (members) => {
    await until("datagrams are dropped", () => members.every((member) => member.stats().dropped["bad-seal"] > 3));
    assertEquals(leaders(members), []);
    assertEquals(members.map((member) => Object.keys(member.nodes()).length), [1, 1]);
  }, { count: 2 });
});

Deno.test("ids that are names of prototypes are ids like others", async () => {
  const ids = ["__proto__", "constructor", "toString"];
  await withCluster((index) => ({ id: ids[index] }), async (members) => {
    await agreed(members);
    await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === 3));
    assertEquals(Object.keys(members[0]?.nodes() ?? {}), ids);
    assertEquals(Object.getOwnPropertyNames({}), []);
  });
});

Deno.test("a channel of the process hears each change, and answers who comes late", async () => {
  const name = `test ${crypto.randomUUID()}`;
  const channel = new BroadcastChannel(name);
  const posts: Record<string, unknown>[] = [];
  channel.onmessage = ({ data }: MessageEvent<Record<string, unknown>>): void => void posts.push(data);
  try {
    await withCluster({ broadcast: name }, async (members) => {
      const leader = await agreed(members);
      await until(
        "the posts are there",
        () =>
          posts.some(({ type, id, term }) => type === "elected" && id === leader.id && term === leader.token) &&
          posts.filter(({ type, id }) => type === "leader" && id === leader.id).length >= 3 &&
          posts.filter(({ type }) => type === "added").length >= 6,
      );
      channel.postMessage({ type: "query" });
      await until("all answer", () => posts.filter(({ type }) => type === "state").length === 3);
      const states = posts.filter(({ type }) => type === "state");
      assertEquals(states.map(({ id }) => id).sort(), ["m0", "m1", "m2"]);
      assertEquals(states.filter(({ isLeader }) => isLeader).map(({ id }) => id), [leader.id]);
      assertEquals(new Set(states.map(({ term }) => term)), new Set([leader.token]));
    });
  } finally {
    channel.close();
  }
});
