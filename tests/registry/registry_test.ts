import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Registry, startRegistry } from "./registry.ts";

const { name, version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

const RUN = ["run", "--quiet", "--no-prompt", "--allow-net"];

const LIMIT = 120_000;

/** What a stranger writes: a cluster of one that leads, closes, and ends by itself. */
function program(specifier: string): string {
  return `
    import { Democracy } from "${specifier}";
    const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
    const elected = new Promise<{ token: number }>((done) => democracy.once("elected", done));
    await democracy.ready;
    const { token } = await elected;
    console.log("elected", democracy.isLeader(), democracy.token === token);
    await democracy.close();
    console.log("closed", democracy.isLeader());
  `;
}

interface Stranger extends AsyncDisposable {
  /** Runs Deno with these arguments and what follows them: `main.ts`, or another program and its arguments. */
  deno(
    args: string[],
    env?: Record<string, string>,
    program?: string[],
  ): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** A folder far from this repository, with a program in it and an empty module cache. */
async function stranger(specifier: string): Promise<Stranger> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_stranger_" });
  await Deno.writeTextFile(`${folder}/main.ts`, program(specifier));
  return {
    async deno(args, env = {}, program = ["main.ts"]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...args, "--no-lock", ...program],
        cwd: folder,
        env: { ...env, DENO_DIR: `${folder}/cache`, NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
      const { code, stdout, stderr } = await child.output();
      clearTimeout(timer);
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function assertLed({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): void {
  assertEquals(stdout, "elected true true\nclosed false\n", stderr);
  assertEquals(code, 0, stderr);
}

function assertServedWorker(registry: Registry): void {
  assertStringIncludes(registry.asked.join("\n"), `/${name}/${version}/src/worker/main.ts`);
}

Deno.test("registry: a stranger imports the package from JSR, with --allow-net alone, and again offline", async () => {
  const registry = await startRegistry();
  await using outsider = await stranger(`jsr:${name}@${version}`);
  const env = { JSR_URL: registry.url };
  {
    await using _serving = registry;
    assertLed(await outsider.deno(RUN, env));
    assertServedWorker(registry);
  }
  assertLed(await outsider.deno([...RUN, "--cached-only"], env));
});

Deno.test("registry: a stranger runs the command line from JSR", async () => {
  await using registry = await startRegistry();
  await using outsider = await stranger(`jsr:${name}`);
  const cli = (...args: string[]) =>
    outsider.deno(["run", "-A", "--quiet"], { JSR_URL: registry.url }, [`jsr:${name}@${version}/cli`, ...args]);
  const manifests = await cli("manifests", "--name", "app", "--image", "registry.example/app:1");
  assertEquals(manifests.code, 0, manifests.stderr);
  assertStringIncludes(manifests.stdout, "kind: StatefulSet");
  const alone = ["--source", "127.0.0.1:0", "--peers", ""];
  const exec = await cli("exec", ...alone, "--", "sh", "-c", "echo led with $DEMOCRACY_TOKEN; exit 7");
  assertEquals(exec.code, 7, exec.stderr);
  assertStringIncludes(exec.stdout, "led with 1");
});

Deno.test("registry: the types of the package check where it is imported", async () => {
  await using registry = await startRegistry();
  await using outsider = await stranger(`jsr:${name}`);
  const { code, stderr } = await outsider.deno(["check", "--all"], { JSR_URL: registry.url });
  assertEquals(code, 0, stderr);
});

Deno.test("registry: the package runs from a plain tree of modules over http", async () => {
  await using registry = await startRegistry();
  await using outsider = await stranger(`${registry.url}/${name}/${version}/mod.ts`);
  assertLed(await outsider.deno([...RUN, `--allow-import=${registry.host}`]));
});
