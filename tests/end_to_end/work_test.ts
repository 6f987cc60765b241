import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandOverError } from "../../mod.ts";
import { agreed, leaders, withCluster } from "../../scripts/harness/members.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";

Deno.test("a leader whose work fails hands over, and the job is done elsewhere", async () => {
  await withCluster({}, async (members) => {
    const reasons: string[] = [];
    for (const member of members) member.on("resigned", ({ reason }) => reasons.push(reason));
    const first = await agreed(members);
    const done: string[] = [];
    const works = members.map((member) =>
      member.lead(() => {
        if (member === first) throw new Error("no database here");
        done.push(member.id);
      })
    );
    works.forEach((work) => void work.catch(() => {}));
    await assertRejects(() => works[members.indexOf(first)] ?? Promise.resolve(), Error, "no database here");
    assertEquals(first.isLeader(), false);
    await until("another has done it", () => done.length > 0);
    assertEquals(reasons[0], "failed");
  });
});

Deno.test("a service whose work fails on one member goes on with another, and comes back after a failure of that", async () => {
  await withCluster({}, async (members) => {
    let broken = (await agreed(members)).id;
    const working = new Set<string>();
    let two = false;
    const services = members.map((member) =>
      member.whileLeading(async ({ signal }) => {
        if (member.id === broken) throw new Error("no database here");
        working.add(member.id);
        two ||= working.size > 1;
        while (!signal.aborted && member.id !== broken) await sleep(5);
        working.delete(member.id);
        if (member.id === broken) throw new Error("the database is gone");
      }, { backoff: { first: 100, longest: 1000 } })
    );
    for (let turn = 0; turn < 3; turn++) {
      await until("another works", () => working.size > 0 && !working.has(broken));
      broken = [...working][0] ?? "";
    }
    await until("another works", () => working.size > 0 && !working.has(broken));
    await Promise.all(members.map((member) => member.close()));
    await Promise.all(services);
    assert(!two, "two worked at once");
    assertEquals(working.size, 0);
  });
});

Deno.test("the lead goes to the member that is named, and stays where that cannot lead", async () => {
  await withCluster((index) => ({ eligible: index !== 1 }), async (members) => {
    const leader = await agreed(members);
    const [heir] = members.filter((member) => member !== leader && member.id !== "m1");
    assert(heir !== undefined);
    await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === 3));
    const error = await assertRejects(() => leader.resign({ to: "m1" }), HandOverError, '"m1": it is not eligible');
    assertEquals(error.code, "hand-over");
    await assertRejects(
      () => leader.resign({ to: "nobody" }),
      HandOverError,
      '"nobody": no member of that id is alive',
    );
    const wrong: unknown = 5;
    await assertRejects(() => leader.resign({ to: wrong as string }), TypeError, "got 5");
    assertEquals(leaders(members), [leader], "it leads on");
    let obstacle: unknown = "nobody has asked";
    // A voter that has just started cannot lead yet.
    for (let tries = 0; tries < 200 && obstacle !== undefined; tries++) {
      obstacle = await leader.resign({ to: heir.id }).then(() => undefined, (reason: unknown) => reason);
      if (obstacle !== undefined) await sleep(20);
    }
    assertEquals(obstacle, undefined);
    assertEquals(leader.isLeader(), false);
    assertEquals(await agreed(members), heir);
  });
});
