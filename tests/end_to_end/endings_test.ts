import { assert, assertEquals, assertLess } from "@std/assert";
import { fileURLToPath } from "node:url";

const IMPORT_MAP = fileURLToPath(new URL("../npm_only.import_map.json", import.meta.url));
const MODULE = new URL("../../mod.ts", import.meta.url).href;

/** Runs a program whose member leads; returns how it ended, and the lines that it printed. */
async function run(body: string, options = ""): Promise<{ code: number; lines: string[]; stderr: string }> {
  const text = `
    import { Democracy } from ${JSON.stringify(MODULE)};
    const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false, ${options} });
    democracy.on("resigned", ({ reason }) => console.log(reason));
    await democracy.lead(() => {});
    ${body}`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, text);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", "--import-map", IMPORT_MAP, file],
      env: { NO_COLOR: "1" },
    }).output();
    const decoded = new TextDecoder().decode(stdout);
    return { code, lines: decoded.split("\n").slice(0, -1), stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("an exception ends the process as it always did, and nobody leads in it when the handlers have run", async () => {
  const { code, lines, stderr } = await run(`
    globalThis.addEventListener("error", () => console.log(democracy.isLeader()));
    // Handlers that come later run before the member's own.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    setTimeout(() => { throw new Error("boom"); }, 0);`);
  assertEquals([code, lines], [1, ["true"]]);
  assert(stderr.startsWith("error: Uncaught") && stderr.includes("Error: boom"), stderr);
});

Deno.test("an exception that the application takes care of costs no lead", async () => {
  const { code, lines } = await run(`
    globalThis.addEventListener("error", (event) => event.preventDefault());
    globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const { token } = democracy;
    setTimeout(() => { throw new Error("boom"); }, 0);
    Promise.reject(new Error("boom"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(democracy.token === token && democracy.isLeader());
    await democracy.close();`);
  assertEquals([code, lines], [0, ["true", "closed"]]);
});

Deno.test("with handOverOnExit: false, and where nobody is there to hand over to, an exit is not held up", async () => {
  for (const options of ["", "handOverOnExit: false"]) {
    const { code, lines } = await run(
      `
      let began = 0;
      globalThis.addEventListener("unload", () => console.log(performance.now() - began));
      await new Promise((resolve) => setTimeout(resolve, 100));
      began = performance.now();
      Deno.exit(7);`,
      options,
    );
    assertEquals(code, 7);
    // 50 ms at most are spent, and a busy machine's on top.
    assertLess(Number(lines.at(-1)), 500, options);
  }
});
