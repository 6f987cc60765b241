// What an application would write; compiled, never run.
import Default, { Democracy } from "@polis/democracy";

const democracy: Democracy = new Default({
  source: "10.0.0.7:12345",
  peers: ["10.0.0.8:12345", "10.0.0.9:12345"],
  interval: 200,
  timeout: 1000,
  quorum: "majority",
  secret: ["new", "old"],
  isolation: "none",
  broadcast: false,
  signal: new AbortController().signal,
});

export const leads: boolean = democracy.isLeader();
export const token: number | null = democracy.token;

democracy.on("elected", ({ id, token }) => [id.length, token.toFixed()]);
democracy.on("resigned", ({ id, token, reason }) => [id.length, token.toFixed(), reason === "lease-expired"]);
democracy.on("leader", (leader) => leader === null ? "none" : leader.id.length);
democracy.once("added", (peer) => peer.id.length);
democracy.on("anything", (data: unknown) => data);
democracy.addEventListener("elected", (event: Event) => event.type);
democracy.addEventListener("elected", ({ detail }) => [detail.id.length, detail.token.toFixed()]);
democracy.addEventListener("resigned", ({ detail }) => detail.reason === "lease-expired", { once: true });
democracy.addEventListener("leader", { handleEvent: ({ detail }) => detail?.id.length });
democracy.addEventListener("error", ({ detail }) => detail.message.length);
democracy.addEventListener("ciao", ({ detail, from }) => [detail, from.id.length]);
// @ts-expect-error a peer has no token
democracy.addEventListener("added", ({ detail }) => detail.token);

await democracy.ready;
await democracy.lead(async ({ token, signal }) => {
  await Promise.resolve([token.toFixed(), signal.aborted]);
});
for (const node of Object.values(democracy.nodes())) [node.id.length, node.source.length, node.weight.toFixed()];
democracy.subscribe("news");
democracy.publish("news", { any: "thing" });
democracy.send("ciao", 1);
democracy.resign();
await democracy.close();
await democracy[Symbol.asyncDispose]();

// @ts-expect-error an address is a string
new Democracy({ source: 12345, peers: [] });
// @ts-expect-error there is no such quorum
new Democracy({ source: "127.0.0.1:1", peers: [], quorum: "most" });
