import { assert, assertEquals } from "@std/assert";
import type { Democracy } from "../../mod.ts";
import { LIMITS } from "../../src/limits.ts";
import { agreed, withCluster } from "../../scripts/harness/members.ts";
import { block, sleep, until } from "../../scripts/harness/waiting.ts";

async function connected(members: readonly Democracy[]): Promise<void> {
  await agreed(members);
  await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === members.length));
}

for (const isolation of ["worker", "none"] as const) {
  Deno.test(`isolation ${isolation}: send reaches all others, whatever the value`, async () => {
    await withCluster({ isolation }, async (members) => {
      await connected(members);
      const [sender, ...receivers] = members;
      assert(sender !== undefined);
      const values: unknown[] = [
        null,
        undefined,
        "ciao",
        { deep: [1, { "__proto__x": 2 }] },
        new Map([["key", new Set([1n])]]),
        new Uint8Array([1, 2, 3]),
      ];
      const heard = new Map<string, unknown[]>();
      for (const receiver of receivers) {
        receiver.on("ciao", (data, from) => {
          assertEquals(from.id, sender.id);
          heard.set(receiver.id, [...heard.get(receiver.id) ?? [], data]);
        });
      }
      sender.on("ciao", () => heard.set("the sender itself", []));
      for (const value of values) sender.send("ciao", value);
      await until("all have arrived", () => receivers.every(({ id }) => heard.get(id)?.length === values.length));
      for (const { id } of receivers) assertEquals(heard.get(id), values);
      assertEquals(heard.size, 2);
    });
  });

  Deno.test(`isolation ${isolation}: values of nearly 64 KiB arrive whole, sealed too`, async () => {
    for (const secret of [undefined, "correct horse"]) {
      await withCluster({ isolation, secret }, async (members) => {
        await connected(members);
        const big = "0123456789abcdef".repeat(4090);
        const heard: unknown[] = [];
        for (const member of members.slice(1)) member.on("big", (data) => heard.push(data));
        // Best effort: a system's receive buffer may be full once.
        for (let attempt = 0; attempt < 20 && heard.length < 2; attempt++) {
          members[0]?.send("big", big);
          await sleep(200);
        }
        assert(heard.length >= 2);
        assert(heard.every((data) => data === big));
      });
    }
  });
}

Deno.test("publish reaches those who have subscribed, as long as they do", async () => {
  await withCluster({ channels: ["from the start"] }, async (members) => {
    await connected(members);
    const [sender, one, other] = members;
    assert(sender !== undefined && one !== undefined && other !== undefined);
    const heard: unknown[] = [];
    for (const member of [one, other]) {
      for (const name of ["news", "from the start", "end"]) {
        member.on(name, (data) => heard.push([member.id, name, data]));
      }
    }
    one.subscribe("news");
    await sleep(50);
    sender.publish("news", 1);
    sender.publish("from the start", 2);
    await until("they have arrived", () => heard.length === 3);
    one.unsubscribe("news");
    await sleep(50);
    sender.publish("news", 3);
    sender.send("end", 4);
    await until("the end has arrived", () => heard.length === 5);
    assertEquals(
      new Set(heard.map((entry) => JSON.stringify(entry))),
      new Set([
        '["m1","news",1]',
        '["m1","from the start",2]',
        '["m2","from the start",2]',
        '["m1","end",4]',
        '["m2","end",4]',
      ]),
    );
  });
});

Deno.test("names of prototypes are names like others", async () => {
  await withCluster({}, async (members) => {
    await connected(members);
    const heard = new Map<string, unknown>();
    const names = ["__proto__", "constructor", "toString"];
    for (const name of names) members[1]?.on(name, (data) => heard.set(name, data));
    for (const name of names) members[0]?.send(name, { name });
    await until("all have arrived", () => heard.size === names.length);
    assertEquals(heard, new Map(names.map((name) => [name, { name }])));
  }, { count: 2 });
});

Deno.test("what nobody listens to is not read, and counted", async () => {
  await withCluster({}, async (members) => {
    await connected(members);
    const [sender, receiver] = members;
    assert(sender !== undefined && receiver !== undefined);
    const heard: unknown[] = [];
    receiver.once("once", (data) => heard.push(data));
    sender.send("unheard", 1);
    sender.send("once", 2);
    await until("it came", () => heard.length === 1);
    sender.send("once", 3);
    await until("both were counted", () => receiver.stats().dropped["no-listener"] === 2);
    assertEquals([heard, receiver.stats().dropped["bad-value"]], [[2], 0]);
  });
});

Deno.test("messages for a thread that is blocked are kept up to a bound in bytes, and dropped beyond it", async () => {
  await withCluster({}, async (members) => {
    await connected(members);
    const [sender, receiver] = members;
    assert(sender !== undefined && receiver !== undefined);
    const bytes = 60_000;
    const data = "x".repeat(bytes - 4);
    let heard = 0;
    receiver.on("big", () => heard++);
    // The two other threads go on while this one has no time for them.
    for (let count = 0; count < 110; count++) {
      sender.send("big", data);
      block(30);
    }
    const { backlog } = receiver.stats().dropped;
    await until("what was kept has come", () => heard > 0);
    await sleep(500);
    assert(backlog > 0, `${heard} of 110 messages came, and none was dropped`);
    assert(heard * bytes <= LIMITS.backlogBytes, `${heard} messages of ${bytes} bytes were kept`);
    assert(heard * bytes > LIMITS.backlogBytes / 4, `only ${heard} messages of ${bytes} bytes were kept`);
    const before = heard;
    await until("there is room again", () => {
      sender.send("big", data);
      return heard > before;
    });
  });
});
