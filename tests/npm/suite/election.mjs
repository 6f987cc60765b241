import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Democracy } from "@polis/democracy";
import { agreedLeader, freeAddresses, PACE, until } from "./support.mjs";

const open = new Set();
let clusters = 0;

/** Members of one fresh cluster, ready to talk. */
async function cluster(count, options = {}) {
  const name = `npm-${process.pid}-${clusters++}`;
  const addresses = await freeAddresses(count);
  const members = addresses.map((source) =>
    new Democracy({ source, peers: addresses, cluster: name, broadcast: false, ...PACE, ...options })
  );
  members.forEach((member) => open.add(member));
  await Promise.all(members.map((member) => member.ready));
  return members;
}

afterEach(async () => {
  await Promise.all([...open].map((member) => member.close()));
  open.clear();
});

describe("election", () => {
  for (const isolation of ["worker", "none"]) {
    it(`elects one of three, isolation "${isolation}"`, async () => {
      const members = await cluster(3, { isolation });
      const leader = await until(() => agreedLeader(members), "one leader that all name");
      const others = members.filter((member) => member !== leader);
      assert.ok(Number.isSafeInteger(leader.token) && leader.token > 0, String(leader.token));
      assert.deepEqual(others.map((member) => [member.isLeader(), member.token]), [[false, null], [false, null]]);
      await until(() => members.every((member) => Object.keys(member.nodes()).length === 3), "three nodes each");
    });
  }

  it("elects the heaviest", async () => {
    const [heavy, ...peers] = await freeAddresses(3);
    const name = `npm-weight-${process.pid}`;
    const members = [heavy, ...peers].map((source, index) =>
      new Democracy({
        ...{ source, peers: [heavy, ...peers], cluster: name, broadcast: false, ...PACE },
        // Whose worker starts late may find a leader.
        preempt: true,
        weight: index === 0 ? 9 : 1,
      })
    );
    members.forEach((member) => open.add(member));
    await until(() => agreedLeader(members) === members[0], "the heaviest to lead");
    assert.equal(members[0].isLeader(), true);
  });

  it("hands the lead over by resign(), under a higher token", async () => {
    const members = await cluster(3);
    const first = await until(() => agreedLeader(members), "a leader");
    const { token } = first;
    const reasons = [];
    first.on("resigned", ({ reason, token: ended }) => reasons.push([reason, ended]));
    first.resign();
    assert.equal(first.isLeader(), false, "the shared view is cleared before anything else");
    const second = await until(() => {
      const leader = agreedLeader(members);
      return leader !== first && leader;
    }, "a successor");
    assert.ok(second.token > token, `${second.token} after ${token}`);
    await until(() => reasons.length > 0, "the resigned event");
    assert.deepEqual(reasons, [["requested", token]]);
  });

  it("replaces a leader that closes", async () => {
    const members = await cluster(3);
    const first = await until(() => agreedLeader(members), "a leader");
    const { token } = first;
    await first.close();
    assert.equal(first.isLeader(), false);
    const rest = members.filter((member) => member !== first);
    const second = await until(() => agreedLeader(rest), "a successor");
    assert.ok(second.token > token);
  });

  it("delivers custom events, and runs lead() on the leader", async () => {
    const members = await cluster(3);
    const leader = await until(() => agreedLeader(members), "a leader");
    const heard = [];
    members.forEach((member) => member.on("ciao", (data) => heard.push(data)));
    await until(() => Object.keys(leader.nodes()).length === 3, "everybody");
    leader.send("ciao", { at: new Date(0), all: [1, 2n] });
    await until(() => heard.length >= 2, "the event at both peers");
    assert.deepEqual(heard[0], { at: new Date(0), all: [1, 2n] });
    const ran = await leader.lead(({ token, signal }) => Promise.resolve([token, signal.aborted]));
    if (ran !== undefined) assert.deepEqual(ran, [leader.token, false]);
  });

  it("tells other threads by BroadcastChannel, and answers who comes late", async () => {
    const name = `npm-broadcast-${process.pid}`;
    const channel = new BroadcastChannel(name);
    const seen = [];
    channel.onmessage = ({ data }) => seen.push(data);
    try {
      const members = await cluster(1, { broadcast: name });
      await until(() => agreedLeader(members), "a leader");
      const elected = await until(() => seen.find(({ type }) => type === "elected"), "elected on the channel");
      assert.equal(elected.term, members[0].token);
      channel.postMessage({ type: "query" });
      await until(() => seen.find(({ type }) => type === "state"), "the state for a late comer");
      members[0].resign();
      const resigned = await until(() => seen.find(({ type }) => type === "resigned"), "resigned on the channel");
      assert.equal(resigned.id, elected.id);
    } finally {
      channel.close();
    }
  });

  it("refuses bad options by what is wrong with them", () => {
    assert.throws(() => new Democracy({ source: "127.0.0.1:1", peers: [], interval: 200, timeout: 300 }), {
      name: "RangeError",
      message: /timeout.*300/,
    });
  });
});
