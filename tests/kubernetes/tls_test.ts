import { writeFile } from "node:fs/promises";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { capture } from "../../scripts/harness/process.ts";
import { FakeApiServer } from "./fake/api_server.ts";
import { makeCertificate } from "./fake/certificate.ts";

const PROBE = new URL("./tls_probe.ts", import.meta.url).pathname;
/** What people set to have it work at last. */
const CARELESS: readonly Readonly<Record<string, string>>[] = [
  {},
  { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_OPTIONS: "--no-warnings", DENO_TLS_CA_STORE: "system" },
];

/** Ways to run the probe on this machine. */
async function* runtimes(
  folder: string,
): AsyncGenerator<{ readonly name: string; readonly command: readonly string[] }> {
  yield { name: "Deno", command: [Deno.execPath(), "run", "-A", "--quiet", PROBE] };
  if (!(await capture("node", ["--version"])).ok) return console.log("skipped in Node: there is none here");
  const script = `${folder}/tls_probe.mjs`;
  const bundled = await capture(Deno.execPath(), ["bundle", "--quiet", "--platform", "deno", "-o", script, PROBE]);
  if (!bundled.ok) throw new Error(bundled.stderr);
  yield { name: "Node", command: ["node", script] };
}

Deno.test("the API server's certificate is verified, whatever variable is set", async () => {
  await using api = await FakeApiServer.start();
  const trusted = await Deno.readTextFile(`${api.folder}/ca.crt`);
  for await (const { name, command: [program = "", ...args] } of runtimes(api.folder)) {
    for (const env of CARELESS) {
      const ask = async (): Promise<string> => {
        const { stdout, stderr } = await capture(program, [...args, api.options.server, api.folder], { env });
        return stdout + stderr;
      };
      const what = `${name} with ${JSON.stringify(env)}`;
      await writeFile(`${api.folder}/ca.crt`, trusted);
      assertStringIncludes(await ask(), "answered", what);
      const before = api.seen.length;
      await writeFile(`${api.folder}/ca.crt`, makeCertificate().certificate);
      assertStringIncludes(await ask(), "refused: ", what);
      assertEquals(api.seen.length, before, `${what}: no token was shown to a server that is not the real one`);
    }
  }
});
