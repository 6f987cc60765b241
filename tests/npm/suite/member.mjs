// One member as a program, for Node and Deno alike. It tells what it sees in lines of JSON, obeys lines on its
// standard input, closes when that ends, and must then end by itself.
import process from "node:process";
import { createInterface } from "node:readline";

const { Democracy } = await import(process.env.DEMOCRACY_MODULE ?? "@polis/democracy");
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const democracy = new Democracy(JSON.parse(process.argv[2]));
democracy.on("leader", (leader) => say({ type: "leader", id: leader?.id ?? null }));
democracy.on("elected", ({ id, token }) => say({ type: "elected", id, token, at: Date.now() }));
democracy.on("resigned", ({ id, token, reason }) => say({ type: "resigned", id, token, reason }));
democracy.on("ciao", (data) => say({ type: "ciao", data }));
// Nothing of this is caught by anybody, and each says when it happened.
function die(way) {
  const dies = {
    exception: () => {
      throw new Error("boom");
    },
    rejection: () => void Promise.reject(new Error("boom")),
    exit: () => process.exit(7),
    close: () => void democracy.close().then(() => process.exit(0)),
  };
  setTimeout(() => {
    say({ type: "dying", at: Date.now() });
    dies[way]();
  }, 0);
}

// Bun goes on after an exception while it waits for a module to load: so this one has loaded.
async function main() {
  await democracy.ready;
  say({ type: "ready" });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "resign") democracy.resign();
    if (line.startsWith("die ")) die(line.slice("die ".length));
    if (line === "status") say({ type: "status", leading: democracy.isLeader(), token: democracy.token });
    if (line.startsWith("send ")) democracy.send("ciao", line.slice("send ".length));
  }
  await democracy.close();
  say({ type: "closed" });
}

main();
