import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { QUICK } from "../../scripts/harness/members.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { type MemberProcess, overlaps, withProcesses } from "./processes.ts";

/** The leader first, then the others. */
function byOffice(members: readonly MemberProcess[]): [MemberProcess, MemberProcess, MemberProcess] {
  const id = members[0]?.leader();
  const [leader] = members.filter((member) => member.id === id);
  const [one, other] = members.filter((member) => member.id !== id);
  assert(leader !== undefined && one !== undefined && other !== undefined);
  return [leader, one, other];
}

function lastToken(members: readonly MemberProcess[]): number {
  return Math.max(...members.flatMap((member) => member.said("elected").map(({ token }) => token)));
}

Deno.test("the leader's process is killed: another leads, under a greater token", async () => {
  await withProcesses({}, async (members) => {
    const [leader, one, other] = byOffice(members);
    const token = lastToken(members);
    await leader.kill();
    await until("the others agree", () => {
      const id = one.leader();
      return id !== null && id !== leader.id && other.leader() === id;
    });
    assertGreater(lastToken([one, other]), token);
    await Promise.all([one.hears("removed"), other.hears("removed")]);
    assertEquals(await Promise.all([one.close(), other.close()]), [0, 0]);
    assertEquals(overlaps([one, other]), []);
  });
});

Deno.test("the leader's main thread is blocked, but not for stallTimeout: it keeps the lead", async () => {
  await withProcesses({ stallTimeout: 10_000 }, async (members) => {
    const [leader, one, other] = byOffice(members);
    leader.order("block 1500");
    await leader.hears("unblocked");
    const [blocked] = leader.said("unblocked");
    assertEquals([blocked?.before, blocked?.after], [true, true]);
    assertEquals(leader.said("resigned"), []);
    assertEquals([one.leader(), other.leader()], [leader.id, leader.id]);
    assertEquals([...one.said("removed"), ...other.said("removed")], []);
  });
});

Deno.test("the leader's main thread is blocked for longer: another leads, and it knows at its first instruction", async () => {
  await withProcesses({ stallTimeout: 800 }, async (members) => {
    const [leader, one, other] = byOffice(members);
    leader.order("block 6000");
    await until("the others agree on a new leader", () => {
      const id = one.leader();
      return id !== null && id !== leader.id && other.leader() === id;
    });
    assertEquals(leader.said("unblocked"), [], "while it is still blocked");
    await leader.hears("unblocked");
    const [blocked] = leader.said("unblocked");
    assertEquals([blocked?.before, blocked?.after], [true, false]);
    await leader.hears("resigned");
    assertEquals(leader.said("resigned")[0]?.reason, "stalled");
    await Promise.all(members.map((member) => member.close()));
    assertEquals(overlaps(members), []);
  });
});

Deno.test("the leader's process is stopped and continued: never do two believe that they lead", async () => {
  await withProcesses({}, async (members) => {
    const [leader, one, other] = byOffice(members);
    leader.signal("SIGSTOP");
    await until("the others agree on a new leader", () => {
      const id = one.leader();
      return id !== null && id !== leader.id && other.leader() === id;
    });
    await sleep(QUICK.timeout);
    leader.signal("SIGCONT");
    await leader.hears("resigned");
    await until("the old leader knows the new one", () => leader.leader() === one.leader());
    assertNotEquals(leader.leader(), leader.id);
    await sleep(QUICK.timeout);
    assertEquals(await Promise.all(members.map((member) => member.close())), [0, 0, 0]);
    assertGreater(members.flatMap((member) => member.said("led")).length, 1);
    assertEquals(overlaps(members), []);
  });
});
