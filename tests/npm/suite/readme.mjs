// The README's first program as it stands in the package, in three processes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { freeAddresses, until } from "./support.mjs";

const README = new URL("./node_modules/@polis/democracy/README.md", import.meta.url);

/** The first block of code, for members at these addresses; nothing else of it is changed. */
async function firstProgram(addresses) {
  const [, text] = /^```ts ignore\n(.*?)^```$/msu.exec(await readFile(README, "utf8"));
  const own = text.replace(/^ {2}peers: \[.*\],/m, `  peers: ${JSON.stringify(addresses)},`);
  for (const address of addresses) assert.ok(own.includes(address), `${address} is not in the program:\n${own}`);
  return own;
}

class Program {
  stdout = "";
  stderr = "";

  constructor(file, address) {
    this.child = spawn(process.execPath, [file, address], { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout.on("data", (chunk) => this.stdout += chunk);
    this.child.stderr.on("data", (chunk) => this.stderr += chunk);
    this.ended = once(this.child, "close");
  }

  /** The tokens under which it has worked, one for each piece of work. */
  get tokens() {
    return [...this.stdout.matchAll(/^I lead, and send an invoice under token (\d+)$/gm)].map(([, token]) =>
      Number(token)
    );
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

it("the README's first program: one of three works, and another after it", async () => {
  const addresses = await freeAddresses(3);
  const programs = [];
  try {
    const file = fileURLToPath(new URL("./invoices.mjs", import.meta.url));
    await writeFile(file, await firstProgram(addresses));
    for (const address of addresses) programs.push(new Program(file, address));
    const first = await until(() => programs.find(({ tokens }) => tokens.length >= 2), "one of the three to work");
    const token = first.tokens.at(-1);
    const rest = programs.filter((program) => program !== first);
    for (const { tokens } of rest) assert.ok(!tokens.includes(token), `two worked under ${token}`);
    await first.kill();
    const before = Math.max(...programs.flatMap(({ tokens }) => tokens));
    await until(() => rest.find(({ tokens }) => tokens.filter((each) => each > before).length >= 2), "another to work");
    // On a machine that is busy with other things a member may be late, and is told so.
    for (const { stderr } of rest) assert.equal(stderr.replaceAll(/^democracy: Others said .*\n/gm, ""), "");
  } finally {
    await Promise.all(programs.map((program) => program.kill()));
  }
});
