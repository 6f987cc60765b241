import { assertEquals, assertGreater } from "@std/assert";
import { Broadcast, type BroadcastPost, type BroadcastState } from "../../src/leadership/broadcast.ts";

const STATE: BroadcastState = {
  type: "state",
  id: "a",
  leader: null,
  term: null,
  isLeader: false,
  members: [],
  elections: {},
};

async function listen(
  query: object | undefined,
  act: (broadcast: Broadcast) => void,
  count: number,
): Promise<BroadcastPost[]> {
  const name = `test ${crypto.randomUUID()}`;
  const broadcast = new Broadcast(name, { cluster: "one", self: "a" }, () => STATE);
  const channel = new BroadcastChannel(name);
  const posts: BroadcastPost[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`heard ${JSON.stringify(posts)}`)), 5000);
      channel.onmessage = ({ data }: MessageEvent<BroadcastPost>): void => {
        posts.push(data);
        if (posts.length < count) return;
        clearTimeout(limit);
        resolve();
      };
      if (query !== undefined) channel.postMessage(query);
      act(broadcast);
    });
  } finally {
    channel.close();
    broadcast.close();
    // Deno's new channels fail while its last one is still closing.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return posts;
}

Deno.test("a change goes out with its sender and its time", async () => {
  const [post] = await listen(
    undefined,
    (broadcast) => broadcast.tell({ type: "elected", id: "a", term: 7, election: null }),
    1,
  );
  assertGreater(post?.at, 1_600_000_000_000);
  assertEquals({ ...post, at: 0 }, {
    ...{ type: "elected", id: "a", term: 7, election: null },
    ...{ cluster: "one", self: "a", at: 0 },
  });
});

Deno.test("a query is answered with the state; other posts and other clusters are not", async () => {
  const [post] = await listen({ type: "query" }, () => {}, 1);
  assertEquals({ ...post, at: 0 }, { ...STATE, cluster: "one", self: "a", at: 0 });
  for (const silent of [{ type: "query", cluster: "two" }, { type: "elected" }, { query: true }]) {
    const posts = await listen(silent, (broadcast) => {
      setTimeout(() => broadcast.tell({ type: "elected", id: "a", term: 7, election: null }), 50);
    }, 1);
    assertEquals(posts.map(({ type }) => type), ["elected"]);
  }
});
